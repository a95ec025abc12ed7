package io.selvage.test.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.selvage.CancelScope;
import io.selvage.GroupOptions;
import io.selvage.Selvage;
import io.selvage.TaskCancelledException;
import io.selvage.TaskFailedException;
import io.selvage.TaskGroup;
import io.selvage.function.ThrowingRunnable;
import io.selvage.test.Simulation;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicReference;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Whatever is cancelled whenever: every byte was received exactly once, or is still there, or was
 * not sent; and no task waits for ever.
 */
class MemoryStreamCancelTest {
  private static final int BYTES = 9;

  private static byte[] numbers(int count) {
    byte[] numbers = new byte[count];
    for (int i = 0; i < count; i++) {
      numbers[i] = (byte) (i * 31 + 1);
    }
    return numbers;
  }

  /** One direction, with what its users say has happened. */
  private static final class Direction {
    final MemoryStream from;
    final MemoryStream to;
    final ByteBuffer out;
    final ByteArrayOutputStream in = new ByteArrayOutputStream();

    Direction(MemoryStream from, MemoryStream to, int bytes) {
      this.from = from;
      this.to = to;
      this.out = ByteBuffer.wrap(numbers(bytes));
    }

    void send() throws IOException, InterruptedException {
      from.sendAll(out);
    }

    /** {@return false at the end} */
    boolean receive(int room) throws IOException, InterruptedException {
      ByteBuffer into = ByteBuffer.allocate(room);
      try {
        return to.receive(into) >= 0;
      } finally {
        in.write(into.array(), 0, into.position());
      }
    }

    void check() throws IOException, InterruptedException {
      assertThat(from.waiting()).isZero();
      assertThat(from.bytesSent()).isEqualTo(out.position());
      assertThat(to.bytesReceived()).isEqualTo(in.size());
      // Closed by the sender, whatever happened to it: so this never waits.
      CancelScope.shieldUnlimited()
          .run(
              () -> {
                while (receive(1)) {
                  // until the end
                }
              });
      assertThat(in.toByteArray()).isEqualTo(Arrays.copyOf(out.array(), out.position()));
    }
  }

  /**
   * Starts a task and waits until it has begun: so it ends its direction however it ends itself,
   * and no task waits for ever for one that was cancelled.
   */
  private static void begin(
      TaskGroup group, String name, Direction direction, ThrowingRunnable<IOException> work)
      throws InterruptedException {
    boolean unused =
        group.start(
            name,
            status -> {
              try {
                status.started(true);
                work.run();
              } finally {
                direction.from.closeOutput();
              }
            });
  }

  @ParameterizedTest
  @CsvSource({"0, false", "0, true", "1, false", "4, false", "4, true", "100, true"})
  void cancelledAnywhereNoByteIsLostOrDoubled(int capacity, boolean randomSizes) {
    for (long seed = 0; seed < 12; seed++) {
      Simulation.options()
          .cancelEverywhere(
              seed,
              run -> {
                RandomGenerator random = run.random();
                StreamPair<MemoryStream> pair =
                    randomSizes
                        ? MemoryStreams.pair(capacity, random)
                        : MemoryStreams.pair(capacity);
                Direction thither = new Direction(pair.left(), pair.right(), BYTES);
                Direction hither = new Direction(pair.right(), pair.left(), BYTES);
                try {
                  TaskGroup.run(
                      group -> {
                        for (Direction direction : new Direction[] {thither, hither}) {
                          begin(group, "sender", direction, direction::send);
                          begin(
                              group,
                              "receiver",
                              direction,
                              () -> {
                                while (direction.receive(1 + random.nextInt(4))) {
                                  // until the end
                                }
                              });
                        }
                      });
                } catch (TaskFailedException e) {
                  assertThat(e).hasMessageContaining("was closed");
                } catch (TaskCancelledException e) {
                  // one that had not begun
                } finally {
                  // Whose task had not begun has not done that.
                  pair.left().closeOutput();
                  pair.right().closeOutput();
                  thither.check();
                  hither.check();
                }
              });
    }
  }

  /** A receiver and a sender are cancelled again and again, until all has arrived. */
  private static void storm(int capacity, int bytes, RandomGenerator random, GroupOptions options)
      throws IOException, InterruptedException {
    StreamPair<MemoryStream> pair = MemoryStreams.pair(capacity, random);
    Direction direction = new Direction(pair.left(), pair.right(), bytes);
    AtomicReference<CancelScope> sending = new AtomicReference<>(CancelScope.create());
    AtomicReference<CancelScope> receiving = new AtomicReference<>(CancelScope.create());
    options.run(
        group -> {
          group.launch(
              "sender",
              () -> {
                while (direction.out.hasRemaining()) {
                  CancelScope scope = CancelScope.create();
                  sending.set(scope);
                  int before = direction.out.position();
                  boolean all = scope.run(() -> direction.from.sendAll(direction.out));
                  long cut = all ? 0 : direction.out.position() - before;
                  assertThat(direction.from.resumeSending())
                      .isEqualTo(direction.out.hasRemaining() ? cut : 0);
                }
                direction.from.closeOutput();
              });
          var receiver =
              group.launch(
                  "receiver",
                  () -> {
                    boolean[] more = {true};
                    while (more[0]) {
                      CancelScope scope = CancelScope.create();
                      receiving.set(scope);
                      scope.run(() -> more[0] = direction.receive(7));
                    }
                  });
          group.launch(
              "canceller",
              () -> {
                while (!receiver.isDone()) {
                  receiving.get().cancel();
                  Selvage.checkpoint();
                  sending.get().cancel();
                  Selvage.sleep(Duration.ofNanos(20_000));
                }
              });
        });
    assertThat(direction.out.hasRemaining()).isFalse();
    direction.check();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 5, 64})
  void cancelledAgainAndAgainEverythingArrives(int capacity) {
    Simulation.explore(150, run -> storm(capacity, 40, run.random(), TaskGroup.options()));
  }

  static Stream<Arguments> kindsAndCapacities() {
    return Stream.of(0, 1, 16)
        .flatMap(
            capacity ->
                Stream.of(
                    Arguments.of(capacity, TaskGroup.options()),
                    Arguments.of(capacity, TaskGroup.options().withPlatformThreads()),
                    Arguments.of(capacity, TaskGroup.options().withLimit(2))));
  }

  @ParameterizedTest
  @MethodSource("kindsAndCapacities")
  @Timeout(20)
  void cancelledAgainAndAgainEverythingArrivesOnRealThreads(int capacity, GroupOptions options)
      throws Exception {
    storm(capacity, 2_000, new SplittableRandom(capacity), options);
  }
}
