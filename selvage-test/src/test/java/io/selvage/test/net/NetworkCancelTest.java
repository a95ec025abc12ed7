package io.selvage.test.net;

import static java.time.Duration.ofMillis;
import static org.assertj.core.api.Assertions.assertThat;

import io.selvage.ClosedResourceException;
import io.selvage.Selvage;
import io.selvage.Task;
import io.selvage.TaskCancelledException;
import io.selvage.TaskGroup;
import io.selvage.net.BrokenStreamException;
import io.selvage.net.ByteStream;
import io.selvage.net.ConnectOptions;
import io.selvage.net.ListenOptions;
import io.selvage.net.SocketListener;
import io.selvage.net.SocketStream;
import io.selvage.test.Simulation;
import io.selvage.test.SimulationRun;
import io.selvage.test.connection.StreamPair;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.jspecify.annotations.Nullable;

/**
 * A receive, a send, an accept and a connect, each cancelled at every point: not one byte is lost
 * or doubled, no connection stays open, and everything is usable afterwards.
 */
class NetworkCancelTest {
  private static final int A_FEW = 2_500;
  private static final int ALL = 25_000; // of each operation: 100 000 in all
  private static final int FRAMES = 5;
  private static final int CLIENTS = 3;
  private static final byte END = -1;
  private static final String VICTIM = "victim";

  /** What is cancelled. */
  private enum Operation {
    RECEIVE(NetworkCancelTest::receive),
    SEND(NetworkCancelTest::send),
    ACCEPT(NetworkCancelTest::accept),
    CONNECT(NetworkCancelTest::connect);

    final Scenario scenario;

    Operation(Scenario scenario) {
      this.scenario = scenario;
    }
  }

  private interface Scenario {
    /** {@return whether the victim was cancelled before its end} */
    boolean run(World world) throws IOException, InterruptedException;
  }

  /** Two hosts with a link between them that changes from seed to seed. */
  private static final class World {
    final RandomGenerator random;
    final SimulatedNetwork network;
    final SimulatedHost client;
    final SimulatedHost server;
    final InetSocketAddress at;

    World(SimulationRun run) {
      random = run.random();
      network = random.nextBoolean() ? SimulatedNetwork.create(random) : SimulatedNetwork.create();
      client = network.host("client");
      server = network.host("server");
      at = new InetSocketAddress(server.addresses().getFirst(), 80);
      LinkOptions options =
          LinkOptions.defaults()
              .withLatency(ofMillis(random.nextInt(3)))
              .withWindow(1 + random.nextInt(8));
      network.link(
          client, server, random.nextBoolean() ? options : options.withBandwidth(2_000));
    }

    /** Cuts the link for a while, perhaps. */
    void disturb(TaskGroup group) {
      if (random.nextBoolean()) {
        boolean thither = random.nextBoolean();
        SimulatedHost from = thither ? client : server;
        SimulatedHost to = thither ? server : client;
        group.launch(
            "weather",
            () -> {
              Selvage.sleep(ofMillis(random.nextInt(4)));
              network.cut(from, to);
              Selvage.sleep(ofMillis(random.nextInt(4)));
              network.heal(from, to);
            });
      }
    }

    StreamPair<SocketStream> pair() throws IOException, InterruptedException {
      return NetworkPairs.connect(client, server, at);
    }

    void isClean() {
      assertThat(network.statistics().connections()).isZero();
      assertThat(network.statistics().listeners()).isZero();
    }
  }

  private static void cancelledEverywhere(Operation operation, int schedules) {
    int[] cancelled = {0};
    int[] finished = {0};
    long done = 0;
    for (long seed = 0; done < schedules; seed++) {
      done +=
          Simulation.options()
              .withName("NetworkCancelTest." + operation)
              .withCancelTargets(name -> name.endsWith(VICTIM))
              .cancelEverywhere(
                  seed,
                  run -> {
                    World world = new World(run);
                    if (operation.scenario.run(world)) {
                      cancelled[0]++;
                    } else {
                      finished[0]++;
                    }
                    world.isClean();
                  })
              .runs();
    }
    assertThat(cancelled[0]).isGreaterThan(schedules / 4);
    assertThat(finished[0]).isPositive();
  }

