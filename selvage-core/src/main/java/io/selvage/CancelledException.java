package io.selvage;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/**
 * The operation did not happen, because the thread is under a cancelled {@link CancelScope}.
 *
 * <p>It is an {@link InterruptedException}, so code that knows how to stop when it is interrupted
 * knows how to stop here. Let it pass: the scope that was cancelled catches it at its end.
 * Swallowing it is no way out, every following operation that may wait throws again until the scope
 * is left. When it is thrown the interrupt flag is clear.
 */
public final class CancelledException extends InterruptedException {
  @Serial private static final long serialVersionUID = 1L;

  /** Who cancelled. */
  public enum Source {
    /** A call of {@code cancel}. */
    CALL,
    /** The deadline of the scope. */
    DEADLINE,
    /** A task of the group failed, or its body did. */
    FAILURE,
    /** The thread that owns the group was interrupted from outside. */
    INTERRUPT
  }

  /** Who cancelled. */
  private final Source source;

  /** The reason given by the first who cancelled. */
  private final String reason;

  /** The task whose join this has ended, for the stack trace of its failure. */
  private transient @Nullable Task<?> joined;

  CancelledException(Source source, String reason) {
    super("cancelled: " + reason);
    this.source = source;
    this.reason = reason;
  }

  /** {@return the task whose join this has ended, or null} */
  @Nullable Task<?> joined() {
    return joined;
  }

  void endsJoinOf(Task<?> task) {
    joined = task;
  }

  /** {@return who cancelled} */
  public Source source() {
    return source;
  }

  /** {@return the reason given by the first who cancelled} */
  public String reason() {
    return reason;
  }
}
