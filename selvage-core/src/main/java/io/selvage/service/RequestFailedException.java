package io.selvage.service;

import io.selvage.kernel.support.ForeignThrowable;
import java.io.Serial;

/**
 * A request was answered with a failure, which is the cause of this exception: its stack shows
 * where it came from, that of this exception who waited for it.
 */
public final class RequestFailedException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  RequestFailedException(Object key, Throwable cause) {
    super("request '" + key + "' failed: " + ForeignThrowable.inMessage(cause), cause);
  }
}
