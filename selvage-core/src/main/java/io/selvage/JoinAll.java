package io.selvage;

import io.selvage.kernel.Completion;
import io.selvage.kernel.ThreadRecord;
import io.selvage.kernel.WaitNode;
import io.selvage.kernel.support.EndActions;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** One wait for several tasks, which ends early when one of them has no result. */
final class JoinAll<T extends @Nullable Object> {
  /*
   * Protocol.
   *
   *   left   how many tasks have not succeeded; decremented by each task at its end (Task.onEnd), once for each time it is in the list.
   *   over   null ──the last success, or the first end without one──▶ that task.
   *
   * A waiter that leaves early removes its actions, each in constant time and without allocating, so abandoned waits leave nothing behind. Removing
   * an action that was not added, or has run, has no effect.
   */
  private final List<Task<? extends T>> tasks;
  private final AtomicInteger left;
  private final Completion<Task<?>> over = new Completion<>();

  JoinAll(List<Task<? extends T>> tasks) {
    this.tasks = tasks;
    this.left = new AtomicInteger(tasks.size());
  }

  List<T> await() throws InterruptedException {
    ThreadRecord self = ThreadRecord.current();
    self.begin("Tasks.joinAll");
    if (tasks.isEmpty()) {
      Selvage.checkpoint();
      return List.of();
    }
    List<AtEnd> actions = tasks.stream().map(AtEnd::new).toList();
    try {
      for (AtEnd action : actions) {
        action.task.onEnd(action);
      }
      var unused =
          JoinCycles.dependOn(tasks, self, () -> over.await("Tasks.joinAll", this, WaitNode.NEVER));
    } finally {
      for (int i = 0; i < actions.size(); i++) {
        AtEnd action = actions.get(i);
        action.task.withdraw(action);
      }
    }
    throwWhatHasNoResult(self);
    return Gather.results(self, tasks);
  }

  /** The action that is added to a task. */
  private final class AtEnd extends EndActions.Entry {
    private final Task<?> task;

    AtEnd(Task<?> task) {
      this.task = task;
    }

    @Override
    public void run() {
      ended(task);
    }
  }

  private void ended(Task<?> task) {
    if (task.state() != Task.State.SUCCEEDED || left.decrementAndGet() == 0) {
      var unused = over.complete(task);
    }
  }

  /**
   * A failure is preferred to the cancellations that it has caused. Both are preferred to results,
   * because earlier tasks in the list may still be running.
   */
  private void throwWhatHasNoResult(ThreadRecord self) throws InterruptedException {
    for (Task.State without : List.of(Task.State.FAILED, Task.State.CANCELLED)) {
      for (Task<? extends T> task : tasks) {
        if (task.state() == without) {
          if (without == Task.State.CANCELLED) {
            self.preferOwnCancellation();
          }
          var unused = task.resultNow();
        }
      }
    }
  }

  @Override
  public String toString() {
    return left.get() + " of " + tasks.size() + " tasks";
  }
}
