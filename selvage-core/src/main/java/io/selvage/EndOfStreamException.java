package io.selvage;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/**
 * No more items will be received: the stream was closed in an orderly way, and all its items have
 * been received.
 */
public final class EndOfStreamException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  /**
   * Creates an exception.
   *
   * @param reason why the stream was closed
   */
  public EndOfStreamException(@Nullable String reason) {
    super(reason);
  }
}
