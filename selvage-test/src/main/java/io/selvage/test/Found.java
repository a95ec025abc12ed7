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

  /** {@return whether another run has gone wrong in the same way, at the same place} */
  boolean isLike(@Nullable Found other) {
    return other != null && kind == other.kind && place(this).equals(place(other));
  }

  /** The innermost cause and where the program threw it. */
  private static String place(Found found) {
    Throwable innermost = found.getCause();
    if (innermost == null) {
      return "";
    }
    while (innermost.getCause() != null && innermost.getCause() != innermost) {
      innermost = innermost.getCause();
    }
    return innermost.getClass().getName() + firstOwnFrame(innermost.getStackTrace());
  }

  private static String firstOwnFrame(StackTraceElement[] frames) {
    for (StackTraceElement frame : frames) {
      if (!isOfALibrary(frame.getClassName())) {
        return " at " + frame;
      }
    }
    return "";
  }

  private static boolean isOfALibrary(String name) {
    return name.startsWith("java.")
        || name.startsWith("jdk.")
        || name.startsWith("org.assertj.")
        || name.startsWith("org.junit.")
        || name.startsWith("io.selvage.kernel.");
  }
}
