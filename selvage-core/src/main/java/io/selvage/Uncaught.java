package io.selvage;

import io.selvage.kernel.Region;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;

/** The last receiver of failures that nobody else can receive: the log of {@code io.selvage}. */
final class Uncaught {
  private static final Logger LOG = System.getLogger("io.selvage");

  private Uncaught() {}

  /** Logs a failure of the named task. */
  static void log(String name, Throwable failure) {
    LOG.log(Level.ERROR, "failure of " + name + " that nobody can receive", failure);
  }

  /** Logs what rides on a cancellation that a scope absorbs: failures of the clean-up. */
  static void reportRiding(Throwable cancellation, Region region) {
    for (Throwable failure : Cancellations.ridingFailures(cancellation, region)) {
      log("the clean-up of a cancelled scope on " + Thread.currentThread().getName(), failure);
    }
  }
}
