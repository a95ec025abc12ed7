package io.selvage.process;

import io.selvage.kernel.support.Arguments;
import java.io.File;
import java.io.Serializable;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;

/**
 * How a child process has ended, and what it has written.
 *
 * @param command the program and its arguments
 * @param exitStatus what the process has returned; by convention 0 means success
 * @param output the standard output as text, if it was {@linkplain Output#capture captured};
 *     otherwise empty
 * @param error the error output as text, if it was {@linkplain Output#capture captured}; otherwise
 *     empty
 */
@SuppressWarnings("serial") // the list is one of List.copyOf, which can be serialized
public record ProcessResult(List<String> command, int exitStatus, String output, String error)
    implements Serializable {
  private static final int SIGNALLED = 128;
  private static final int MOST_SIGNALS = 64;

  /**
   * Checks that there is no null, and copies the command.
   *
   * @throws NullPointerException if there is a null
   */
  public ProcessResult {
    command = Arguments.elements(command, "command");
    Objects.requireNonNull(output, "output");
    Objects.requireNonNull(error, "error");
  }

  /** {@return whether the exit status is 0} */
  public boolean succeeded() {
    return exitStatus == 0;
  }

  /**
   * {@return the number of the signal that has ended the process, such as 9 for SIGKILL or 15 for
   * SIGTERM; empty if the exit status tells of none, and on Windows}
   *
   * <p>Java reports a signal <i>n</i> as the exit status 128 + <i>n</i>. A process may also exit
   * with such a number itself, and shells do so when a signal has ended their own child.
   */
  public OptionalInt signal() {
    int signal = exitStatus - SIGNALLED;
    return File.separatorChar == '/' && signal >= 1 && signal <= MOST_SIGNALS
        ? OptionalInt.of(signal)
        : OptionalInt.empty();
  }

  /**
   * {@return this result, if the exit status is 0}
   *
   * @throws ProcessFailedException if it is not
   */
  public ProcessResult orThrow() {
    if (exitStatus != 0) {
      throw new ProcessFailedException(this);
    }
    return this;
  }
}
