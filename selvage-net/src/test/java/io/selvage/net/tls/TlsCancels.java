package io.selvage.net.tls;

import static org.assertj.core.api.Assertions.assertThat;

import io.selvage.CancelScope;
import io.selvage.Selvage;
import io.selvage.TaskGroup;
import io.selvage.net.SocketStream;
import io.selvage.sync.Barrier;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Operations that are cancelled at random points, by deadlines and by another thread. */
final class TlsCancels {
  private static final byte[] PATTERN = TlsStreamTest.random(9_973);
  private static final int LONGEST = 60_000;

  private TlsCancels() {}

  /** The byte at a place of the endless text that is sent. */
  private static byte at(long place) {
    return PATTERN[(int) (place % PATTERN.length)];
  }

  // ---- who cancels

  /** One operation after the other, each in a scope that another thread may cancel at any time. */
  private static final class Victim {
    final AtomicReference<CancelScope> scope = new AtomicReference<>();
    final Random random;
    private final AtomicInteger all; // of all victims of a test
    int cancelled;

    Victim(long seed, AtomicInteger all) {
      random = new Random(seed);
      this.all = all;
    }

    CancelScope next() {
      CancelScope next =
          random.nextBoolean()
              ? CancelScope.create()
              : CancelScope.moveOnAfter(Duration.ofNanos(random.nextInt(300_000)));
      scope.set(next);
      return next;
    }

    void count(boolean done) {
      if (!done) {
        cancelled++;
        all.incrementAndGet();
      }
    }
  }

  private static void cancelAgainAndAgain(AtomicBoolean goesOn, Victim... victims)
      throws InterruptedException {
    Random random = new Random(5);
    while (goesOn.get()) {
      Victim victim = victims[random.nextInt(victims.length)];
      CancelScope scope = victim.scope.get();
      if (scope != null) {
        scope.cancel();
      }
      Selvage.sleep(Duration.ofNanos(random.nextInt(150_000)));
    }
  }

  // ---- bytes

  /** Both ends send and receive at once; everything is cancelled, so many times. */
  static void transfer(TlsVersion version, int cancels, long seed) throws Exception {
    AtomicBoolean goesOn = new AtomicBoolean(true);
    Barrier allSent = new Barrier(2); // in TLS 1.2 the end of one direction ends both
    AtomicInteger all = new AtomicInteger();
    Victim[] victims = new Victim[4];
    for (int i = 0; i < victims.length; i++) {
      victims[i] = new Victim(seed * 31 + i, all);
    }
    try (TlsPair pair = TlsPair.connect(version)) {
      TaskGroup.run(
          group -> {
            TaskGroup.run(
                work -> {
                  group.launch("canceller", () -> cancelAgainAndAgain(goesOn, victims));
                  work.launch("c1", () -> send(pair.client(), victims[0], cancels, allSent));
                  work.launch("c2", () -> receive(pair.client(), victims[1]));
                  work.launch("s1", () -> send(pair.server(), victims[2], cancels, allSent));
                  work.launch("s2", () -> receive(pair.server(), victims[3]));
                });
            goesOn.set(false);
          });
      assertThat(victims[1].cancelled + victims[3].cancelled).isPositive();
    }
  }

  private static void send(TlsStream stream, Victim victim, int cancels, Barrier allSent)
      throws Exception {
    long sent = 0;
    while (victim.all.get() < cancels || victim.cancelled == 0) {
      int length = 1 + victim.random.nextInt(LONGEST);
      byte[] bytes = new byte[length];
      for (int i = 0; i < length; i++) {
        bytes[i] = at(sent + i);
      }
      sent +=
          victim.random.nextBoolean()
              ? sendAll(stream, victim, bytes)
              : some(stream, victim, bytes);
    }
    stream.sendAll(new byte[0]); // the records that are left
    var unused = allSent.await();
    stream.closeOutput();
    assertThat(sent).isPositive();
  }

  /** Returns how many bytes were sent, as the stream says. */
  private static long sendAll(TlsStream stream, Victim victim, byte[] bytes) throws Exception {
    boolean done = victim.next().run(() -> stream.sendAll(bytes));
    victim.count(done);
    long cut = stream.resumeSending();
    if (done) {
      assertThat(cut).isZero();
      return bytes.length;
    }
    return cut;
  }

