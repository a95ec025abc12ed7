package io.selvage.kernel.support;

import java.io.Serial;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Replaces, in the log, an exception with a too long chain of causes. The JDK prints causes
 * recursively, so a stack overflow would lose the log record. This exception has the text and the
 * frames of the outermost exception, and its cause has those of the innermost one.
 */
public final class Shortened extends Exception {
  @Serial private static final long serialVersionUID = 1L;

  /** The maximum nesting of causes and suppressed exceptions that is printed. */
  private static final int MOST_LEVELS = 500;

  /** The maximum number of causes that are followed to find the innermost one. */
  private static final int MOST_CAUSES = 1_000_000;

  /** The result of {@link #toString}. */
  private final String text;

  private Shortened(String text, StackTraceElement[] frames, @Nullable Throwable cause) {
    super(text, cause, true, true);
    this.text = text;
    setStackTrace(frames);
  }

  /** {@return the exception itself, or its replacement if it nests too deep; never fails} */
  public static Throwable of(Throwable thrown) {
    try {
      return isDeep(thrown) ? shortened(thrown) : thrown;
    } catch (Throwable broken) {
      return thrown;
    }
  }

  private static boolean isDeep(Throwable thrown) {
    Set<Throwable> seen = ForeignThrowable.newSet();
    Deque<Throwable> level = new ArrayDeque<>();
    level.add(thrown);
    for (int levels = 1; !level.isEmpty(); levels++) {
      if (levels > MOST_LEVELS) {
        return true;
      }
      for (int left = level.size(); left > 0; left--) {
        Throwable next = level.remove();
        if (seen.add(next)) {
          addParts(next, level);
        }
      }
    }
    return false;
  }

  private static void addParts(Throwable whole, Deque<Throwable> parts) {
    Throwable cause = ForeignThrowable.causeOf(whole);
    if (cause != null) {
      parts.add(cause);
    }
    Collections.addAll(parts, whole.getSuppressed());
  }

  private static Throwable shortened(Throwable outermost) {
    Throwable innermost = outermost;
    int causes = 0;
    for (Throwable cause = ForeignThrowable.causeOf(outermost);
        cause != null && causes < MOST_CAUSES;
        cause = ForeignThrowable.causeOf(cause)) {
      innermost = cause;
      causes++;
    }
    String text = ForeignThrowable.inMessage(outermost);
    if (causes == 0) {
      return new Shortened(
          text + " (what is suppressed on it nests too deep)", outermost.getStackTrace(), null);
    }
    Shortened last =
        new Shortened(
            "("
                + (causes - 1)
                + " causes between are left out) "
                + ForeignThrowable.inMessage(innermost),
            innermost.getStackTrace(),
            null);
    return new Shortened(text, outermost.getStackTrace(), last);
  }

  @Override
  @SuppressWarnings("OverrideThrowableToString") // it names the class that it replaces
  public String toString() {
    return text;
  }
}
