package io.selvage.service;

import io.selvage.kernel.support.ForeignThrowable;
import java.io.Serial;

/**
 * A service did not become ready, or has failed since. The cause is the exception of its body, with
 * the stack trace of the service's thread; the stack trace of this exception is that of the calling
 * thread.
 */
public final class ServiceFailedException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  /** The name of the service. */
  private final String serviceName;

  ServiceFailedException(String serviceName, Throwable cause) {
    super("service '" + serviceName + "' failed: " + ForeignThrowable.inMessage(cause), cause);
    this.serviceName = serviceName;
  }

  /** {@return the name of the service} */
  public String serviceName() {
    return serviceName;
  }
}
