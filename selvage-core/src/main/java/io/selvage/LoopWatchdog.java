package io.selvage;

import io.selvage.kernel.Durations;
import io.selvage.kernel.Log;
import io.selvage.kernel.TurnWatchdog;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * Who is told when a task of a loop keeps the turn for too long.
 *
 * @param longest how long a turn may be kept
 * @param handler whom to tell
 */
record LoopWatchdog(Duration longest, Consumer<LoopStall> handler) {
  static final LoopWatchdog LOG = new LoopWatchdog(Duration.ofSeconds(2), LoopWatchdog::log);

  LoopWatchdog {
    if (Durations.nanos(longest, "longest") == 0) {
      throw new IllegalArgumentException(
          "longest must be more than zero, was " + longest + "; it is how long a turn may be kept");
    }
    Objects.requireNonNull(handler, "handler");
  }

  TurnWatchdog.Settings settings() {
    return new TurnWatchdog.Settings(longest.toNanos(), this::tell);
  }

  private void tell(String task, long nanos, List<StackTraceElement> stack) {
    handler.accept(new LoopStall(task, Duration.ofNanos(nanos), stack));
  }

  private static void log(LoopStall held) {
    Throwable stack = new Throwable("where " + held.task() + " is");
    stack.setStackTrace(held.stack().toArray(StackTraceElement[]::new));
    Log.warning(Loop.class, held.message(), stack);
  }
}
