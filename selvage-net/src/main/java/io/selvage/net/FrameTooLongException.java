package io.selvage.net;

import java.io.IOException;
import java.io.Serial;
import org.jspecify.annotations.Nullable;

/** A part of a stream is longer than the program allows. */
public final class FrameTooLongException extends IOException {
  @Serial private static final long serialVersionUID = 1L;

  /**
   * Creates an exception.
   *
   * @param reason what is too long, and the limit, or null
   */
  public FrameTooLongException(@Nullable String reason) {
    super(reason);
  }
}
