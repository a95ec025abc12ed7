package io.selvage.test.net;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selvage.CancelScope;
import io.selvage.Selvage;
import io.selvage.Task;
import io.selvage.TaskCancelledException;
import io.selvage.TaskGroup;
import io.selvage.net.ConnectOptions;
import io.selvage.net.ListenOptions;
import io.selvage.net.Network;
import io.selvage.net.SocketListener;
import io.selvage.net.SocketStream;
import io.selvage.test.Simulation;
import io.selvage.test.SimulationRun;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Connects to a host with several addresses: in exact time, in many orders, cancelled everywhere.
 */
class StaggeredConnectSimulationTest {
  private static final int SEEDS = 300;
  private static final InetAddress SILENT = InetAddress.ofLiteral("192.0.2.1");
  private static final InetAddress GOOD = InetAddress.ofLiteral("2001:db8::2");
  private static final InetAddress REFUSED = InetAddress.ofLiteral("192.0.2.3");

  /** Every attempt takes its time, and then fails, or is connected over another network. */
  private record Timed(
      SimulationRun run,
      List<Duration> lasting,
      int good,
      SimulatedHost from,
      SocketAddress to,
      List<Duration> starts)
      implements Network {

    @Override
    public SocketStream connect(SocketAddress remote, ConnectOptions options)
        throws IOException, InterruptedException {
      int index = ((InetSocketAddress) remote).getAddress().getAddress()[3];
      starts.add(run.elapsed());
      Selvage.sleep(lasting.get(index));
      if (index != good) {
        throw new ConnectException("attempt " + index);
      }
      return from.connect(to, options);
    }

    @Override
    public SocketListener listen(SocketAddress local, ListenOptions options) {
      throw new AssertionError();
    }

    @Override
    public List<InetAddress> resolve(String host) throws IOException {
      List<InetAddress> all = new ArrayList<>();
      for (int i = 0; i < lasting.size(); i++) {
        all.add(InetAddress.getByAddress(new byte[] {10, 1, 1, (byte) i}));
      }
      return all;
    }
  }

  @Test
  void eachAttemptBeginsAtItsTime() {
    Simulation.run(
        1,
        run -> {
          SimulatedNetwork network = SimulatedNetwork.create();
          SimulatedHost host = network.host("host");
          SocketListener listener =
              host.listen(
                  new InetSocketAddress(host.addresses().getFirst(), 80), ListenOptions.defaults());
          List<Duration> starts = new ArrayList<>();
          Timed timed =
              new Timed(
                  run,
                  List.of(ofMillis(10_000), ofMillis(100), ofMillis(0), ofMillis(1_000)),
                  3,
                  host,
                  listener.localAddress(),
                  starts);
          timed.connect("four", 80).close();
          // The second one begins after the delay, the others when those before have failed.
          assertThat(starts)
              .containsExactly(ofMillis(0), ofMillis(250), ofMillis(350), ofMillis(350));
          assertThat(run.elapsed()).isEqualTo(ofMillis(1_350)); // and no later: the first is left
          listener.close();
        });
  }

  @Test
  void allFailuresComeInTheOrderOfTheAttemptsWhateverTheirTime() {
    Simulation.run(
        1,
        run -> {
          Timed timed =
              new Timed(
                  run,
                  List.of(ofMillis(600), ofMillis(300), ofMillis(10)),
                  -1,
                  SimulatedNetwork.create().host("host"),
                  new InetSocketAddress(SILENT, 80),
                  new ArrayList<>());
          assertThatThrownBy(() -> timed.connect("three", 80))
              .isInstanceOf(ConnectException.class)
              .satisfies(
                  e ->
                      assertThat(e.getSuppressed())
                          .extracting(Throwable::getMessage)
                          .containsExactly("attempt 0", "attempt 1", "attempt 2"));
          assertThat(run.elapsed()).isEqualTo(ofMillis(600));
        });
  }

  /** A server with an address that does not answer, one that refuses and one that works. */
  private static final class World {
    final SimulatedNetwork network = SimulatedNetwork.create();
    final SimulatedHost client =
        network.host(
            "client",
            List.of(InetAddress.ofLiteral("192.0.2.9"), InetAddress.ofLiteral("2001:db8::9")));
    final SimulatedHost server = network.host("server", List.of(REFUSED, GOOD));
    final SimulatedHost away = network.host("away", List.of(SILENT));

    World() {
      network.name("service", List.of(SILENT, REFUSED, GOOD));
      network.cut(client, away);
      network.link(client, server, LinkOptions.defaults().withLatency(ofMillis(20)));
    }

    SocketListener listen() throws IOException {
      return server.listen(new InetSocketAddress(GOOD, 80), ListenOptions.defaults());
    }
  }

  @Test
  void theAddressThatWorksIsConnectedInAnyOrderOfEvents() {
    Simulation.explore(
        SEEDS,
        run -> {
          World world = new World();
          SocketListener listener = world.listen();
          TaskGroup.run(
              group -> {
                Task<SocketStream> accepting = group.fork(listener::accept);
                try (SocketStream stream = world.client.connect("service", 80);
                    SocketStream there = accepting.join()) {
                  assertThat(((InetSocketAddress) stream.remoteAddress()).getAddress())
                      .isEqualTo(GOOD);
                  assertThat(run.elapsed()).isLessThan(ofMillis(400));
                  assertThat(there.remoteAddress()).isEqualTo(stream.localAddress());
                }
              });
          listener.close();
          assertThat(world.network.statistics().connections()).isZero();
        });
  }

  @Test
  void aConnectThatIsCancelledAnywhereLeavesNothingOpen() {
    Simulation.options()
        .withCancelTargets(name -> name.endsWith("/client"))
        .cancelEverywhere(
            1,
            run -> {
              World world = new World();
              SocketListener listener = world.listen();
              TaskGroup.run(
                  group -> {
                    group.launch(
                        () ->
                            CancelScope.moveOnAfter(ofSeconds(2))
                                .run(
                                    () -> {
                                      while (true) {
                                        listener.accept().close();
                                      }
                                    }));
                    Task<?> client =
                        group.launch("client", () -> world.client.connect("service", 80).close());
                    try {
                      client.join();
                    } catch (TaskCancelledException e) {
                      // at this point of this run
                    }
                  });
              listener.close();
              assertThat(world.network.statistics().connections()).isZero();
            });
  }
}
