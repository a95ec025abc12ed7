package io.selvage;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/** The object was closed because of a failure, which is the cause of this exception. */
public final class BrokenResourceException extends IllegalStateException {
  @Serial private static final long serialVersionUID = 1L;

  /**
   * Creates an exception.
   *
   * @param reason why it was closed
   * @param cause the failure
   */
  public BrokenResourceException(@Nullable String reason, @Nullable Throwable cause) {
    super(reason, cause);
  }
}