  @ParameterizedTest
  @EnumSource
  void cancelledAnywhereNothingIsLost(Operation operation) {
    cancelledEverywhere(operation, A_FEW);
  }

  @ParameterizedTest
  @EnumSource
  @Tag("stress")
  @Timeout(600)
  void cancelledAtEveryPointOfManySchedulesNothingIsLost(Operation operation) {
    cancelledEverywhere(operation, ALL);
  }

  private static boolean isCancelled(Task<?> victim) throws InterruptedException {
    try {
      var unused = victim.join();
      return false;
    } catch (TaskCancelledException e) {
      return true;
    }
  }

  // ---- receive

  private static byte[] frames() {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (int i = 1; i <= FRAMES; i++) {
      for (int j = 0; j < 4; j++) {
        all.write(j == 3 ? END : 4 * i + j);
      }
    }
    return all.toByteArray();
  }

  private static boolean receive(World world) throws IOException, InterruptedException {
    byte[] all = frames();
    ByteArrayOutputStream received = new ByteArrayOutputStream();
    boolean cancelled;
    try (StreamPair<SocketStream> pair = world.pair()) {
      cancelled =
          TaskGroup.call(
              group -> {
                world.disturb(group);
                group.launch(
                    "sender",
                    () -> {
                      for (int i = 0; i < all.length; i += 10) {
                        pair.left().sendAll(ByteBuffer.wrap(all, i, 10));
                        Selvage.sleep(ofMillis(world.random.nextInt(2)));
                      }
                      pair.left().closeOutput();
                    });
                Task<?> victim =
                    group.launch(
                        VICTIM,
                        () -> {
                          while (received.size() < all.length) {
                            receiveSome(pair.right(), received, all.length, world.random);
                          }
                        });
                boolean wasCancelled = isCancelled(victim);
                received.writeBytes(pair.right().receiveExactly(all.length - received.size()));
                assertThat(pair.right().receiveSome()).isEmpty();
                return wasCancelled;
              });
    }
    assertThat(received.toByteArray()).isEqualTo(all);
    return cancelled;
  }

  /** Receives in one of the ways, and notes it before anything else can happen. */
  private static void receiveSome(
      ByteStream stream, ByteArrayOutputStream received, int all, RandomGenerator random)
      throws IOException, InterruptedException {
    int left = all - received.size();
    switch (random.nextInt(5)) {
      case 0 -> {
        ByteBuffer into = ByteBuffer.allocate(1 + random.nextInt(9));
        try {
          var unused = stream.receive(into);
        } finally {
          received.write(into.array(), 0, into.position());
        }
      }
      case 1 -> received.writeBytes(stream.receiveSome(1 + random.nextInt(9)));
      case 2 -> received.writeBytes(stream.receiveExactly(1 + random.nextInt(left)));
      case 3 -> {
        received.writeBytes(stream.receiveUntil(new byte[] {END}, all));
        received.write(END);
      }
      default -> stream.awaitInput();
    }
  }

  // ---- send

  private static boolean send(World world) throws IOException, InterruptedException {
    byte[] all = frames();
    List<ByteBuffer> parts = new ArrayList<>();
    for (int i = 0; i < all.length; i += 2) {
      parts.add(ByteBuffer.wrap(all, i, 2).slice());
    }
    int[] next = {0}; // the first part of the send that is under way
    int[] after = {0}; // the first part behind it
    boolean[] atOnce = {false}; // whether it is one operation
    boolean cancelled;
    try (StreamPair<SocketStream> pair = world.pair()) {
      cancelled =
          TaskGroup.call(
              group -> {
                world.disturb(group);
                group.launch(
                    "receiver",
                    () -> {
                      assertThat(pair.right().receiveExactly(all.length)).isEqualTo(all);
                      assertThat(pair.right().receiveSome()).isEmpty();
                    });
                Task<?> victim =
                    group.launch(
                        VICTIM,
                        () -> {
                          while (after[0] < parts.size()) {
                            next[0] = after[0];
                            after[0] = Math.min(parts.size(), next[0] + 1 + world.random.nextInt(4));
                            atOnce[0] =
                                after[0] - next[0] > 1 || world.random.nextBoolean();
                            sendParts(
                                pair.left(), parts.subList(next[0], after[0]), atOnce[0]);
                          }
                        });
                boolean wasCancelled = isCancelled(victim);
                checkCut(pair.left(), parts.subList(next[0], after[0]), atOnce[0]);
                pair.left().sendAll(parts.toArray(ByteBuffer[]::new));
                pair.left().closeOutput();
                return wasCancelled;
              });
    }
    return cancelled;
  }

