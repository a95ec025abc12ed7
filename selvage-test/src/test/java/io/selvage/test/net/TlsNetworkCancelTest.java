package io.selvage.test.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.selvage.TaskGroup;
import io.selvage.net.BrokenStreamException;
import io.selvage.net.SocketListener;
import io.selvage.net.SocketStream;
import io.selvage.net.tls.TlsClient;
import io.selvage.net.tls.TlsKeys;
import io.selvage.net.tls.TlsServer;
import io.selvage.net.tls.TlsStream;
import io.selvage.net.tls.TlsTrust;
import io.selvage.net.tls.TlsVersion;
import io.selvage.test.connection.StreamPair;
import io.selvage.test.net.CancelWorld.Way;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The handshakes, receives, sends and ends of encrypted connections, each cancelled at every point
 * and at random times: a connection that was given up is closed at both ends, and the next one
 * works; one that goes on has lost nothing.
 */
class TlsNetworkCancelTest {
  private static final int A_FEW = 60;
  private static final int ALL = 7_200; // of each operation and way: 100 800 in all
  private static final Path FOLDER =
      Path.of("../selvage-net/src/test/resources/io/selvage/net/tls");
  private static final TlsKeys KEYS; // whose signatures are all of one length
  private static final TlsTrust TRUST;

