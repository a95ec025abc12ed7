package io.selvage;

import io.selvage.kernel.Region;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
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

  private record Failed(@Nullable Task<?> task, Throwable thrown) {}

  private final GroupOptions options;
  private final List<Failed> failed = new ArrayList<>(0); // guarded by this
  private final Deque<Task<?>> unobserved = new ArrayDeque<>(0); // guarded by this

  GroupFailures(GroupOptions options) {
    this.options = options;
  }

  // ---- any thread

  /**
   * Notes a failure. If the task only passes on one that is known, what hangs on it is noted: the
   * failures of clean-up on the way.
   */
  synchronized void add(@Nullable Task<?> task, Throwable thrown) {
    if (passedOnBy(thrown)) {
      for (Throwable suppressed : thrown.getSuppressed()) {
        if (!(suppressed instanceof CancelledException)) {
          add(task, suppressed);
        }
      }
    } else if (failed.stream().noneMatch(f -> f.thrown() == thrown)) {
      failed.add(new Failed(task, thrown));
    }
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

  /**
   * {@return whether this only passes on the failure of a task of this group, as a join throws it}
   */
  synchronized boolean passedOnBy(Throwable thrown) {
    return thrown instanceof TaskFailedException
        && failed.stream().anyMatch(f -> f.thrown() == thrown.getCause());
  }

  /**
   * Notes what hangs on an exception of the body that the group does not throw itself: a
   * cancellation that it absorbs or that gives way to a failure, or a failure passed on.
   */
  synchronized void addCarriedBy(Throwable fromBody, boolean absorbed, Region region) {
    if (passedOnBy(fromBody)) {
      add(null, fromBody);
    } else if (absorbed || !failed.isEmpty()) {
      for (Throwable failure : Cancellations.ridingFailures(fromBody, region)) {
        add(null, failure);
      }
    }
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
        first.task() == null
            ? "group '" + options.name() + "' failed"
            : "task '" + first.task().name() + "' failed";
    if (all.size() > 1) {
      what += " (and " + (all.size() - 1) + " more in its group)";
    }
    TaskFailedException exception =
        new TaskFailedException(what, all.stream().map(Failed::thrown).toList(), first.task());
    if (fromBody instanceof TaskFailedException joined && joined.getCause() == first.thrown()) {
      exception.setStackTrace(joined.getStackTrace());
    }
    return exception;
  }

  /** Hangs the failures of tasks on an exception of the body that leaves the group as it is. */
  void suppressOn(Throwable fromBody) {
    for (Failed each : snapshot()) {
      if (Cancellations.mentions(fromBody, each.thrown())) {
        continue;
      }
      Throwable wrapped =
          each.task() == null
              ? each.thrown()
              : new TaskFailedException(
                  "task '" + each.task().name() + "' failed", List.of(each.thrown()), each.task());
      fromBody.addSuppressed(wrapped);
      if (!Arrays.asList(fromBody.getSuppressed()).contains(wrapped)) {
        String name = each.task() == null ? options.name() : each.task().name();
        options.reportUncaught(name, each.thrown());
      }
    }
  }

  private synchronized List<Failed> snapshot() {
    return List.copyOf(failed);
  }
}
