package io.selvage.bench.rows;

import io.selvage.Selvage;
import io.selvage.bench.harness.Body;
import io.selvage.bench.harness.Row;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** From a cancel until all tasks that it blocked have ended; they block before the clock starts. */
final class CancelRows {
  private static final Duration LONG = Duration.ofHours(1);
  private static final int TASKS = 10_000;

  private CancelRows() {}

  static List<Row> all() {
    return List.of(
        Row.timed("cancel", "cancel-10000", "10 000 tasks that sleep are cancelled and joined")
            .with(Peers.SELVAGE, () -> body(() -> Waiting.group(TASKS, () -> Selvage.sleep(LONG))))
            .with(Peers.RAW, () -> body(() -> Waiting.threads(TASKS, () -> Thread.sleep(LONG))))
            .with(Peers.KOTLIN, () -> body(() -> Waiting.coroutines(TASKS))),
        Row.timed(
                "cancel",
                "cancel-10000-blocking",
                "the same of tasks that block in the JDK, and are interrupted")
            .with(Peers.SELVAGE, () -> body(() -> Waiting.group(TASKS, () -> Thread.sleep(LONG))))
            .with(Peers.RAW, () -> body(() -> Waiting.threads(TASKS, () -> Thread.sleep(LONG)))));
  }

  private static Body body(Waiting.Start start) {
    return new Body() {
      private @Nullable Waiting waiting;

      @Override
      public void prepare() throws InterruptedException {
        waiting = start.run();
      }

      @Override
      public int run() throws InterruptedException {
        Objects.requireNonNull(waiting).end();
        return 1;
      }
    };
  }
}
