package io.selvage.service;

import io.selvage.kernel.support.ForeignThrowable;
import java.io.Serial;

/**
 * A service did not become ready, or has failed since. The cause is what its body threw, with the
 * stack of the service's thread; the stack of this exception is that of who asked.
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
