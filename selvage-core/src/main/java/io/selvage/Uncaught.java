package io.selvage;

import io.selvage.kernel.Log;
import io.selvage.kernel.Region;
import io.selvage.kernel.ThreadRecord;

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
    Task<?> task = (Task<?>) region.record().task();
    String name =
        task == null
            ? "the clean-up of a cancelled scope on " + Thread.currentThread().getName()
            : task.name();
    for (FailureSet.Failed failed : riding.toList()) {
      report(region.record(), name, failed.thrown());
    }
  }

  /**
   * Reports to the handler of the group that the calling thread is a task of, or else to the log.
   */
  static void report(ThreadRecord self, String name, Throwable failure) {
    if (self.task() instanceof Task<?> task) {
      task.group().options.reportUncaught(name, failure);
    } else {
      log(name, failure);
    }
  }
}