  private static void sendParts(ByteStream stream, List<ByteBuffer> parts, boolean atOnce)
      throws IOException, InterruptedException {
    if (atOnce) {
      stream.sendAll(parts.toArray(ByteBuffer[]::new));
      return;
    }
    while (parts.getFirst().hasRemaining()) {
      var unused = stream.sendSome(parts.getFirst());
    }
  }

  /** The stream tells what the positions of the buffers tell. */
  private static void checkCut(ByteStream stream, List<ByteBuffer> parts, boolean atOnce) {
    int sent = 0;
    int left = 0;
    for (ByteBuffer part : parts) {
      sent += part.position();
      left += part.remaining();
    }
    assertThat(stream.resumeSending()).isEqualTo(atOnce && left > 0 ? sent : 0);
  }

  // ---- accept

  private static boolean accept(World world) throws IOException, InterruptedException {
    List<SocketStream> accepted = new ArrayList<>();
    List<Integer> served = new ArrayList<>();
    try (SocketListener listener =
        world.server.listen(world.at, ListenOptions.defaults().withBacklog(1))) {
      return TaskGroup.call(
          group -> {
            world.disturb(group);
            for (int i = 0; i < CLIENTS; i++) {
              int id = i;
              group.launch("client", () -> askEcho(world, listener, id));
            }
            Task<?> victim =
                group.launch(
                    VICTIM,
                    () -> {
                      while (accepted.size() < CLIENTS) {
                        accepted.add(listener.accept());
                      }
                    });
            boolean wasCancelled = isCancelled(victim);
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

  private static void askEcho(World world, SocketListener listener, int id)
      throws IOException, InterruptedException {
    try (SocketStream stream =
        world.client.connect(listener.localAddress(), ConnectOptions.defaults())) {
      stream.sendAll(new byte[] {(byte) id});
      assertThat(stream.receiveExactly(1)).containsExactly(id);
      assertThat(stream.receiveSome()).isEmpty();
    }
  }

  // ---- connect

  private static boolean connect(World world) throws IOException, InterruptedException {
    ConnectOptions options =
        ConnectOptions.defaults()
            .withLocalAddress(new InetSocketAddress(world.client.addresses().getFirst(), 7_000));
    SocketListener listener =
        world.server.listen(world.at, ListenOptions.defaults().withBacklog(1));
    return TaskGroup.call(
        group -> {
          world.disturb(group);
          group.launch("server", () -> echoAll(listener, group));
          SocketStream[] connected = {null};
          Task<?> victim =
              group.launch(
                  VICTIM, () -> connected[0] = world.client.connect(world.at, options));
          boolean wasCancelled = isCancelled(victim);
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
      SocketStream accepted = acceptUnlessClosed(listener);
      if (accepted == null) {
        return;
      }
      group.launch("echo", () -> echo(accepted));
    }
  }

  private static @Nullable SocketStream acceptUnlessClosed(SocketListener listener)
      throws IOException, InterruptedException {
    try {
      return listener.accept();
    } catch (ClosedResourceException e) {
      return null;
    }
  }

  private static void echo(SocketStream accepted) throws IOException, InterruptedException {
    try (accepted) {
      for (byte[] part = accepted.receiveSome();
          part.length > 0;
          part = accepted.receiveSome()) {
        accepted.sendAll(part);
      }
    } catch (BrokenStreamException e) {
      // of a connect that was cancelled
    }
  }
}
