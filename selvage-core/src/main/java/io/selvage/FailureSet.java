package io.selvage;

import io.selvage.kernel.Exhaustion;
import io.selvage.kernel.support.ForeignThrowable;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A set of failures. It recognizes exceptions that only pass on other failures. Not thread-safe.
 */
final class FailureSet {
  /*
   * Exceptions can be nested as deep as a program nests its calls, and even in cycles, and an exception of foreign code (code that is not part of the
   * library) can return a new cause at each call. So nothing here is recursive: a walk has a list of the exceptions that are left, visits each
   * exception once, and stops at a maximum number. If a walk stops early, a failure may be reported twice, but it is never lost.
   *
   * An exception is added in one step: if there is no memory for it, it is not in the set, and can be added again.
   */

  /**
   * The maximum number of nested failures that are visited to find a known one. Nested groups do
   * that at each level.
   */
  private static final int MOST_NESTED = 1_000;

  /**
   * A failure and the task that it belongs to; null for a failure of the clean-up of a body.
   *
   * @param task the task that has failed, or null
   * @param thrown the exception
   * @param whileCancelled whether the cancellation had been reported to the task before
   */
  record Failed(@Nullable Task<?> task, Throwable thrown, boolean whileCancelled) {

    /** {@return the public view; {@code otherwise} is the name if it belongs to no task} */
    TaskFailedException.Failure named(String otherwise) {
      return new TaskFailedException.Failure(
          task == null ? otherwise : task.name(), thrown, whileCancelled);
    }
  }

  private final ArrayList<Failed> failed = new ArrayList<>(0);
  private Set<Throwable> known = Set.of(); // those in failed; by identity, created late

  /**
   * Exceptions that only pass failures on, and how many of their suppressed exceptions were
   * visited.
   */
  private @Nullable IdentityHashMap<Throwable, Integer> passedOn;

  boolean isEmpty() {
    return failed.isEmpty();
  }

  List<Failed> toList() {
    return List.copyOf(failed);
  }

  List<Throwable> thrown() {
    List<Throwable> thrown = new ArrayList<>(failed.size());
    for (Failed each : failed) {
      thrown.add(each.thrown());
    }
    return thrown;
  }

  /**
   * {@return the failures with the names of their tasks; {@code otherwise} is the name for failures
   * without a task}
   */
  List<TaskFailedException.Failure> named(String otherwise) {
    List<TaskFailedException.Failure> named = new ArrayList<>(failed.size());
    for (Failed each : failed) {
      named.add(each.named(otherwise));
    }
    return named;
  }

  /** {@return whether this is a failure in this set, or the exception of a join about one} */
  boolean isKnown(Throwable thrown) {
    if (failed.isEmpty()) {
      return false;
    }
    if (isListed(thrown)) {
      return true;
    }
    return thrown instanceof TaskFailedException joined
        && (isListed(joined.origin().thrown()) || passesOn(joined));
  }

  private boolean isListed(Throwable thrown) {
    return known.contains(thrown) || (passedOn != null && passedOn.containsKey(thrown));
  }

  private boolean passesOn(TaskFailedException outermost) {
    Set<Throwable> seen = ForeignThrowable.newSet();
    Deque<TaskFailedException> left = new ArrayDeque<>();
    left.add(outermost);
    int looked = 0;
    for (TaskFailedException next = left.poll(); next != null; next = left.poll()) {
      for (Throwable failure : next.failures()) {
        if (isListed(failure)) {
          return true;
        }
        if (++looked >= MOST_NESTED) {
          return false;
        }
        if (failure instanceof TaskFailedException inner && seen.add(inner)) {
          left.add(inner);
        }
      }
    }
    return false;
  }

  /**
   * Adds a failure. If the exception only passes on a known failure, adds only the new failures
   * inside it.
   */
  void add(@Nullable Task<?> task, Throwable thrown) {
    add(task, thrown, task != null && task.knewOfCancellation());
  }

  private void add(@Nullable Task<?> task, Throwable thrown, boolean whileCancelled) {
    if (!isKnown(thrown)) {
      put(task, thrown, whileCancelled);
      return;
    }
    Deque<Throwable> left = new ArrayDeque<>();
    left.add(thrown);
    for (Throwable next = left.poll(); next != null; next = left.poll()) {
      if (!isKnown(next)) {
        put(task, next, whileCancelled);
      } else if (next instanceof TaskFailedException joined && !known.contains(joined)) {
        addWhatItBrings(joined, left);
      }
    }
  }

  /**
   * An exception that is reported itself is not searched: everything inside it is reported with it.
   */
  private void addWhatItBrings(TaskFailedException joined, Deque<Throwable> left) {
    if (passedOn == null) {
      passedOn = new IdentityHashMap<>();
    }
    Integer looked = passedOn.get(joined);
    if (looked == null) {
      for (Throwable failure : joined.failures()) {
        if (!isKnown(failure)) {
          left.add(failure);
        }
      }
    }
    Throwable[] suppressed = joined.getSuppressed();
    for (int i = looked == null ? 0 : looked; i < suppressed.length; i++) {
      left.add(suppressed[i]);
    }
    passedOn.put(joined, suppressed.length);
  }

  private void put(@Nullable Task<?> task, Throwable thrown, boolean whileCancelled) {
    Exhaustion.point("FailureSet.put");
    Failed added = new Failed(task, thrown, whileCancelled);
    failed.ensureCapacity(failed.size() + 1);
    if (failed.isEmpty()) {
      known = ForeignThrowable.newSet();
    }
    known.add(thrown);
    failed.add(added);
  }

  /** Adds failures that ride on a cancellation, see {@link BodyEnd#riding}. */
  void addRiding(@Nullable Task<?> task, List<Throwable> riding) {
    for (Throwable each : riding) {
      add(task, each, true);
    }
  }
}
