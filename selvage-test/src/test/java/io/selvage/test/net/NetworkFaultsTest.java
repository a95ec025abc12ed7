package io.selvage.test.net;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selvage.CancelScope;
import io.selvage.Selvage;
import io.selvage.TaskGroup;
import io.selvage.function.ThrowingConsumer;
import io.selvage.net.BrokenStreamException;
import io.selvage.net.ConnectOptions;
import io.selvage.net.ListenOptions;
import io.selvage.net.SocketListener;
import io.selvage.net.SocketStream;
import io.selvage.test.Simulation;
import io.selvage.test.SimulationRun;
import io.selvage.test.connection.StreamPair;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Cuts, resets, crashes, and hosts that do not answer. */
class NetworkFaultsTest {
  private static final int SEEDS = 60;
  private static final Duration LATENCY = ofMillis(10);

  /** A connection between two hosts, and the run that it is in. */
  private static final class Scene {
    final SimulationRun run;
    final SimulatedNetwork network;
    final SimulatedHost client;
    final SimulatedHost server;
    final SocketListener listener;
    final StreamPair<SocketStream> pair;

    Scene(SimulationRun run) throws Exception {
      this.run = run;
      network = SimulatedNetwork.create(run.random());
      client = network.host("client");
      server = network.host("server");
      network.link(client, server, LinkOptions.defaults().withLatency(LATENCY).withWindow(100));
      listener = server.listen(new InetSocketAddress(80), ListenOptions.defaults());
      pair = NetworkPairs.connect(client, at(server));
    }

    SocketListener at(SimulatedHost host) {
      return new SocketListenerAt(listener, new InetSocketAddress(host.addresses().getFirst(), 80));
    }

    SocketStream connect() throws Exception {
      return client.connect(at(server).localAddress(), ConnectOptions.defaults());
    }

    void close() throws Exception {
      listener.close();
      pair.close();
      assertThat(network.statistics().connections()).isZero();
      assertThat(network.statistics().listeners()).isZero();
    }
  }

  /** A listener with the address by which another host knows it. */
  private record SocketListenerAt(SocketListener listener, InetSocketAddress address)
      implements SocketListener {
    @Override
    public SocketStream accept() throws IOException, InterruptedException {
      return listener.accept();
    }

    @Override
    public InetSocketAddress localAddress() {
      return address;
    }

    @Override
    public void close() throws IOException {
      listener.close();
    }
  }

  private static void explore(ThrowingConsumer<Scene, Exception> test) {
    Simulation.explore(
        SEEDS,
        run -> {
          Scene scene = new Scene(run);
          test.accept(scene);
          scene.close();
        });
  }

  private static void isBroken(ThrowingConsumer<SocketStream, Exception> operation, Scene scene) {
    assertThatThrownBy(() -> operation.accept(scene.pair.left()))
        .isInstanceOf(BrokenStreamException.class)
        .hasMessageContaining("server/10.0.0.2:80");
  }

  // ---- cuts

  @Test
  void whatIsSentIntoACutArrivesWhenItIsHealed() {
    explore(
        scene -> {
          scene.pair.left().sendAll(new byte[] {1, 2}); // is on its way
          scene.network.cut(scene.client, scene.server);
          scene.pair.left().sendAll(new byte[] {3, 4});
          scene.pair.left().closeOutput();
          assertThat(scene.pair.right().receiveExactly(2)).containsExactly(1, 2);
          assertThat(CancelScope.moveOnAfter(ofSeconds(9)).call(scene.pair.right()::receiveSome))
              .isEmpty();
          scene.pair.right().sendAll(new byte[] {5}); // the other direction works
          assertThat(scene.pair.left().receiveExactly(1)).containsExactly(5);
          Duration before = scene.run.elapsed();
          scene.network.heal(scene.client, scene.server);
          assertThat(scene.pair.right().receiveExactly(2)).containsExactly(3, 4);
          assertThat(scene.pair.right().receiveSome()).isEmpty();
          assertThat(scene.run.elapsed().minus(before)).isEqualTo(LATENCY);
        });
  }

  @Test
  void aWaitingReceiverSeesTheHealing() {
    explore(
        scene -> {
          scene.network.cut(scene.client, scene.server);
          TaskGroup.run(
              group -> {
                group.launch(
                    "receive",
                    () ->
                        assertThat(scene.pair.right().receiveExactly(200))
                            .isEqualTo(new byte[200]));
                group.launch("send", () -> scene.pair.left().sendAll(new byte[200]));
                scene.run.awaitAllBlocked();
                assertThat(scene.network.statistics().bytesSent()).isEqualTo(100); // the window
                scene.network.heal(scene.client, scene.server);
              });
        });
  }

