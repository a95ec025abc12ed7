package io.selvage.kernel.support;

import java.io.Serial;
import java.util.Arrays;

/**
 * The place of a call that failed on another thread. It is added to the failure as a suppressed
 * exception, only for its stack trace.
 *
 * <p>An exception may be a constant that is thrown repeatedly. So each exception gets only a few of
 * these.
 */
public final class CallerTrace extends Exception {
  @Serial private static final long serialVersionUID = 1L;

  /** The maximum for one exception: more than the usual depth of nested calls. */
  private static final int MOST = 10;

  /**
   * Adds the place of a call to the exception that it has thrown, as a suppressed exception.
   *
   * @param failure the exception of the call
   * @param what a description of the call
   * @param here an exception created at the place of the call; its stack trace is copied
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