  static {
    try {
      KEYS = TlsKeys.pem(FOLDER.resolve("ed.pem"), FOLDER.resolve("ed.key"));
      TRUST = TlsTrust.pem(FOLDER.resolve("ca.pem"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static final TlsClient CLIENT =
      TlsClient.create().withServerName("ed.test").withHandshakeLimit(Duration.ofDays(1));
  private static final TlsServer SERVER =
      TlsServer.create(KEYS).withHandshakeLimit(Duration.ofDays(1));

  /** What is cancelled. */
  private enum Operation {
    CONNECT(TlsNetworkCancelTest::connect),
    ACCEPT(TlsNetworkCancelTest::accept),
    CLIENT_HANDSHAKE(world -> handshake(world, /* ofClient= */ true)),
    SERVER_HANDSHAKE(world -> handshake(world, /* ofClient= */ false)),
    RECEIVE(world -> CancelledTransfers.receive(world, pair(world))),
    SEND(world -> CancelledTransfers.send(world, pair(world))),
    END(TlsNetworkCancelTest::end);

    final CancelWorld.Scenario scenario;

    Operation(CancelWorld.Scenario scenario) {
      this.scenario = scenario;
    }
  }

  /** A client and a server that know no sessions of earlier runs: these would make runs differ. */
  private record Tls(TlsClient client, TlsServer server) {
    static Tls create(CancelWorld world) {
      world.setWindow(200, 4_000);
      TlsVersion version = world.random.nextInt(3) == 0 ? TlsVersion.TLS_1_2 : TlsVersion.TLS_1_3;
      return new Tls(
          CLIENT.withTrust(TRUST).withVersions(version),
          SERVER.withKeysFor("other.test", KEYS)); // makes a copy
    }

    StreamPair<TlsStream> over(StreamPair<SocketStream> below) {
      return new StreamPair<>(client.over(below.left(), "server"), server.over(below.right()));
    }
  }

  private static void cancel(Operation operation, Way way, int schedules) {
    CancelWorld.cancel(
        "TlsNetworkCancelTest." + operation + "." + way, way, schedules, operation.scenario);
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

  /** The keys and random numbers of TLS differ from run to run, but the steps do not. */
  @ParameterizedTest
  @EnumSource
  void aSeedGivesTheSameSteps(Operation operation) {
    for (long seed = 0; seed < 3; seed++) {
      CancelWorld.checkDeterminism(seed, operation.scenario);
    }
  }

  // ---- connections that are given up

  private static boolean connect(CancelWorld world) throws IOException, InterruptedException {
    Tls tls = Tls.create(world);
    AtomicInteger broken = new AtomicInteger();
    SocketListener listener = world.listen();
    boolean cancelled =
        TaskGroup.call(
            group -> {
              world.disturb(group);
              group.launch("server", () -> serveAll(listener, tls, group, broken));
              TlsStream[] connected = {null};
              boolean wasCancelled =
                  world.cancels(
                      group, () -> connected[0] = tls.client.connect(world.client, "server", 80));
              TlsStream stream = connected[0];
              if (stream == null) {
                stream = tls.client.connect(world.client, "server", 80);
              }
              ask(stream);
              listener.close();
              return wasCancelled;
            });
    assertThat(broken.get()).isLessThanOrEqualTo(cancelled ? 1 : 0);
    return cancelled;
  }

  private static void serveAll(
      SocketListener listener, Tls tls, TaskGroup group, AtomicInteger broken)
      throws IOException, InterruptedException {
    while (true) {
      SocketStream accepted = CancelWorld.acceptUnlessClosed(listener);
      if (accepted == null) {
        return;
      }
      group.launch(
          "answer",
          () -> {
            try {
              answer(tls.server.accept(accepted));
            } catch (BrokenStreamException e) {
              broken.incrementAndGet(); // of a connect that was cancelled
            }
          });
    }
  }

  private static boolean accept(CancelWorld world) throws IOException, InterruptedException {
    Tls tls = Tls.create(world);
    AtomicInteger broken = new AtomicInteger();
    boolean cancelled;
    try (SocketListener listener = world.listen()) {
      cancelled =
          TaskGroup.call(
              group -> {
                world.disturb(group);
                group.launch("client", () -> askUntilAnswered(world, tls, broken));
                TlsStream[] accepted = {null};
                boolean wasCancelled =
                    world.cancels(group, () -> accepted[0] = tls.server.accept(listener.accept()));
                TlsStream stream = accepted[0];
                if (stream == null) {
                  stream = tls.server.accept(listener.accept());
                }
                answer(stream);
                return wasCancelled;
              });
    }
    assertThat(broken.get()).isLessThanOrEqualTo(cancelled ? 1 : 0);
    return cancelled;
  }

  private static void askUntilAnswered(CancelWorld world, Tls tls, AtomicInteger broken)
      throws IOException, InterruptedException {
    while (true) {
      try {
        ask(tls.client.connect(world.client, "server", 80));
        return;
      } catch (BrokenStreamException e) {
        broken.incrementAndGet(); // by an accept that was cancelled
      }
    }
  }

  private static void ask(TlsStream stream) throws IOException, InterruptedException {
    try (stream) {
      stream.sendAll(new byte[] {7});
      assertThat(stream.receiveExactly(1)).containsExactly(7);
      stream.closeOutput();
      assertThat(stream.receiveSome()).isEmpty();
    }
  }

  private static void answer(TlsStream stream) throws IOException, InterruptedException {
    try (stream) {
      for (byte[] part = stream.receiveSome(); part.length > 0; part = stream.receiveSome()) {
        stream.sendAll(part);
      }
      stream.closeOutput();
    }
  }

  // ---- connections that go on

  private static boolean handshake(CancelWorld world, boolean ofClient)
      throws IOException, InterruptedException {
    try (StreamPair<TlsStream> pair = Tls.create(world).over(world.pair())) {
      return TaskGroup.call(
          group -> {
            world.disturb(group);
            boolean wasCancelled;
            if (ofClient) {
              group.launch("server", () -> answer(pair.right()));
              wasCancelled = world.cancels(group, pair.left()::handshake);
              ask(pair.left());
            } else {
              group.launch("client", () -> ask(pair.left()));
              wasCancelled = world.cancels(group, pair.right()::handshake);
              answer(pair.right());
            }
            return wasCancelled;
          });
    }
  }

  /** {@return both ends of a connection, most often after the handshake} */
  private static StreamPair<TlsStream> pair(CancelWorld world)
      throws IOException, InterruptedException {
    StreamPair<TlsStream> pair = Tls.create(world).over(world.pair());
    if (world.random.nextInt(4) > 0) {
      TaskGroup.run(
          group -> {
            group.launch("server", pair.right()::handshake);
            pair.left().handshake();
          });
      world.setWindow(20, 80);
    }
    return pair;
  }

  private static boolean end(CancelWorld world) throws IOException, InterruptedException {
    byte[] all = {1, 2, 3, 4};
    try (StreamPair<TlsStream> pair = pair(world)) {
      return TaskGroup.call(
          group -> {
            world.disturb(group);
            group.launch(
                "receiver",
                () -> {
                  assertThat(pair.right().receiveExactly(all.length)).isEqualTo(all);
                  assertThat(pair.right().receiveSome()).isEmpty();
                  pair.right().closeOutput();
                });
            pair.left().sendAll(all);
            boolean wasCancelled = world.cancels(group, pair.left()::closeOutput);
            pair.left().closeOutput();
            assertThat(pair.left().receiveSome()).isEmpty();
            return wasCancelled;
          });
    }
  }
}
