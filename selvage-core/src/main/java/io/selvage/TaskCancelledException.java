package io.selvage;

import java.io.Serial;

/**
 * There is no result because the task, or the group, was cancelled. If the calling thread itself is
 * cancelled, that is a {@link CancelledException} instead.
 */
public final class TaskCancelledException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  /** Why the task was cancelled. */
  private final String reason;

  TaskCancelledException(String what, String reason) {
    super(what + " was cancelled: " + reason);
    this.reason = reason;
  }

  /** {@return why it was cancelled} */
  public String reason() {
    return reason;
  }
}
