package io.selvage;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/**
 * The operation did not happen, because the thread is inside of a cancelled {@link CancelScope}.
 *
 * <p>It is an {@link InterruptedException}, so code that knows how to stop when it is interrupted
 * knows how to stop here. Do not catch it: the cancelled scope catches it at its end. Swallowing it
 * does not help: every following operation that may wait throws again until the scope is left. When
 * it is thrown the interrupt flag is clear.
 */
public final class CancelledException extends InterruptedException {
  @Serial private static final long serialVersionUID = 1L;

  /** The source of a cancellation. */
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

  /** The source of a cancellation. */
  private final Source source;

  /** The reason given by the first cancel. */
  private final String reason;

  /** The task of the join that this exception has ended, for the stack trace of its failure. */
  private transient @Nullable Task<?> joined;

  CancelledException(Source source, String reason) {
    super("cancelled: " + reason);
    this.source = source;
    this.reason = reason;
  }

  /** {@return the task of the join that this exception has ended, or null} */
  @Nullable Task<?> joined() {
    return joined;
  }

  void endsJoinOf(Task<?> task) {
    joined = task;
  }

  /** {@return the source of the cancellation} */
  public Source source() {
    return source;
  }

  /** {@return the reason given by the first cancel} */
  public String reason() {
    return reason;
  }
}
