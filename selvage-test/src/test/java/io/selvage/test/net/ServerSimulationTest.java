package io.selvage.test.net;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selvage.Selvage;
import io.selvage.Task;
import io.selvage.TaskGroup;
import io.selvage.net.ByteStream;
import io.selvage.net.ConnectOptions;
import io.selvage.net.ListenOptions;
import io.selvage.net.Network;
import io.selvage.net.SocketListener;
import io.selvage.net.SocketStream;
import io.selvage.net.server.Server;
import io.selvage.net.server.ServerOptions;
import io.selvage.test.Simulation;
import io.selvage.test.SimulationRun;
import io.selvage.test.Strategy;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** Servers over the simulated network: in many orders, in exact time, cancelled everywhere. */
class ServerSimulationTest {
  private static final int SEEDS = 300;

  private static void echo(ByteStream stream) throws IOException, InterruptedException {
    for (byte[] some = stream.receiveSome(); some.length > 0; some = stream.receiveSome()) {
      stream.sendAll(some);
    }
  }

  private static final ServerOptions<SocketStream> QUIET =
      ServerOptions.defaults().withUncaughtHandler((name, failure) -> {});

  /** A host that serves at some ports, and one that connects. */
  private static final class World {
    final SimulatedNetwork network = SimulatedNetwork.create();
    final SimulatedHost server = network.host("server");
    final SimulatedHost client = network.host("client");
    final List<SocketListener> listeners = new ArrayList<>();

    World(int ports) throws IOException {
      network.link(client, server, LinkOptions.defaults().withLatency(ofMillis(1)));
      for (int i = 0; i < ports; i++) {
        listeners.add(
            server.listen(
                new InetSocketAddress(server.addresses().getFirst(), 80 + i),
                ListenOptions.defaults()));
      }
    }

    SocketStream connect(int port) throws IOException, InterruptedException {
      return client.connect(
          listeners.get(port % listeners.size()).localAddress(), ConnectOptions.defaults());
    }

    /** Nothing is left, and every port is free. */
    void check() {
      assertThat(network.statistics().listeners()).isZero();
      assertThat(network.statistics().connections()).isZero();
    }
  }

  @Test
  void everyConnectionIsServedAndTheStopLeavesNothing() {
    Simulation.explore(
        SEEDS,
        run -> {
          World world = new World(2);
          TaskGroup.run(
              group -> {
                var server = Server.launch(group, world.listeners, QUIET, stream -> echo(stream));
                List<Task<?>> clients = new ArrayList<>();
                for (int i = 0; i < 3; i++) {
                  int number = i;
                  clients.add(
                      group.launch(
                          () -> {
                            try (SocketStream stream = world.connect(number)) {
                              stream.sendAll(new byte[] {(byte) number});
                              assertThat(stream.receiveExactly(1)).containsExactly(number);
                            }
                          }));
                }
                for (Task<?> client : clients) {
                  client.join();
                }
                Server.StopReport report = server.stop(ofSeconds(1));
                assertThat(report.cancelled()).isZero();
              });
          world.check();
        });
  }

  @Test
  void aStopAtAnyTimeClosesEverything() {
    Simulation.explore(
        SEEDS,
        run -> {
          World world = new World(2);
          AtomicInteger handling = new AtomicInteger();
          TaskGroup.run(
              group -> {
                var server =
                    Server.launch(
                        group,
                        world.listeners,
                        QUIET.withLimit(2),
                        stream -> {
                          handling.incrementAndGet();
                          try {
                            echo(stream);
                          } finally {
                            handling.decrementAndGet();
                          }
                        });
                for (int i = 0; i < 4; i++) {
                  int number = i;
                  group.launch(() -> talkUntilItEnds(world, number));
                }
                Selvage.sleep(ofMillis(run.random().nextInt(10)));
                server.stop(run.random().nextBoolean() ? Duration.ZERO : ofMillis(3));
                assertThat(handling).hasValue(0);
                assertThat(server.connections()).isZero();
              });
          world.check();
        });
  }

  private static void talkUntilItEnds(World world, int number) throws InterruptedException {
    try (SocketStream stream = world.connect(number)) {
      while (true) {
        stream.sendAll(new byte[] {1});
        if (stream.receiveSome().length == 0) {
          return;
        }
      }
    } catch (IOException e) {
      // the server has stopped
    }
  }

