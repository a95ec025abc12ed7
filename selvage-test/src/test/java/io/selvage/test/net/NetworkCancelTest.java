package io.selvage.test.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.selvage.TaskGroup;
import io.selvage.net.BrokenStreamException;
import io.selvage.net.ConnectOptions;
import io.selvage.net.SocketListener;
import io.selvage.net.SocketStream;
import io.selvage.test.net.CancelWorld.Way;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A receive, a send, an accept and a connect, each cancelled at every point and at random times:
 * not one byte is lost or doubled, no connection stays open, and everything is usable afterwards.
 */
class NetworkCancelTest {
  private static final int A_FEW = 2_500;
  private static final int ALL = 25_000; // of each operation and way: 200 000 in all
  private static final int CLIENTS = 3;

  /** What is cancelled. */
  private enum Operation {
    RECEIVE(world -> CancelledTransfers.receive(world, world.pair())),
    SEND(world -> CancelledTransfers.send(world, world.pair())),
    ACCEPT(NetworkCancelTest::accept),
    CONNECT(NetworkCancelTest::connect);

    final CancelWorld.Scenario scenario;

    Operation(CancelWorld.Scenario scenario) {
      this.scenario = scenario;
    }
  }

  private static void cancel(Operation operation, Way way, int schedules) {
    CancelWorld.cancel(
        "NetworkCancelTest." + operation + "." + way, way, schedules, operation.scenario);
  }

  static Stream<Arguments> all() {
    return Stream.of(Operation.values())
        .flatMap(operation -> Stream.of(Way.values()).map(way -> Arguments.of(operation, way)));
  }

  @ParameterizedTest
  @MethodSource("all")
  void cancelledAnywhereNothingIsLost(Operation operation, Way way) {
    cancel(operation, way, A_FEW);
  }

  @ParameterizedTest
  @MethodSource("all")
  @Tag("stress")
  @Timeout(600)
  void cancelledAtEveryPointOfManySchedulesNothingIsLost(Operation operation, Way way) {
    cancel(operation, way, ALL);
  }

  // ---- accept

  private static boolean accept(CancelWorld world) throws IOException, InterruptedException {
    List<SocketStream> accepted = new ArrayList<>();
    List<Integer> served = new ArrayList<>();
    try (SocketListener listener = world.listen()) {
      return TaskGroup.call(
          group -> {
            world.disturb(group);
            for (int i = 0; i < CLIENTS; i++) {
              int id = i;
              group.launch("client", () -> askEcho(world, listener, id));
            }
            boolean wasCancelled =
                world.cancels(
                    group,
                    () -> {
                      while (accepted.size() < CLIENTS) {
                        accepted.add(listener.accept());
                      }
                    });
            while (accepted.size() < CLIENTS) {
              accepted.add(listener.accept());
            }
            for (SocketStream each : accepted) {
              byte[] id = each.receiveExactly(1);
              served.add((int) id[0]);
              each.sendAll(id);
              each.close();
            }
            assertThat(served).containsExactlyInAnyOrder(0, 1, 2);
            return wasCancelled;
          });
    }
  }

  private static void askEcho(CancelWorld world, SocketListener listener, int id)
      throws IOException, InterruptedException {
    try (SocketStream stream =
        world.client.connect(listener.localAddress(), ConnectOptions.defaults())) {
      stream.sendAll(new byte[] {(byte) id});
      assertThat(stream.receiveExactly(1)).containsExactly(id);
      assertThat(stream.receiveSome()).isEmpty();
    }
  }

  // ---- connect

  private static boolean connect(CancelWorld world) throws IOException, InterruptedException {
    ConnectOptions options =
        ConnectOptions.defaults()
            .withLocalAddress(new InetSocketAddress(world.client.addresses().getFirst(), 7_000));
    SocketListener listener = world.listen();
    return TaskGroup.call(
        group -> {
          world.disturb(group);
          group.launch("server", () -> echoAll(listener, group));
          SocketStream[] connected = {null};
          boolean wasCancelled =
              world.cancels(group, () -> connected[0] = world.client.connect(world.at, options));
          SocketStream stream = connected[0];
          if (stream == null) {
            stream = world.client.connect(world.at, options); // the port is free
          }
          try (SocketStream used = stream) {
            used.sendAll(new byte[] {7});
            assertThat(used.receiveExactly(1)).containsExactly(7);
          }
          listener.close();
          return wasCancelled;
        });
  }

  private static void echoAll(SocketListener listener, TaskGroup group)
      throws IOException, InterruptedException {
    while (true) {
      SocketStream accepted = CancelWorld.acceptUnlessClosed(listener);
      if (accepted == null) {
        return;
      }
      group.launch("echo", () -> echo(accepted));
    }
  }

  private static void echo(SocketStream accepted) throws IOException, InterruptedException {
    try (accepted) {
      for (byte[] part = accepted.receiveSome(); part.length > 0; part = accepted.receiveSome()) {
        accepted.sendAll(part);
      }
    } catch (BrokenStreamException e) {
      // of a connect that was cancelled
    }
  }
}