  @Test
  void aConnectWaitsWhileEitherDirectionIsCut() {
    explore(
        scene -> {
          for (boolean there : new boolean[] {true, false}) {
            SimulatedHost from = there ? scene.client : scene.server;
            SimulatedHost to = there ? scene.server : scene.client;
            scene.network.cut(from, to);
            assertThat(CancelScope.moveOnAfter(ofSeconds(5)).call(scene::connect)).isEmpty();
            TaskGroup.run(
                group -> {
                  group.launch("connect", () -> scene.connect().close());
                  scene.run.awaitAllBlocked();
                  scene.network.heal(from, to);
                });
          }
          // the cancelled one whose answer was lost has reset its connection
          scene.listener.accept().close();
          scene.listener.accept().close();
          assertThat(CancelScope.moveOnAfter(ofSeconds(5)).call(scene.listener::accept)).isEmpty();
        });
  }

  @Test
  void aCloseThatIsLostIsLearnedOfLater() {
    explore(
        scene -> {
          scene.network.cut(scene.server, scene.client);
          scene.pair.right().close();
          Selvage.sleep(ofSeconds(1));
          SocketStream left = scene.pair.left();
          left.sendAll(new byte[50]); // it does not know
          assertThat(CancelScope.moveOnAfter(ofSeconds(1)).run(() -> left.sendAll(new byte[500])))
              .isFalse();
          scene.network.heal(scene.server, scene.client);
          Selvage.sleep(LATENCY);
          var unused = left.resumeSending();
          isBroken(stream -> stream.sendAll(new byte[1]), scene);
          assertThat(left.receiveSome()).isEmpty();
        });
  }

  // ---- resets

  @Test
  void aResetBreaksBothEnds() {
    explore(
        scene -> {
          scene.pair.left().sendAll(new byte[] {1});
          Selvage.sleep(LATENCY);
          scene.pair.left().sendAll(new byte[] {2}); // is lost
          scene.network.reset(scene.pair.right());
          assertThat(scene.pair.right().receiveSome()).containsExactly(1);
          for (SocketStream end : new SocketStream[] {scene.pair.left(), scene.pair.right()}) {
            assertThatThrownBy(end::receiveSome)
                .isInstanceOf(BrokenStreamException.class)
                .hasMessageContaining("reset");
            assertThatThrownBy(() -> end.sendAll(new byte[1]))
                .isInstanceOf(BrokenStreamException.class);
            assertThatThrownBy(end::closeOutput).isInstanceOf(BrokenStreamException.class);
            assertThat(end).asString().contains("reset");
          }
        });
  }

  @Test
  void aResetWakesAllWaitingThreads() {
    explore(
        scene ->
            TaskGroup.run(
                group -> {
                  for (SocketStream end :
                      new SocketStream[] {scene.pair.left(), scene.pair.right()}) {
                    group.launch(
                        "receive",
                        () ->
                            assertThatThrownBy(() -> end.receiveExactly(1_000))
                                .isInstanceOf(BrokenStreamException.class));
                    group.launch(
                        "send",
                        () ->
                            assertThatThrownBy(
                                    () -> {
                                      while (true) {
                                        end.sendAll(new byte[300]);
                                      }
                                    })
                                .isInstanceOf(BrokenStreamException.class));
                  }
                  Selvage.sleep(ofMillis(scene.run.random().nextInt(30)));
                  scene.network.reset(scene.pair.left());
                }));
  }

  @Test
  void onlyConnectionsOfTheNetworkCanBeReset() throws Exception {
    SimulatedNetwork other = SimulatedNetwork.create();
    SimulatedHost host = other.host("host");
    try (StreamPair<SocketStream> pair =
        NetworkPairs.connect(host, host, new InetSocketAddress(80))) {
      assertThatThrownBy(() -> SimulatedNetwork.create().reset(pair.left()))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("stream must be a connection of this network");
    }
  }

  // ---- crashes

  @Test
  void aCrashResetsTheConnectionsAndListenersAreGone() {
    explore(
        scene -> {
          TaskGroup.run(
              group -> {
                group.launch(
                    "accept",
                    () ->
                        assertThatThrownBy(scene.listener::accept)
                            .isInstanceOf(SocketException.class)
                            .hasMessageContaining("host server has crashed"));
                group.launch("receive", () -> isBroken(SocketStream::receiveSome, scene));
                group.launch(
                    "receive there",
                    () ->
                        assertThatThrownBy(scene.pair.right()::receiveSome)
                            .isInstanceOf(BrokenStreamException.class)
                            .hasMessageContaining("host server has crashed"));
                scene.run.awaitAllBlocked();
                Duration before = scene.run.elapsed();
                scene.server.crash();
                assertThatThrownBy(() -> scene.pair.right().sendAll(new byte[1]))
                    .isInstanceOf(BrokenStreamException.class);
                scene.pair.left().sendAll(new byte[1]); // it does not know yet
                Selvage.sleep(LATENCY);
                isBroken(stream -> stream.sendAll(new byte[1]), scene);
                assertThat(scene.run.elapsed().minus(before)).isEqualTo(LATENCY);
              });
          assertThatThrownBy(scene::connect).isInstanceOf(ConnectException.class);
          SocketListener again =
              scene.server.listen(new InetSocketAddress(80), ListenOptions.defaults());
          scene.connect().close();
          again.close();
        });
  }

