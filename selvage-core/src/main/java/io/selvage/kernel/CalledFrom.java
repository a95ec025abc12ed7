package io.selvage.kernel;

import java.io.Serial;

/**
 * Where a call was made that failed on another thread: suppressed on its failure, for the stack
 * only.
 */
public final class CalledFrom extends Exception {
  @Serial private static final long serialVersionUID = 1L;

  /**
   * Takes the stack of an exception that was made where the call was.
   *
   * @param what was called
   * @param here its stack is taken over
   */
  public CalledFrom(String what, Throwable here) {
    super(what + " by " + Thread.currentThread() + " from here");
    setStackTrace(here.getStackTrace());
  }
}
