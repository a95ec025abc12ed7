package io.selvage.service;

import io.selvage.kernel.support.ForeignThrowable;
import java.io.Serial;

/**
 * A request was answered with a failure, which is the cause of this exception. The stack trace of
 * the cause shows where the failure occurred; the stack trace of this exception shows the waiting
 * thread.
 */
public final class RequestFailedException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  RequestFailedException(Object key, Throwable cause) {
    super("request '" + key + "' failed: " + ForeignThrowable.inMessage(cause), cause);
  }
}
