package io.selvage.service;

import java.io.Serial;

/** Where a call that failed on a loop was made: suppressed on its failure, for the stack only. */
final class CalledFrom extends Exception {
  @Serial private static final long serialVersionUID = 1L;

  CalledFrom(String serviceName, Throwable joined) {
    super("called on service '" + serviceName + "' by " + Thread.currentThread() + " from here");
    setStackTrace(joined.getStackTrace());
  }
}
