package io.selvage.test.connection;

import static io.selvage.test.connection.StreamProbe.buffer;
import static io.selvage.test.connection.StreamProbe.bytes;
import static io.selvage.test.connection.StreamProbe.expect;
import static io.selvage.test.connection.StreamProbe.pause;
import static io.selvage.test.connection.StreamProbe.receive;
import static io.selvage.test.connection.StreamProbe.receiveToEnd;
import static io.selvage.test.connection.StreamProbe.require;
import static io.selvage.test.connection.StreamProbe.same;

import io.selvage.CancelScope;
import io.selvage.Selvage;
import io.selvage.TaskGroup;
import io.selvage.function.ThrowingRunnable;
import io.selvage.net.ByteStream;
import io.selvage.test.connection.StreamChecks.Check;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.random.RandomGenerator;

/** What a cancellation leaves behind: every byte, in a place that is known. */
final class StreamCancelChecks {
  private static final int MANY = 1 << 20;
  private static final int SOME = 40;
  private static final int COPIES = 16; // more than a socket takes without a receiver
  private static final Duration LONG_ENOUGH = Duration.ofMillis(20);

  static final List<Check> ALL =
      List.of(
          new Check(
              "a cancelled thread does not begin to receive", StreamCancelChecks::receiveOnEntry),
          new Check("a cancelled thread does not begin to send", StreamCancelChecks::sendOnEntry),
          new Check("an interrupted thread does not begin", StreamCancelChecks::interrupted),
          new Check("a receive has a deadline and takes nothing", StreamCancelChecks::deadline),
          new Check("a receive that is cancelled takes nothing", StreamCancelChecks::receives),
          new Check("a send that is cancelled tells how much it sent", StreamCancelChecks::sends),
          new Check("a send that does not fit tells what fitted", StreamCancelChecks::full),
          new Check("after a cut a send must be resumed", StreamCancelChecks::cutShort),
          new Check("a frame that is cancelled is received later", StreamCancelChecks::frames));

  private StreamCancelChecks() {}

  private static void receiveOnEntry(ByteStream here, ByteStream there, RandomGenerator random)
      throws IOException, InterruptedException {
    TaskGroup.run(
        group -> {
          group.launch("sender", () -> here.sendAll(buffer(1, 2)));
          pause(random);
          ByteBuffer into = ByteBuffer.allocate(2);
          boolean happened = cancelled().run(() -> there.receive(into));
          require(!happened, "a receive began although it was cancelled");
          same("the position after it", 0, into.position());
          receive(there, 1, 2);
        });
  }

  private static void sendOnEntry(ByteStream here, ByteStream there, RandomGenerator random)
      throws IOException, InterruptedException {
    TaskGroup.run(
        group -> {
          group.launch(
              "sender",
              () -> {
                ByteBuffer from = buffer(1, 2);
                boolean happened = cancelled().run(() -> here.sendSome(from));
                happened |= cancelled().run(() -> here.sendAll(from));
                require(!happened, "a send began although it was cancelled");
                same("the position after it", 0, from.position());
                here.sendAll(buffer(3));
              });
          receive(there, 3);
        });
  }

  private static CancelScope cancelled() {
    CancelScope scope = CancelScope.create();
    scope.cancel("to begin while cancelled");
    return scope;
  }

  private static void interrupted(ByteStream here, ByteStream there, RandomGenerator random)
      throws IOException, InterruptedException {
    TaskGroup.run(
        group -> {
          group.launch("sender", () -> here.sendAll(buffer(1)));
          pause(random);
          expect(
              "a receive by a thread that was interrupted",
              InterruptedException.class,
              () -> {
                Thread.currentThread().interrupt();
                var unused = there.receive(ByteBuffer.allocate(1));
              });
          require(!Thread.currentThread().isInterrupted(), "the interrupt flag was left set");
          receive(there, 1);
        });
  }

  private static void deadline(ByteStream here, ByteStream there, RandomGenerator random)
      throws IOException, InterruptedException {
    ByteBuffer into = ByteBuffer.allocate(1);
    boolean happened =
        CancelScope.moveOnAfter(LONG_ENOUGH).call(() -> there.receive(into)).isPresent();
    require(!happened, "a receive came to an end without anything to receive");
    same("the position after it", 0, into.position());
    TaskGroup.run(
        group -> {
          group.launch("sender", () -> here.sendAll(buffer(1)));
          receive(there, 1);
        });
  }

  /** The scope of the operation that is in progress, so that another task can cancel it. */
  private static final class Target {
    private final AtomicReference<CancelScope> scope = new AtomicReference<>(CancelScope.create());

    /** {@return whether it came to its end} */
    boolean run(ThrowingRunnable<IOException> operation) throws IOException, InterruptedException {
      CancelScope current = CancelScope.create();
      scope.set(current);
      return current.run(operation);
    }

    void cancelAgainAndAgain(RandomGenerator random) throws InterruptedException {
      for (int i = 0; i < SOME; i++) {
        if (random.nextBoolean()) {
          pause(random);
        } else {
          Selvage.checkpoint();
        }
        scope.get().cancel("to see what is left");
      }
    }
  }

