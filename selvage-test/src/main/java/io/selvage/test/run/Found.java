package io.selvage.test.run;

import static java.util.Collections.newSetFromMap;

import io.selvage.kernel.support.ForeignThrowable;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What is wrong with a run, as the kit knows it before it tells the user. */
public final class Found extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private static final int MOST_CAUSES = 100_000;

  private final Problem problem;
  private final String tasks;

  /**
   * Creates one.
   *
   * @param problem the kind of it
   * @param message for the user
   * @param tasks the tree of tasks at that moment, or nothing
   * @param cause the exception of the program, if there is one
   */
  public Found(Problem problem, String message, String tasks, @Nullable Throwable cause) {
    super(message, cause, false, false);
    this.problem = problem;
    this.tasks = tasks;
  }

  /** {@return the kind of it} */
  public Problem problem() {
    return problem;
  }

  /** {@return the tree of tasks at that moment, or nothing} */
  public String tasks() {
    return tasks;
  }

  /** {@return whether another run has gone wrong in the same way, at the same place} */
  boolean isLike(@Nullable Found other) {
    return other != null && problem == other.problem && place(this).equals(place(other));
  }

  /** The innermost cause and where the program threw it. */
  private static String place(Found found) {
    List<Throwable> causes = causes(found.getCause());
    if (causes.isEmpty()) {
      return "";
    }
    Throwable innermost = causes.getLast();
    return innermost.getClass().getName() + firstOwnFrame(innermost.getStackTrace());
  }

  /**
   * {@return an exception and its causes, from the outside in; each once, also of a circle, and of
   * a chain without end those that come first}
   */
  static List<Throwable> causes(@Nullable Throwable outermost) {
    List<Throwable> causes = new ArrayList<>();
    Set<Throwable> seen = newSetFromMap(new IdentityHashMap<>());
    for (Throwable part = outermost;
        part != null && causes.size() < MOST_CAUSES && seen.add(part);
        part = ForeignThrowable.causeOf(part)) {
      causes.add(part);
    }
    return causes;
  }

  /** {@return an exception of the program in words, also if it cannot say them itself} */
  static String told(Throwable thrown) {
    try {
      return String.valueOf(thrown.toString());
    } catch (Throwable broken) {
      return thrown.getClass().getName() + ", whose message cannot be read: " + broken.getClass();
    }
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
