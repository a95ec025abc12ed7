package io.selvage.interop;

import io.selvage.kernel.support.CallerTrace;

/** Throws what other code has thrown, the object itself. */
final class Throws {
  private Throws() {}

  /** Never returns; the result is for a throw statement. */
  static RuntimeException asDeclared(Throwable thrown) {
    Throws.<RuntimeException>unchecked(thrown);
    throw new IllegalStateException(thrown); // not reached
  }

  @SuppressWarnings("unchecked") // erased: the compiler does not see what is thrown
  private static <E extends Throwable> void unchecked(Throwable thrown) throws E {
    throw (E) thrown;
  }

  /**
   * Suppresses on a failure where its result was asked for. Once: who asks again and again must not
   * make it grow.
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