  private static void receives(ByteStream here, ByteStream there, RandomGenerator random)
      throws IOException, InterruptedException {
    byte[] all = bytes(SOME, random);
    ByteArrayOutputStream received = new ByteArrayOutputStream();
    Target target = new Target();
    TaskGroup.run(
        group -> {
          group.launch(
              "sender",
              () -> {
                for (int i = 0; i < SOME; i += 4) {
                  pause(random);
                  here.sendAll(ByteBuffer.wrap(all, i, 4));
                }
                here.closeOutput();
              });
          group.launch("canceller", () -> target.cancelAgainAndAgain(random));
          int[] count = {0};
          while (count[0] >= 0) {
            ByteBuffer into = ByteBuffer.allocate(1 + random.nextInt(SOME));
            count[0] = 0;
            boolean happened = target.run(() -> count[0] = there.receive(into));
            same("the position after a receive", Math.max(count[0], 0), into.position());
            require(happened || into.position() == 0, "a receive was cancelled and took bytes");
            received.write(into.array(), 0, into.position());
          }
        });
    same("the bytes received", all, received.toByteArray());
  }

  private static void sends(ByteStream here, ByteStream there, RandomGenerator random)
      throws IOException, InterruptedException {
    byte[] all = bytes(SOME * SOME, random);
    Target target = new Target();
    TaskGroup.run(
        group -> {
          group.launch(
              "sender",
              () -> {
                ByteBuffer from = ByteBuffer.wrap(all);
                while (from.hasRemaining()) {
                  int before = from.position();
                  boolean happened = target.run(() -> here.sendAll(from));
                  require(!happened || !from.hasRemaining(), "sendAll has not sent all");
                  long cut = from.hasRemaining() ? from.position() - before : 0;
                  same("what a send that was cut short has sent", cut, here.resumeSending());
                }
                here.closeOutput();
              });
          group.launch("canceller", () -> target.cancelAgainAndAgain(random));
          pause(random);
          same("the bytes that arrived", all, receiveToEnd(there, random));
        });
  }

  private static void full(ByteStream here, ByteStream there, RandomGenerator random)
      throws IOException, InterruptedException {
    ByteBuffer from = ByteBuffer.wrap(bytes(MANY, random));
    // A stream that takes so much without waiting is not full then, and that is right as well.
    CancelScope.moveOnAfter(LONG_ENOUGH).run(() -> here.sendAll(from));
    TaskGroup.run(
        group -> {
          group.launch("closer", here::closeOutput);
          same(
              "the bytes that arrived",
              Arrays.copyOf(from.array(), from.position()),
              receiveToEnd(there, random));
        });
  }

  private static void cutShort(ByteStream here, ByteStream there, RandomGenerator random)
      throws IOException, InterruptedException {
    byte[] once = bytes(MANY, random);
    ByteBuffer[] parts = new ByteBuffer[COPIES];
    for (int i = 0; i < COPIES; i++) {
      parts[i] = ByteBuffer.wrap(once);
    }
    CancelScope.moveOnAfter(LONG_ENOUGH).run(() -> here.sendAll(parts));
    long sent = 0;
    for (ByteBuffer part : parts) {
      sent += part.position();
    }
    if (sent > 0 && sent < (long) COPIES * MANY) {
      for (int i = 0; i < 2; i++) {
        expect("a send after a cut", IllegalStateException.class, () -> here.sendAll(buffer(1)));
        expect("a send after a cut", IllegalStateException.class, () -> here.sendSome(buffer(1)));
      }
      same("how much was sent before the cut", sent, here.resumeSending());
    }
    same("a cut that is known", 0L, here.resumeSending());
    receiveRest(here, there, once, sent);
  }

  private static void receiveRest(ByteStream here, ByteStream there, byte[] once, long sent)
      throws IOException, InterruptedException {
    TaskGroup.run(
        group -> {
          group.launch(
              "sender",
              () -> {
                here.sendAll(buffer(1, 2, 3));
                here.closeOutput();
              });
          for (long left = sent; left > 0; left -= MANY) {
            int count = (int) Math.min(left, MANY);
            same("the bytes that arrived", Arrays.copyOf(once, count), there.receiveExactly(count));
          }
          receive(there, 1, 2, 3);
          same("the end", -1, there.receive(ByteBuffer.allocate(1)));
        });
  }

  private static void frames(ByteStream here, ByteStream there, RandomGenerator random)
      throws IOException, InterruptedException {
    Target target = new Target();
    TaskGroup.run(
        group -> {
          group.launch(
              "sender",
              () -> {
                for (int i = 0; i < SOME; i++) {
                  here.sendAll(buffer(i, i, i), buffer(-1));
                  pause(random);
                }
              });
          group.launch("canceller", () -> target.cancelAgainAndAgain(random));
          for (int i = 0; i < SOME; i++) {
            byte[] frame = {(byte) i, (byte) i, (byte) i};
            byte[][] received = new byte[1][];
            while (received[0] == null) {
              target.run(() -> received[0] = receiveFrame(there, random));
            }
            same("the frame", frame, Arrays.copyOf(received[0], frame.length));
          }
        });
  }

  private static byte[] receiveFrame(ByteStream stream, RandomGenerator random)
      throws IOException, InterruptedException {
    if (random.nextBoolean()) {
      stream.awaitInput();
    }
    return random.nextBoolean()
        ? stream.receiveExactly(4)
        : stream.receiveUntil(new byte[] {-1}, SOME);
  }
}
