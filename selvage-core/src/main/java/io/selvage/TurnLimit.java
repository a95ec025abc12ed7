package io.selvage;

import io.selvage.kernel.Log;
import io.selvage.kernel.Scheduler;
import io.selvage.kernel.TurnWatchdog;
import io.selvage.kernel.support.Durations;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * How many tasks of a group run at once, and the receiver of reports about a task that keeps the
 * turn of a serial loop.
 *
 * @param limit the number of running tasks; 0 means no limit
 * @param watch the receiver of reports; null means the log
 */
record TurnLimit(int limit, @Nullable Watchdog watch) {
  static final TurnLimit UNLIMITED = new TurnLimit(0, null);

  Scheduler on(Scheduler inherited) {
    return switch (limit) {
      case 0 -> inherited.unlimited();
      case 1 -> inherited.serial((watch == null ? Watchdog.LOG : watch).settings());
      default -> inherited.limited(limit);
    };
  }

  @Override
  public String toString() {
    return limit == 0 ? "no limit" : "limit " + limit;
  }

  /**
   * The receiver of reports about a task of a loop that keeps the turn for too long.
   *
   * @param longest how long a turn may be kept
   * @param handler receives the reports
   */
  record Watchdog(Duration longest, Consumer<LoopStall> handler) {
    static final Watchdog LOG = new Watchdog(Duration.ofSeconds(2), Watchdog::log);

    Watchdog {
      if (Durations.nanos(longest, "longest") == 0) {
        throw new IllegalArgumentException(
            "longest must be more than zero, was "
                + longest
                + "; it is how long a turn may be kept");
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
}
