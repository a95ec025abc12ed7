package io.selvage.kernel.support;

import java.io.Serial;
import java.util.Arrays;

/**
 * Where a call was made that failed on another thread: suppressed on its failure, for the stack
 * only.
 *
 * <p>An exception may be a constant that is thrown again and again. So it takes a few of these, and
 * then no more.
 */
public final class CallerTrace extends Exception {
  @Serial private static final long serialVersionUID = 1L;

  /** So many one exception takes: more than calls are nested in each other. */
  private static final int MOST = 10;

  /**
   * Suppresses the place of a call on what it has thrown.
   *
   * @param failure what the call has thrown
   * @param what was called
   * @param here an exception that was made where the call was; its stack is taken over
   */
  public static void suppressOn(Throwable failure, String what, Throwable here) {
    long there =
        Arrays.stream(failure.getSuppressed()).filter(CallerTrace.class::isInstance).count();
    if (there < MOST) {
      failure.addSuppressed(new CallerTrace(what, here));
    }
  }

  private CallerTrace(String what, Throwable here) {
    super(what + " by " + Thread.currentThread() + " from here");
    setStackTrace(here.getStackTrace());
  }
}
