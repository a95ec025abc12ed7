package io.selvage.net;

import java.io.IOException;
import java.io.Serial;

/** A part of a stream is longer than the program allows. */
public final class FrameTooLongException extends IOException {
  @Serial private static final long serialVersionUID = 1L;

  /**
   * Creates an exception.
   *
   * @param reason what is too long, and the limit
   */
  public FrameTooLongException(String reason) {
    super(reason);
  }
}
