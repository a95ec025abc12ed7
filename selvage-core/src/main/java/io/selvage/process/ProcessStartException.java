package io.selvage.process;

import java.io.IOException;
import java.io.Serial;

/**
 * A child process could not be started: there is no such program or folder, a file for its input or
 * output cannot be opened, or the operating system refuses. The cause says which.
 */
public final class ProcessStartException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  ProcessStartException(String message, IOException cause) {
    super(message, cause);
  }
}
