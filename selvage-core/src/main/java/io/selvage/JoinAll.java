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
   *   left   how many have not succeeded; counted down by the tasks at their ends (Task.onEnd), once for each time they are
   *          in the list.
   *   over   null ──the last success, or the first end without one──▶ that task.
   *
   * A waiter that leaves early takes its actions back, each in one step and without allocating, so abandoned waits leave
   * nothing behind. An action that was not added, or has run, is taken back without effect.
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
          Task.dependOn(tasks, self, () -> over.await("Tasks.joinAll", this, WaitNode.NEVER));
    } finally {
      for (int i = 0; i < actions.size(); i++) {
        AtEnd action = actions.get(i);
        action.task.withdraw(action);
      }
    }
    throwWhatHasNoResult(self);
    return Gather.results(self, tasks);
  }

  /** What is left with a task. */
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
   * A failure goes before the cancellations that followed from it. Both go before the results:
   * tasks in front of the one that has none may still be running.
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
