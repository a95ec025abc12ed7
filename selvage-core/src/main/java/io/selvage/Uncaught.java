package io.selvage;

import io.selvage.kernel.Log;
import io.selvage.kernel.Region;

/**
 * The way of failures that nobody else can receive: to the group's handler, or to the log of {@code
 * io.selvage}.
 */
final class Uncaught {
  private Uncaught() {}

  /** Logs a failure of the named task. */
  static void log(String name, Throwable failure) {
    Log.error("failure of " + name + " that nobody can receive", failure);
  }

  /** Reports what rides on a cancellation that a scope absorbs: failures of the clean-up. */
  static void reportRiding(Throwable cancellation, Region region) {
    FailureSet riding = new FailureSet();
    riding.addRiding(null, cancellation, region);
    for (FailureSet.Failed failed : riding.toList()) {
      if (region.record().task() instanceof Task<?> task) {
        task.group().reportUncaught(task.name(), failed.thrown());
      } else {
        log(
            "the clean-up of a cancelled scope on " + Thread.currentThread().getName(),
            failed.thrown());
      }
    }
  }
}
