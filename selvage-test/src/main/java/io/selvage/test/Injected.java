package io.selvage.test;

import static java.util.Collections.newSetFromMap;

import io.selvage.CancelledException;
import io.selvage.TaskCancelledException;
import io.selvage.TaskFailedException;
import io.selvage.kernel.ForeignThrowable;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Tells the cancellation that a simulation has brought into a program from failures of the program.
 */
final class Injected {
  /** The reason of those cancellations. */
  static final String REASON = "cancelled by the simulation";

  private static final int MOST = 100_000;

  private final Set<Throwable> seen = newSetFromMap(new IdentityHashMap<>());
  private final Deque<Throwable> left = new ArrayDeque<>();

  private Injected() {}

  /**
   * {@return whether all that this tells of is that a task which was cancelled on purpose has no
   * result}
   *
   * <p>That is: each chain of causes leads to such a cancellation, also those of what is suppressed
   * and of what failed in tasks. Exceptions may nest deep, be parts of themselves, or have a new
   * cause each time; then this is a failure of the program.
   */
  static boolean is(Throwable thrown) {
    return new Injected().isAll(thrown);
  }

  private boolean isAll(Throwable thrown) {
    left.add(thrown);
    for (Throwable next = left.poll(); next != null; next = left.poll()) {
      if (!seen.contains(next) && !leadsToIt(next)) {
        return false;
      }
    }
    return true;
  }

  private boolean leadsToIt(Throwable outermost) {
    Set<Throwable> chain = newSetFromMap(new IdentityHashMap<>());
    Throwable part = outermost;
    while (part != null && chain.add(part) && seen.size() < MOST) {
      if (!seen.add(part)) {
        return true; // from here on it has been looked at
      }
      for (Throwable suppressed : part.getSuppressed()) {
        left.add(suppressed);
      }
      if (part instanceof TaskFailedException failed) {
        left.addAll(failed.failures());
        return true;
      }
      String reason = reason(part);
      if (reason != null) {
        return reason.equals(REASON);
      }
      part = ForeignThrowable.causeOf(part);
    }
    return false;
  }

  private static @Nullable String reason(Throwable thrown) {
    if (thrown instanceof CancelledException cancelled) {
      return cancelled.reason();
    }
    return thrown instanceof TaskCancelledException cancelled ? cancelled.reason() : null;
  }
}
