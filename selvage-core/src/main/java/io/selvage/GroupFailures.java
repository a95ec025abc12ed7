package io.selvage;

import io.selvage.FailureSet.Failed;
import io.selvage.kernel.Exhaustion;
import io.selvage.kernel.Region;
import io.selvage.kernel.support.Suppression;
import java.lang.invoke.MethodHandles;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The failures of one group, and what its end throws because of them. */
final class GroupFailures {
  /*
   * Protocol.
   *
   *   failed      supervised tasks in the order of their ends, those that the owner has not looked at. A task adds itself, once,
   *               before its result is published and so before it is counted out: whoever has waited for all tasks finds all.
   *   unobserved  unsupervised tasks that failed, for whom nobody has asked yet; at most KEPT_UNOBSERVED.
   *   failures    what the owner has made of failed: each failure once, without those that are only passed on. A task is taken
   *               out of failed behind that, so if there is no memory for it nothing is lost, and the group is not empty.
   *
   * A task that has failed cannot do so again, so noting it must not fail: both lists are linked through the tasks (Task.next)
   * and guarded by their own monitors. A task is in one of them at most. All else is up to the owner, who has a failure to
   * throw if there is no memory for it (GroupEnd).
   */

  /**
   * So many failed unsupervised tasks are kept for somebody to ask; older ones are reported as
   * uncaught.
   */
  private static final int KEPT_UNOBSERVED = 64;

  static {
    // An end may come where there is no stack left to load a class, which then could never be used.
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      for (Class<?> atEnds :
          List.of(
              Cancellations.class,
              ScopeCause.class,
              Failed.class,
              FailureStory.class,
              Suppression.class,
              TaskFailedException.class,
              TaskFailedException.Failure.class)) {
        var unused = lookup.ensureInitialized(atEnds);
      }
    } catch (IllegalAccessException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /** Tasks, the first first. Adding and removing allocates nothing. */
  private static final class TaskList {
    private @Nullable Task<?> first; // this and the following, and Task.next: guarded by this
    private @Nullable Task<?> last;
    private int size;

    /** {@return how many there are now} */
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

    /** Unlinked, so that who keeps a task does not keep those that have failed later. */
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

    /** {@return the first one if more than {@code most} are left that nobody has asked for} */
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

  private final GroupOptions options;
  private final TaskList failed = new TaskList();
  private final TaskList unobserved = new TaskList();
  private final FailureSet failures = new FailureSet(); // owner only
  private final Misbehaviour misbehaviour = new Misbehaviour();

  GroupFailures(GroupOptions options) {
    this.options = options;
  }

  // ---- any thread; these never fail

  /** A supervised task has failed. */
  void add(Task<?> task) {
    failed.add(task);
  }

  /** A task that had been told that it is cancelled has returned all the same. */
  void addMisbehaved(Task<?> task) {
    misbehaviour.add(task.name());
  }

  /** Keeps a failed task for which nobody waits, until somebody asks for it. */
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

  /** What the body passes on may bring more: what else failed, and what clean-up threw. */
  void addPassedOn(Throwable fromBody) {
    takeFailed();
    failures.add(null, fromBody);
  }

  /** What rides on a cancellation that will not leave the group. */
  void addRiding(Throwable cancellation, Region region) {
    takeFailed();
    failures.addRiding(null, cancellation, region);
  }

  boolean isEmpty() {
    return failures.isEmpty() && failed.first() == null;
  }

  /** Reports the failures of unsupervised tasks that nobody has asked for. */
  void reportUnobserved() {
    for (Task<?> task = unobserved.removeFirst(); task != null; task = unobserved.removeFirst()) {
      report(task);
    }
  }

  private void report(Task<?> task) {
    if (!task.isObserved()) {
      options.reportUncaught(task.name(), task.failureNow());
    }
  }

  /** {@return what the end of the group throws because tasks failed, or null} */
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
        misbehaviour.names(),
        first.task(),
        fromBody);
  }

  /** Tells the log who misbehaved, as what leaves the group does not. */
  void warnOfMisbehaved() {
    misbehaviour.warn(options.name());
  }

  /** Hangs the failures of tasks on an exception of the body that leaves the group as it is. */
  void suppressOn(Throwable fromBody) {
    takeFailed();
    if (failures.isEmpty()) {
      return;
    }
    Suppression suppression = new Suppression(fromBody);
    for (Failed each : failures.toList()) {
      if (!suppression.mentions(each.thrown()) && !suppression.add(wrapped(each))) {
        Task<?> task = each.task();
        options.reportUncaught(task == null ? options.name() : task.name(), each.thrown());
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
