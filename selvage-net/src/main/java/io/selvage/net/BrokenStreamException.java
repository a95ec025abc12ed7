package io.selvage.net;

import java.io.IOException;
import java.io.Serial;
import org.jspecify.annotations.Nullable;

/**
 * A connection has failed: it was reset, the other end has closed it while something was sent, or
 * its protocol was violated. It will not work again; it is still to be closed.
 */
public final class BrokenStreamException extends IOException {
  @Serial private static final long serialVersionUID = 1L;

  /**
   * Creates an exception.
   *
   * @param reason what has failed, and the stream, or null
   * @param cause the failure, or null
   */
  public BrokenStreamException(@Nullable String reason, @Nullable Throwable cause) {
    super(reason, cause);
  }
}