  @Test
  void aCrashBehindACutIsLearnedOfWhenItIsHealed() {
    explore(
        scene -> {
          scene.network.cut(scene.server, scene.client);
          scene.server.crash();
          scene.pair.left().sendAll(new byte[1]);
          assertThat(CancelScope.moveOnAfter(ofSeconds(1)).call(scene.pair.left()::receiveSome))
              .isEmpty();
          scene.network.heal(scene.server, scene.client);
          isBroken(SocketStream::receiveSome, scene);
        });
  }

  @Test
  void aConnectFromAHostThatCrashesFails() {
    explore(
        scene -> {
          TaskGroup.run(
              group -> {
                group.launch(
                    "connect",
                    () ->
                        assertThatThrownBy(scene::connect)
                            .isInstanceOf(SocketException.class)
                            .hasMessageContaining("host client has crashed"));
                scene.run.awaitAllBlocked();
                scene.client.crash();
              });
        });
  }

  /** A connect waits for a link, for room in a backlog, or for a host that answers. */
  @ParameterizedTest
  @ValueSource(strings = {"link there", "link back", "backlog", "host"})
  void aConnectThatWaitsEndsWithItsHost(String awaited) {
    explore(
        scene -> {
          switch (awaited) {
            case "link there" -> scene.network.cut(scene.client, scene.server);
            case "link back" -> scene.network.cut(scene.server, scene.client);
            case "host" -> scene.server.disappear();
            default -> {
              scene.listener.close();
              SocketListener busy =
                  scene.server.listen(
                      new InetSocketAddress(80), ListenOptions.defaults().withBacklog(1));
              scene.connect().close();
              assertThat(busy).asString().contains("1 of 1 pending");
            }
          }
          TaskGroup.run(
              group -> {
                group.launch(
                    "connect",
                    () ->
                        assertThatThrownBy(scene::connect)
                            .isInstanceOf(SocketException.class)
                            .hasMessageContaining("host client has crashed"));
                Selvage.sleep(ofSeconds(60));
                scene.client.crash();
              });
          scene.network.heal(scene.server, scene.client);
          scene.server.crash();
        });
  }

  @Test
  void aHostThatHasDisappearedDoesNotAnswer() {
    explore(
        scene -> {
          scene.server.disappear();
          assertThat(scene.server).asString().contains("has disappeared");
          assertThat(CancelScope.moveOnAfter(ofSeconds(60)).call(scene::connect)).isEmpty();
          assertThatThrownBy(
                  () ->
                      scene.server.listen(new InetSocketAddress(81), ListenOptions.defaults()))
              .isInstanceOf(SocketException.class)
              .hasMessageContaining("host server has disappeared");
          assertThatThrownBy(
                  () ->
                      scene.server.connect(
                          new InetSocketAddress("10.0.0.1", 80), ConnectOptions.defaults()))
              .isInstanceOf(SocketException.class);
          ByteBuffer from = ByteBuffer.allocate(1_000);
          SocketStream left = scene.pair.left();
          assertThat(CancelScope.moveOnAfter(ofSeconds(60)).run(() -> left.sendAll(from)))
              .isFalse();
          assertThat(from.position()).isEqualTo(100); // the window
          assertThat(CancelScope.moveOnAfter(ofSeconds(60)).call(left::receiveSome)).isEmpty();
          scene.server.recover();
          isBroken(SocketStream::receiveSome, scene); // it has sent something
          assertThatThrownBy(scene::connect).isInstanceOf(ConnectException.class);
        });
  }

  @Test
  void whoOnlyReceivesDoesNotLearnThatTheOtherHostIsBack() {
    explore(
        scene -> {
          scene.server.disappear();
          scene.server.recover();
          SocketStream left = scene.pair.left();
          assertThat(CancelScope.moveOnAfter(ofSeconds(60)).call(left::receiveSome)).isEmpty();
          Duration before = scene.run.elapsed();
          left.sendAll(new byte[1]);
          isBroken(SocketStream::receiveSome, scene);
          assertThat(scene.run.elapsed().minus(before)).isEqualTo(LATENCY.multipliedBy(2));
        });
  }

  @Test
  void aConnectThatWaitsForAHostGoesOnWhenItIsBack() {
    explore(
        scene -> {
          scene.server.disappear();
          TaskGroup.run(
              group -> {
                group.launch(
                    "connect",
                    () ->
                        assertThatThrownBy(scene::connect)
                            .isInstanceOf(ConnectException.class)
                            .hasMessageContaining("refused")); // no program listens there yet
                Selvage.sleep(ofSeconds(60));
                Duration before = scene.run.elapsed();
                scene.server.recover();
                assertThat(scene.run.elapsed()).isEqualTo(before);
              });
          assertThat(scene.run.elapsed()).isEqualTo(ofSeconds(60).plus(LATENCY.multipliedBy(3)));
        });
  }
}
