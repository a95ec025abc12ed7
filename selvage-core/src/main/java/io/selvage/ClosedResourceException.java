package io.selvage;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/** The object was closed in an orderly way, and cannot be used any more. */
public final class ClosedResourceException extends IllegalStateException {
  @Serial private static final long serialVersionUID = 1L;

  /**
   * Creates an exception.
   *
   * @param reason why it was closed
   */
  public ClosedResourceException(@Nullable String reason) {
    super(reason);
  }
}
