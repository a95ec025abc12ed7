package io.selvage;

import io.selvage.CancelledException.Source;
import io.selvage.FailureSet.Failed;
import io.selvage.GroupOptions.FailurePolicy;
import io.selvage.kernel.Exhaustion;
import io.selvage.kernel.Region;
import io.selvage.kernel.support.Preload;
import io.selvage.kernel.support.Suppression;
import java.lang.invoke.MethodHandles;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The failures of one group, and the exception that its end throws because of them. */
final class GroupFailures {
  /*
   * Protocol.
   *
   *   failed      failed supervised tasks in the order of their ends, those that the owner has not processed. A task adds itself, once, before its
   *               result is published and so before it is counted as ended: a thread that has waited for all tasks finds all of them.
   *   unobserved  unsupervised tasks that failed, with failures that no thread has read yet; at most KEPT_UNOBSERVED.
   *   failures    the owner's processed form of failed: each failure once, without those that are only passed on. A task is removed from failed after
   *               that. So if there is no memory for it, nothing is lost, and failed is not empty.
   *
   * A task that has failed cannot do so again, so noting it must not fail: both lists are linked through the tasks (Task.next)
   * and guarded by their own monitors. A task is in one of them at most. Everything else is done by the owner, which throws a failure if there is no
   * memory for it (GroupEnd).
   */

  /**
   * The maximum number of failed unsupervised tasks that are kept until a thread reads the failure;
   * older ones are reported as uncaught.
   */
  private static final int KEPT_UNOBSERVED = 64;

  /** The maximum number of names of misbehaving tasks that are kept. */
  private static final int KEPT_NAMES = 100;

  static {
    Preload.classes( // needed when a task ends
        MethodHandles.lookup(),
        BodyEnd.class,
        ScopeCause.class,
        Failed.class,
        FailureStory.class,
        FailureStory.Waiter.class,
        Suppression.class,
        TaskFailedException.class,
        TaskFailedException.Failure.class,
        Uncaught.class);
  }

  /** A list of tasks, in order. Adding and removing allocate nothing. */
  private static final class TaskList {
    private @Nullable Task<?> first; // this and the following, and Task.next: guarded by this
    private @Nullable Task<?> last;
    private int size;

    /** {@return the new number of tasks} */
    synchronized int add(Task<?> task) {
      Task<?> before = last;
      if (before == null) {
        first = task;
      } else {
        before.next = task;
      }
      last = task;
      return ++size;
    }

    synchronized @Nullable Task<?> first() {
      return first;
    }

    /**
     * The removed task is unlinked, so that code that keeps it does not keep the tasks that have
     * failed later.
     */
    synchronized @Nullable Task<?> removeFirst() {
      Task<?> removed = first;
      if (removed != null) {
        first = removed.next;
        removed.next = null;
        size--;
        if (first == null) {
          last = null;
        }
      }
      return removed;
    }

    /**
     * {@return the first task if more than {@code most} tasks are left with a failure that no
     * thread has read}
     */
    synchronized @Nullable Task<?> removeObservedAndFirstBeyond(int most) {
      for (int left = size; left > 0; left--) {
        Task<?> task = removeFirst();
        if (task != null && !task.isObserved()) {
          add(task);
        }
      }
      return size > most ? removeFirst() : null;
    }
  }

  /**
   * The names of the tasks that returned normally after an operation had reported their
   * cancellation.
   */
  private static final class Misbehaved {
    private final List<String> names = new ArrayList<>(0); // guarded by this, as count
    private long count;

    /** If there is no memory for the name, the task is only counted. */
    synchronized void add(String name) {
      count++;
      if (names.size() < KEPT_NAMES) {
        try {
          Exhaustion.point("Misbehaviour.add");
          names.add(name);
        } catch (OutOfMemoryError e) {
          return;
        }
      }
    }

    /** {@return the names of the first tasks} */
    synchronized List<String> names() {
      return List.copyOf(names);
    }

    synchronized long others() {
      return count - names.size();
    }
  }

  private final GroupOptions options;
  private final CancelScope scope;
  private final TaskList failed = new TaskList();
  private final TaskList unobserved = new TaskList();
  private final FailureSet failures = new FailureSet(); // owner only
  private final Misbehaved misbehaved = new Misbehaved();
  private volatile boolean cutShort; // a task was cancelled; any thread sets it

  GroupFailures(GroupOptions options, CancelScope scope) {
    this.options = options;
    this.scope = scope;
  }

  // ---- any thread; these never fail

  /** A supervised task has failed. */
  void add(Task<?> task) {
    failed.add(task);
  }

  /** A supervised task has failed, and its result is published: the other tasks are cancelled. */
  void cancelSiblingsOf(Task<?> task) {
    if (options.policy() == FailurePolicy.FAIL_FAST) {
      var unused = scope.cancelFor(ScopeCause.of(Source.FAILURE, "task ", task.name(), " failed"));
    }
  }