  /** Returns how many bytes were sent, as the position says. */
  private static long some(TlsStream stream, Victim victim, byte[] bytes) throws Exception {
    ByteBuffer from = ByteBuffer.wrap(bytes);
    Optional<Integer> count = victim.next().call(() -> stream.sendSome(from));
    victim.count(count.isPresent());
    long cut = stream.resumeSending();
    assertThat(from.position()).isEqualTo(count.isPresent() ? count.get() : (int) cut);
    return from.position();
  }

  private static void receive(TlsStream stream, Victim victim) throws Exception {
    long received = 0;
    while (true) {
      byte[] bytes = received(stream, victim);
      if (bytes == null) {
        continue;
      }
      if (bytes.length == 0) {
        return;
      }
      for (int i = 0; i < bytes.length; i++) {
        if (bytes[i] != at(received + i)) {
          throw new AssertionError("wrong byte at " + (received + i));
        }
      }
      received += bytes.length;
    }
  }

  /** Returns null if it was cancelled. */
  private static byte @Nullable [] received(TlsStream stream, Victim victim) throws Exception {
    Optional<byte[]> bytes =
        switch (victim.random.nextInt(3)) {
          case 0 -> victim.next().call(stream::receiveSome);
          case 1 -> victim.next().call(() -> stream.receiveSome(1 + victim.random.nextInt(100)));
          default ->
              victim
                  .next()
                  .call(
                      () -> {
                        ByteBuffer into = ByteBuffer.allocate(1 + victim.random.nextInt(30_000));
                        stream.receive(into);
                        byte[] got = new byte[into.flip().remaining()];
                        into.get(got);
                        return got;
                      });
        };
    victim.count(bytes.isPresent());
    return bytes.orElse(null);
  }

  // ---- handshakes

  /** Handshakes that are cancelled and continued, until so many cancels have hit. */
  static void handshakes(TlsVersion version, int cancels, long seed) throws Exception {
    TlsClient client = TestKeys.client().withVersions(version);
    TlsServer server = TestKeys.server();
    Victim here = new Victim(seed, new AtomicInteger());
    Victim there = new Victim(seed + 1, new AtomicInteger());
    while (here.cancelled + there.cancelled < cancels) {
      try (TlsPair pair = TlsPair.create(client, server)) {
        TaskGroup.run(
            group -> {
              group.launch("server", () -> pingPong(pair.server(), there));
              pingPong(pair.client(), here);
            });
        assertThat(pair.client().version()).isEqualTo(version);
      }
    }
  }

  private static void pingPong(TlsStream stream, Victim victim) throws Exception {
    boolean done = false;
    while (!done) {
      done =
          CancelScope.moveOnAfter(Duration.ofNanos(victim.random.nextInt(2_000_000)))
              .run(stream::handshake);
      victim.count(done);
    }
    stream.sendAll(new byte[] {1, 2, 3});
    assertThat(stream.receiveExactly(3)).containsExactly(1, 2, 3);
  }

  /** Connects and accepts that are cancelled; returns how many were. Closes everything it got. */
  static int connects(int rounds, long seed) throws Exception {
    TlsClient client = TestKeys.client();
    TlsServer server = TestKeys.server();
    Victim here = new Victim(seed, new AtomicInteger());
    Victim there = new Victim(seed + 1, new AtomicInteger());
    try (TestServer listener = new TestServer()) {
      for (int i = 0; i < rounds; i++) {
        TaskGroup.run(
            group -> {
              group.launch(
                  "server",
                  () -> {
                    SocketStream accepted = listener.accept();
                    closed(there, () -> server.accept(accepted));
                  });
              closed(
                  here, () -> client.connect(new LoopbackNetwork(), "localhost", listener.port()));
            });
      }
    }
    return here.cancelled + there.cancelled;
  }

  /** A way to a stream. */
  private interface Connect {
    TlsStream stream() throws IOException, InterruptedException;
  }

  private static void closed(Victim victim, Connect connect) throws InterruptedException {
    try {
      Optional<TlsStream> stream =
          CancelScope.moveOnAfter(Duration.ofNanos(50_000 + victim.random.nextInt(4_000_000)))
              .call(connect::stream);
      victim.count(stream.isPresent());
      if (stream.isPresent()) {
        stream.get().close();
      }
    } catch (IOException e) {
      // the other end was cancelled
    }
  }
}
