package io.selvage;

import io.selvage.FailureSet.Failed;
import io.selvage.kernel.Region;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The failures of one group, and what its end throws because of them. */
final class GroupFailures {
  /**
   * So many failed unsupervised tasks are kept for somebody to ask; older ones are reported as
   * uncaught.
   */
  private static final int KEPT_UNOBSERVED = 64;

  private final GroupOptions options;
  private final FailureSet failures = new FailureSet(); // guarded by this
  private final Misbehaviour misbehaviour = new Misbehaviour();
  private final Deque<Task<?>> unobserved = new ArrayDeque<>(0); // guarded by this

  GroupFailures(GroupOptions options) {
    this.options = options;
  }

  // ---- any thread

  synchronized void add(Task<?> task, Throwable thrown) {
    failures.add(task, thrown);
  }

  /** A task that had been told that it is cancelled has returned all the same. */
  void addMisbehaved(Task<?> task) {
    misbehaviour.add(task.name());
  }

  /** Keeps a failed task for which nobody waits, until somebody asks for it. */
  void addUnobserved(Task<?> task) {
    Task<?> oldest = null;
    synchronized (this) {
      unobserved.removeIf(Task::isObserved);
      unobserved.add(task);
      if (unobserved.size() > KEPT_UNOBSERVED) {
        oldest = unobserved.poll();
      }
    }
    if (oldest != null) {
      report(oldest);
    }
  }

  // ---- the owner, after the body

  /** {@return whether the body only passes on the failure of a task, as a join throws it} */
  synchronized boolean isPassedOnBy(Throwable fromBody) {
    return fromBody instanceof TaskFailedException && failures.isKnown(fromBody);
  }

  /** What the body passes on may bring more: what else failed, and what clean-up threw. */
  synchronized void addPassedOn(Throwable fromBody) {
    failures.add(null, fromBody);
  }

  /** What rides on a cancellation that will not leave the group. */
  synchronized void addRiding(Throwable cancellation, Region region) {
    failures.addRiding(null, cancellation, region);
  }

  synchronized boolean isEmpty() {
    return failures.isEmpty();
  }

  private synchronized List<Failed> snapshot() {
    return failures.toList();
  }

  /** Reports the failures of unsupervised tasks that nobody has asked for. */
  void reportUnobserved() {
    List<Task<?>> left;
    synchronized (this) {
      left = List.copyOf(unobserved);
      unobserved.clear();
    }
    left.forEach(this::report);
  }

  private void report(Task<?> task) {
    if (!task.isObserved()) {
      options.reportUncaught(task.name(), task.failureNow());
    }
  }

  /** {@return what the end of the group throws because tasks failed, or null} */
  @Nullable TaskFailedException toException(@Nullable Throwable fromBody) {
    List<Failed> all = snapshot();
    if (all.isEmpty()) {
      return null;
    }
    Failed first = all.getFirst();
    String what =
        first.task() == null ? "group '" + options.name() + "' failed" : failed(first.task());
    if (first.whileCancelled()) {
      what += " while it was cancelled";
    }
    if (all.size() > 1) {
      what += " (and " + (all.size() - 1) + " more in its group)";
    }
    return new TaskFailedException(
        what,
        all.stream().map(each -> each.named(options.name())).toList(),
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
    for (Failed each : snapshot()) {
      if (FailureSet.mentions(fromBody, each.thrown())) {
        continue;
      }
      Task<?> task = each.task();
      Throwable wrapped =
          task == null
              ? each.thrown()
              : new TaskFailedException(
                  failed(task), List.of(each.named(options.name())), List.of(), task, null);
      if (!FailureSet.suppress(fromBody, wrapped)) {
        options.reportUncaught(task == null ? options.name() : task.name(), each.thrown());
      }
    }
  }

  private static String failed(Task<?> task) {
    return "task '" + task.name() + "' failed";
  }
}
