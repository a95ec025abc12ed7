package io.selvage;

import io.selvage.kernel.Scheduler;
import org.jspecify.annotations.Nullable;

/**
 * How many tasks of a group run at once, and who is told of one that keeps the turn of a serial
 * loop.
 *
 * @param limit of running tasks; 0 is none
 * @param watch whom to tell; null is the log
 */
record TurnLimit(int limit, @Nullable LoopWatchdog watch) {
  static final TurnLimit UNLIMITED = new TurnLimit(0, null);

  Scheduler on(Scheduler inherited) {
    return switch (limit) {
      case 0 -> inherited.unlimited();
      case 1 -> inherited.serial((watch == null ? LoopWatchdog.LOG : watch).settings());
      default -> inherited.limited(limit);
    };
  }

  @Override
  public String toString() {
    return limit == 0 ? "no limit" : "limit " + limit;
  }
}