  @Test
  void theGracePeriodIsExact() {
    Simulation.run(
        1,
        run -> {
          World world = new World(1);
          TaskGroup.run(
              group -> {
                var server = Server.launch(group, world.listeners, QUIET, stream -> echo(stream));
                try (SocketStream ends = world.connect(0);
                    SocketStream lasts = world.connect(0)) {
                  ends.sendAll(new byte[1]);
                  ends.receiveExactly(1);
                  lasts.sendAll(new byte[1]);
                  lasts.receiveExactly(1);
                  Duration began = run.elapsed();
                  Task<Server.StopReport> stopping = group.fork(() -> server.stop(ofSeconds(3)));
                  Selvage.sleep(ofSeconds(1));
                  ends.closeOutput();
                  assertThat(stopping.join()).isEqualTo(new Server.StopReport(1, 1));
                  assertThat(run.elapsed().minus(began)).isEqualTo(ofSeconds(3));
                }
              });
          world.check();
        });
  }

  @Test
  void theNetworkOfTheSystemRefusesSimulatedThreads() {
    Simulation.run(
        1,
        run -> {
          Network system = Network.system();
          InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 1);
          List<ThrowingCallable> calls =
              List.of(
                  () -> system.connect(address, ConnectOptions.defaults()),
                  () -> system.listen(address, ListenOptions.defaults()),
                  () -> system.resolve("127.0.0.1"),
                  () -> Server.serveTcp("127.0.0.1", 1, stream -> echo(stream)));
          for (ThrowingCallable call : calls) {
            assertThatThrownBy(call)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("on main, a simulated thread")
                .hasMessageContaining("the in-memory network of selvage-test");
          }
        });
  }

  @Test
  void theLimitHoldsInAnyOrder() {
    Simulation.explore(SEEDS, ServerSimulationTest::atMostTwo);
  }

  private static void atMostTwo(SimulationRun run) throws Exception {
    World world = new World(2);
    AtomicInteger now = new AtomicInteger();
    run.invariant("limit", () -> assertThat(now.get()).isLessThanOrEqualTo(2));
    TaskGroup.run(
        group -> {
          var server =
              Server.launch(
                  group,
                  world.listeners,
                  QUIET.withLimit(2),
                  stream -> {
                    now.incrementAndGet();
                    try {
                      echo(stream);
                    } finally {
                      now.decrementAndGet();
                    }
                  });
          List<Task<?>> clients = new ArrayList<>();
          for (int i = 0; i < 5; i++) {
            int number = i;
            clients.add(
                group.launch(
                    () -> {
                      try (SocketStream stream = world.connect(number)) {
                        stream.sendAll(new byte[1]);
                        stream.receiveExactly(1);
                      }
                    }));
          }
          for (Task<?> client : clients) {
            client.join();
          }
          server.stop(ofSeconds(1));
        });
    world.check();
  }

  /** While a thread looks whether there is a place, the others must not find the place taken. */
  @Test
  void aFreePlaceIsNotPassedRoundBetweenTheListeners() {
    Simulation.options()
        .withStrategy(Strategy.exhaustive(0))
        .withStepLimit(20_000)
        .explore(
            1,
            run -> {
              World world = new World(3);
              TaskGroup.run(
                  group -> {
                    var server =
                        Server.launch(
                            group, world.listeners, QUIET.withLimit(1), stream -> echo(stream));
                    for (int i = 0; i < 9; i++) {
                      try (SocketStream stream = world.connect(i)) {
                        stream.sendAll(new byte[1]);
                        assertThat(stream.receiveExactly(1)).containsExactly(0);
                        Selvage.sleep(ofMillis(10)); // the others wait for the place
                      }
                      Selvage.sleep(ofMillis(10)); // passes only if no thread goes on looking
                    }
                    server.stop(ofSeconds(1));
                  });
              world.check();
            });
  }

  @Test
  void aServerThatIsCancelledAnywhereClosesEverything() {
    Simulation.options()
        .withCancelTargets(name -> name.equals("group/server"))
        .cancelEverywhere(
            1,
            run -> {
              World world = new World(2);
              TaskGroup.run(
                  group -> {
                    // Also before it begins: then it never serves, and closes its listeners.
                    var server =
                        Server.launch(group, world.listeners, QUIET, stream -> echo(stream));
                    group.launch(() -> talkThrice(world)).join();
                    server.stop(Duration.ZERO);
                    assertThat(server.hasEnded()).isTrue();
                  });
              world.check();
            });
  }

  private static void talkThrice(World world) throws InterruptedException {
    for (int i = 0; i < 3; i++) {
      try (SocketStream stream = world.connect(i)) {
        stream.sendAll(new byte[1]);
        stream.receiveSome();
      } catch (IOException e) {
        return; // the server was cancelled
      }
    }
  }
}
