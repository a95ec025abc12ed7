package io.selvage;

import java.io.Serial;

/** The thing was closed in an orderly way, and does nothing any more. */
public final class ClosedResourceException extends IllegalStateException {
  @Serial private static final long serialVersionUID = 1L;

  /**
   * Creates one.
   *
   * @param reason why it was closed
   */
  public ClosedResourceException(String reason) {
    super(reason);
  }
}
