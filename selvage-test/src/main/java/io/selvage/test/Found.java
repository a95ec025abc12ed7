package io.selvage.test;

import io.selvage.test.SimulationFailure.Kind;
import org.jspecify.annotations.Nullable;

/** What is wrong with a run, before it is told to the user. */
final class Found extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final Kind kind;
  private final String tasks;

  Found(Kind kind, String message, String tasks, @Nullable Throwable cause) {
    super(message, cause, false, false);
    this.kind = kind;
    this.tasks = tasks;
  }

  Kind kind() {
    return kind;
  }

  /** {@return the tree of tasks at that moment, or nothing} */
  String tasks() {
    return tasks;
  }

  /** {@return whether another run has gone wrong in the same way} */
  boolean isLike(@Nullable Found other) {
    return other != null && kind == other.kind && className(this).equals(className(other));
  }

  private static String className(Found found) {
    Throwable cause = found.getCause();
    return cause == null ? "" : cause.getClass().getName();
  }
}
