package io.selvage;

import io.selvage.kernel.Region;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Failures, each once: knows what is only passed on, and finds those that ride on other exceptions.
 * Not thread-safe.
 */
final class FailureSet {
  /** So many one exception carries: a constant that is thrown for ever must not grow for ever. */
  private static final int MOST_SUPPRESSED = 1_000;

  /**
   * A failure and the task it belongs to; none for those of a body's clean-up.
   *
   * @param task whose it is, or null
   * @param thrown what was thrown
   * @param whileCancelled whether the task knew then that it was cancelled
   */
  record Failed(@Nullable Task<?> task, Throwable thrown, boolean whileCancelled) {

    /** {@return the public view; {@code otherwise} is the name if it is of no task} */
    TaskFailedException.Failure named(String otherwise) {
      return new TaskFailedException.Failure(
          task == null ? otherwise : task.name(), thrown, whileCancelled);
    }
  }

  private final List<Failed> failed = new ArrayList<>(0);
  private final Set<Throwable> known = Collections.newSetFromMap(new IdentityHashMap<>());

  boolean isEmpty() {
    return failed.isEmpty();
  }

  List<Failed> toList() {
    return List.copyOf(failed);
  }

  /** {@return whether this is a failure that is in here, or a join's exception about one} */
  boolean isKnown(Throwable thrown) {
    return known.contains(thrown)
        || (thrown instanceof TaskFailedException joined
            && joined.failures().stream().anyMatch(this::isKnown));
  }

  /** Adds a failure. Of one that only passes on what is known, adds what it brings besides. */
  void add(@Nullable Task<?> task, Throwable thrown) {
    add(task, thrown, task != null && task.hasHeard());
  }

  private void add(@Nullable Task<?> task, Throwable thrown, boolean whileCancelled) {
    if (!isKnown(thrown)) {
      known.add(thrown);
      failed.add(new Failed(task, thrown, whileCancelled));
      return;
    }
    if (thrown instanceof TaskFailedException joined) {
      joined.failures().stream()
          .filter(each -> !isKnown(each))
          .forEach(each -> add(task, each, whileCancelled));
      for (Throwable suppressed : joined.getSuppressed()) {
        add(task, suppressed, whileCancelled);
      }
    }
  }

  /** Adds what rides on a cancellation: what clean-up threw while it passed. */
  void addRiding(@Nullable Task<?> task, Throwable cancellation, Region region) {
    addRiding(task, cancellation, region, 0);
  }

  private void addRiding(@Nullable Task<?> task, Throwable cancellation, Region region, int depth) {
    Throwable current = cancellation;
    for (int level = depth; current != null && level < Cancellations.MAX_DEPTH; level++) {
      for (Throwable suppressed : current.getSuppressed()) {
        if (Cancellations.isCancellation(suppressed, region)) {
          addRiding(task, suppressed, region, level + 1);
        } else {
          add(task, suppressed, true);
        }
      }
      current = Cancellations.causeOf(current);
    }
  }

  /**
   * {@return whether {@code thrown} is {@code failure}, or mentions it as a cause or suppressed}
   */
  static boolean mentions(Throwable thrown, Throwable failure) {
    Throwable current = thrown;
    for (int depth = 0; current != null && depth < Cancellations.MAX_DEPTH; depth++) {
      if (current == failure) {
        return true;
      }
      for (Throwable suppressed : current.getSuppressed()) {
        if (suppressed == failure || Cancellations.causeOf(suppressed) == failure) {
          return true;
        }
      }
      current = Cancellations.causeOf(current);
    }
    return false;
  }

  /**
   * Suppresses a failure that {@code thrown} does not mention yet.
   *
   * @return false if it takes none, or no more: somebody else has to be told
   */
  static boolean suppress(Throwable thrown, Throwable failure) {
    if (thrown.getSuppressed().length >= MOST_SUPPRESSED) {
      return false;
    }
    thrown.addSuppressed(failure);
    return mentions(thrown, failure);
  }
}
