package io.selvage;

import io.selvage.kernel.Exhaustion;
import io.selvage.kernel.Region;
import io.selvage.kernel.support.ForeignThrowable;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Failures, each once: knows what is only passed on, and finds those that ride on other exceptions.
 * Not thread-safe.
 */
final class FailureSet {
  /*
   * Exceptions nest as deep as programs do, in circles too, and a foreign one can have a new cause each time it is asked. So
   * nothing here is recursive: a walk has a list of what is left to look at, looks at each exception once, and at so many at
   * most. Where a walk gives up, a failure is rather reported twice than not at all.
   *
   * An exception is added in one step: if there is no memory for it, it is not in here, and can be added again.
   */

  /**
   * So many nested failures are looked at to find a known one. A nest of groups does that at each
   * of its levels.
   */
  private static final int MOST_NESTED = 1_000;

  /** So many exceptions are looked at that ride on one cancellation. */
  private static final int MOST_RIDING = 100_000;

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

  private final ArrayList<Failed> failed = new ArrayList<>(0);
  private Set<Throwable> known = Set.of(); // those in failed; by identity, made for the first one

  /**
   * Exceptions that only pass failures on, and how many of their suppressed ones were looked at.
   */
  private @Nullable IdentityHashMap<Throwable, Integer> passedOn;

  boolean isEmpty() {
    return failed.isEmpty();
  }

  List<Failed> toList() {
    return List.copyOf(failed);
  }

  /**
   * {@return the failures under the names of their tasks; {@code otherwise} is for those of none}
   */
  List<TaskFailedException.Failure> named(String otherwise) {
    List<TaskFailedException.Failure> named = new ArrayList<>(failed.size());
    for (Failed each : failed) {
      named.add(each.named(otherwise));
    }
    return named;
  }

  /** {@return whether this is a failure that is in here, or a join's exception about one} */
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
    Set<Throwable> seen = byIdentity();
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

  /** Adds a failure. Of one that only passes on what is known, adds what it brings besides. */
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

  /** What is reported itself is not looked into: all that is in it is reported with it. */
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
      known = byIdentity();
    }
    known.add(thrown);
    failed.add(added);
  }

  /**
   * Adds what rides on a cancellation: what clean-up threw while it passed. If that is more than
   * can be looked at, the exception on which the rest rides is added.
   */
  void addRiding(@Nullable Task<?> task, Throwable cancellation, Region region) {
    Set<Throwable> seen = byIdentity();
    Deque<Throwable> left = new ArrayDeque<>();
    left.add(cancellation);
    for (Throwable next = left.poll(); next != null; next = left.poll()) {
      Throwable current = next;
      for (int depth = 0;
          current != null && depth < ForeignThrowable.MOST_CAUSES && seen.add(current);
          depth++) {
        if (seen.size() > MOST_RIDING) {
          add(task, next, true);
          break;
        }
        for (Throwable suppressed : current.getSuppressed()) {
          if (!Cancellations.isCancellation(suppressed, region)) {
            add(task, suppressed, true);
          } else if (!seen.contains(suppressed)) {
            left.add(suppressed);
          }
        }
        current = ForeignThrowable.causeOf(current);
      }
    }
  }

  static Set<Throwable> byIdentity() {
    return Collections.newSetFromMap(new IdentityHashMap<>());
  }
}