  /** A task was cancelled. */
  void addCancelled() {
    cutShort = true;
  }

  /** A task has returned normally although an operation had reported its cancellation. */
  void addMisbehaved(Task<?> task) {
    misbehaved.add(task.name());
  }

  /** Keeps a failed task for which no thread waits, until a thread reads its failure. */
  void addUnobserved(Task<?> task) {
    if (unobserved.add(task) > KEPT_UNOBSERVED) {
      Task<?> oldest = unobserved.removeObservedAndFirstBeyond(KEPT_UNOBSERVED);
      if (oldest != null) {
        report(oldest);
      }
    }
  }

  // ---- the owner, after the body

  private void takeFailed() {
    for (Task<?> task = failed.first(); task != null; task = failed.first()) {
      Exhaustion.point("TaskGroup.end: failures");
      failures.add(task, task.thrown());
      failed.removeFirst();
    }
  }

  /** {@return whether the body only passes on the failure of a task, as a join throws it} */
  boolean isPassedOnBy(Throwable fromBody) {
    if (!(fromBody instanceof TaskFailedException)) {
      return false;
    }
    takeFailed();
    return failures.isKnown(fromBody);
  }

  /**
   * The exception that the body passes on may contain more: other failures, and exceptions of
   * clean-up.
   */
  void addPassedOn(Throwable fromBody) {
    takeFailed();
    failures.add(null, fromBody);
  }

  /** Adds the exceptions suppressed on a cancellation that will not leave the group. */
  void addRiding(Throwable cancellation, Region region) {
    takeFailed();
    failures.addRiding(null, BodyEnd.riding(cancellation, region));
  }

  /** {@return whether a task was cancelled} */
  boolean isCutShort() {
    return cutShort;
  }

  boolean isEmpty() {
    return failures.isEmpty() && failed.first() == null;
  }

  /** Reports the failures of unsupervised tasks that no thread has read. */
  void reportUnobserved() {
    for (Task<?> task = unobserved.removeFirst(); task != null; task = unobserved.removeFirst()) {
      report(task);
    }
  }

  private void report(Task<?> task) {
    if (!task.isObserved()) {
      Uncaught.report(options, task.name(), task.failureNow());
    }
  }

  /** {@return the exception that the end of the group throws because tasks failed, or null} */
  @Nullable TaskFailedException toException(@Nullable Throwable fromBody) {
    takeFailed();
    if (failures.isEmpty()) {
      return null;
    }
    List<Failed> all = failures.toList();
    Failed first = all.getFirst();
    StringBuilder what = new StringBuilder();
    if (first.task() == null) {
      what.append("group '").append(options.name()).append("' failed");
    } else {
      what.append(failed(first.task()));
    }
    if (first.whileCancelled()) {
      what.append(" while it was cancelled");
    }
    if (all.size() > 1) {
      what.append(" (and ").append(all.size() - 1).append(" more in its group)");
    }
    return new TaskFailedException(
        what.toString(),
        failures.named(options.name()),
        misbehaved.names(),
        first.task(),
        fromBody);
  }

  /**
   * Logs the tasks that misbehaved, because the exception that leaves the group does not name them.
   */
  void warnOfMisbehaved() {
    Uncaught.warnOfMisbehaved(
        "group '" + options.name() + "'", misbehaved.names(), misbehaved.others());
  }

  /**
   * Suppresses failures of the named task on another one. If that accepts no more, they are
   * reported.
   */
  void suppress(Throwable carrier, List<Throwable> others, String name) {
    if (!others.isEmpty()) {
      Suppression suppression = new Suppression(carrier);
      for (Throwable other : others) {
        if (!suppression.add(other)) {
          Uncaught.report(options, name, other);
        }
      }
    }
  }

  /**
   * Adds the failures of tasks, as suppressed exceptions, to an exception of the body that leaves
   * the group unchanged.
   */
  void suppressOn(Throwable fromBody) {
    takeFailed();
    if (failures.isEmpty()) {
      return;
    }
    Suppression suppression = new Suppression(fromBody);
    for (Failed each : failures.toList()) {
      if (!suppression.mentions(each.thrown()) && !suppression.add(wrapped(each))) {
        Task<?> task = each.task();
        Uncaught.report(options, task == null ? options.name() : task.name(), each.thrown());
      }
    }
  }

  private Throwable wrapped(Failed failure) {
    Task<?> task = failure.task();
    return task == null
        ? failure.thrown()
        : new TaskFailedException(
            failed(task), List.of(failure.named(options.name())), List.of(), task, null);
  }

  private static String failed(Task<?> task) {
    return "task '".concat(task.name()).concat("' failed");
  }
}
