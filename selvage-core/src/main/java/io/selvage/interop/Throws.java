package io.selvage.interop;

import io.selvage.kernel.support.CallerTrace;

/** Throws an exception of other code, the same object. */
final class Throws {
  private Throws() {}

  /** Never returns; the result is for a throw statement. */
  static RuntimeException asDeclared(Throwable thrown) {
    Throws.<RuntimeException>unchecked(thrown);
    throw new IllegalStateException(thrown); // not reached
  }

  @SuppressWarnings("unchecked") // the type is erased, so the compiler does not check the exception
  private static <E extends Throwable> void unchecked(Throwable thrown) throws E {
    throw (E) thrown;
  }

  /**
   * Adds the place where a result was requested to its failure, as a suppressed exception. Only
   * once, so that repeated requests do not add more.
   */
  static void nameCaller(Throwable thrown, String what) {
    for (Throwable suppressed : thrown.getSuppressed()) {
      if (suppressed instanceof CallerTrace) {
        return;
      }
    }
    CallerTrace.suppressOn(thrown, what, new Throwable());
  }
}
