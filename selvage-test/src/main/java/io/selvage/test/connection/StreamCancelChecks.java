package io.selvage.test.connection;

import static io.selvage.test.connection.StreamProbe.buffer;
import static io.selvage.test.connection.StreamProbe.bytes;
import static io.selvage.test.connection.StreamProbe.expect;
import static io.selvage.test.connection.StreamProbe.pause;
import static io.selvage.test.connection.StreamProbe.read;
import static io.selvage.test.connection.StreamProbe.readToEnd;
import static io.selvage.test.connection.StreamProbe.require;
import static io.selvage.test.connection.StreamProbe.same;

import io.selvage.CancelScope;
import io.selvage.Selvage;
import io.selvage.TaskGroup;
import io.selvage.function.ThrowingRunnable;
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
  private static final Duration LONG_ENOUGH = Duration.ofMillis(20);

  static final List<Check> ALL =
      List.of(
          new Check("a cancelled thread does not begin to read", StreamCancelChecks::readOnEntry),
          new Check("a cancelled thread does not begin to write", StreamCancelChecks::writeOnEntry),
          new Check("an interrupted thread does not begin", StreamCancelChecks::interrupted),
          new Check("a read has a deadline and takes nothing", StreamCancelChecks::deadline),
          new Check("a read that is cancelled takes nothing", StreamCancelChecks::reads),
          new Check(
              "a write that is cancelled tells how much it wrote", StreamCancelChecks::writes),
          new Check("a write that does not fit tells what fitted", StreamCancelChecks::full));

  private StreamCancelChecks() {}

  private static void readOnEntry(ByteStream here, ByteStream there, RandomGenerator random)
      throws IOException, InterruptedException {
    TaskGroup.run(
        group -> {
          group.launch("writer", () -> here.writeAll(buffer(1, 2)));
          pause(random);
          ByteBuffer into = ByteBuffer.allocate(2);
          boolean happened = cancelled().run(() -> there.read(into));
          require(!happened, "a read began although it was cancelled");
          same("the position behind it", 0, into.position());
          read(there, 1, 2);
        });
  }

  private static void writeOnEntry(ByteStream here, ByteStream there, RandomGenerator random)
      throws IOException, InterruptedException {
    TaskGroup.run(
        group -> {
          group.launch(
              "writer",
              () -> {
                ByteBuffer from = buffer(1, 2);
                boolean happened = cancelled().run(() -> here.write(from));
                happened |= cancelled().run(() -> here.writeAll(from));
                require(!happened, "a write began although it was cancelled");
                same("the position behind it", 0, from.position());
                here.writeAll(buffer(3));
              });
          read(there, 3);
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
          group.launch("writer", () -> here.writeAll(buffer(1)));
          pause(random);
          expect(
              "a read by a thread that was interrupted",
              InterruptedException.class,
              () -> {
                Thread.currentThread().interrupt();
                var unused = there.read(ByteBuffer.allocate(1));
              });
          require(!Thread.currentThread().isInterrupted(), "the interrupt flag was left set");
          read(there, 1);
        });
  }

  private static void deadline(ByteStream here, ByteStream there, RandomGenerator random)
      throws IOException, InterruptedException {
    ByteBuffer into = ByteBuffer.allocate(1);
    boolean happened =
        CancelScope.moveOnAfter(LONG_ENOUGH).call(() -> there.read(into)).isPresent();
    require(!happened, "a read came to an end without anything to read");
    same("the position behind it", 0, into.position());
    TaskGroup.run(
        group -> {
          group.launch("writer", () -> here.writeAll(buffer(1)));
          read(there, 1);
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

  private static void reads(ByteStream here, ByteStream there, RandomGenerator random)
      throws IOException, InterruptedException {
    byte[] all = bytes(SOME, random);
    ByteArrayOutputStream received = new ByteArrayOutputStream();
    Target target = new Target();
    TaskGroup.run(
        group -> {
          group.launch(
              "writer",
              () -> {
                for (int i = 0; i < SOME; i += 4) {
                  pause(random);
                  here.writeAll(ByteBuffer.wrap(all, i, 4));
                }
                here.closeOutput();
              });
          group.launch("canceller", () -> target.cancelAgainAndAgain(random));
          int[] count = {0};
          while (count[0] >= 0) {
            ByteBuffer into = ByteBuffer.allocate(1 + random.nextInt(SOME));
            count[0] = 0;
            boolean happened = target.run(() -> count[0] = there.read(into));
            same("the position behind a read", Math.max(count[0], 0), into.position());
            require(happened || into.position() == 0, "a read was cancelled and took bytes");
            received.write(into.array(), 0, into.position());
          }
        });
    same("the bytes read", all, received.toByteArray());
  }

  private static void writes(ByteStream here, ByteStream there, RandomGenerator random)
      throws IOException, InterruptedException {
    byte[] all = bytes(SOME * SOME, random);
    Target target = new Target();
    TaskGroup.run(
        group -> {
          group.launch(
              "writer",
              () -> {
                ByteBuffer from = ByteBuffer.wrap(all);
                while (from.hasRemaining()) {
                  boolean happened = target.run(() -> here.writeAll(from));
                  require(!happened || !from.hasRemaining(), "writeAll has not written all");
                }
                here.closeOutput();
              });
          group.launch("canceller", () -> target.cancelAgainAndAgain(random));
          pause(random);
          same("the bytes that arrived", all, readToEnd(there, random));
        });
  }

  private static void full(ByteStream here, ByteStream there, RandomGenerator random)
      throws IOException, InterruptedException {
    ByteBuffer from = ByteBuffer.wrap(bytes(MANY, random));
    // A stream that takes so much without waiting is not full then, and that is right as well.
    CancelScope.moveOnAfter(LONG_ENOUGH).run(() -> here.writeAll(from));
    TaskGroup.run(
        group -> {
          group.launch("closer", here::closeOutput);
          same(
              "the bytes that arrived",
              Arrays.copyOf(from.array(), from.position()),
              readToEnd(there, random));
        });
  }
}
