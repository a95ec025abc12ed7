package io.selvage;

import io.selvage.kernel.ThreadRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/** One race: the call that decides it wins, the others are cancelled and joined. */
final class Race<T extends @Nullable Object> implements TaskGroup.VoidBody<RuntimeException> {
  /*
   * Protocol. What the ends of tasks touch (Task.onEnd) is guarded by this object's monitor; the caller looks at it when the
   * group, and so every task, has ended.
   *
   *   winner   null ──the first end that decides──▶ that task. It then cancels the group, outside of the monitor. A success
   *            decides, and a failure if the race is not for the first success. Who merely was cancelled never decides. A
   *            later success is dropped.
   *   failures all of them in the order of the ends. Expected are those in a race for the first success, unless the call
   *            had been told that it is cancelled; what is not expected reaches somebody.
   *
   * The tasks are unsupervised, so a failure cancels nobody by itself. Each counts as asked for its failure from the fork
   * on, so that the group does not report it: that is up to this.
   */
  private record Lost(Task<?> task, Throwable thrown, boolean expected) {}

  private final String name;
  private final List<? extends Callable<? extends T>> calls;
  private final boolean untilSuccess;
  private @Nullable Task<T> winner;
  private final List<Lost> failures = new ArrayList<>(0);
  private @Nullable CancelScope scope; // of the group; the caller only

  Race(String name, List<? extends Callable<? extends T>> calls, boolean untilSuccess) {
    if (calls.isEmpty()) {
      throw new IllegalArgumentException(name + " of no calls has no winner; give it at least one");
    }
    this.name = name;
    this.calls = calls;
    this.untilSuccess = untilSuccess;
  }

  /** Runs the race, in a group of its own, and returns what the winner has returned. */
  T run() throws InterruptedException {
    ThreadRecord self = ThreadRecord.current();
    self.begin("Tasks." + name);
    InterruptedException cancelled = null;
    try {
      TaskGroup.openVoid(TaskGroup.options().withName(name), this);
    } catch (InterruptedException e) {
      cancelled = e;
    }
    return outcome(self, cancelled);
  }

  @Override
  public void run(TaskGroup group) {
    scope = group.scope();
    muteInterrupts();
    for (Callable<? extends T> call : calls) {
      Task<T> task = group.forkUnsupervised(call);
      task.markObserved();
      task.onEnd(() -> ended(task, group));
    }
  }

  /**
   * The cancel with which a race ends is not meant for the caller, who runs no foreign code up to
   * the end of the group: an interrupt of ours would hide one that comes from outside behind it.
   */
  private static void muteInterrupts() {
    ThreadRecord self = ThreadRecord.current();
    if (self.muteInterrupts()) {
      self.interruptAgain(); // the end of the group finds it
    }
  }

  private void ended(Task<T> task, TaskGroup group) {
    if (decides(task)) {
      group.cancel("'" + task.name() + "' has won");
    }
  }

  private synchronized boolean decides(Task<T> task) {
    boolean failed = task.state() == Task.State.FAILED;
    if (failed) {
      failures.add(new Lost(task, task.failureNow(), untilSuccess && !task.hasHeard()));
    }
    boolean counts = task.state() == Task.State.SUCCEEDED || (failed && !untilSuccess);
    if (!counts || winner != null) {
      return false;
    }
    winner = task;
    return true;
  }

  /** When every task has ended. */
  private T outcome(ThreadRecord self, @Nullable InterruptedException cancelled)
      throws InterruptedException {
    boolean misbehaved = failures.stream().anyMatch(lost -> !lost.expected());
    if (winner == null && cancelled != null && !misbehaved) {
      throw cancelled;
    }
    if (cancelled != null) {
      self.tellAgain(cancelled); // it has happened; the next operation reports
    }
    if (winner != null && winner.state() == Task.State.SUCCEEDED) {
      failures.stream()
          .filter(lost -> !lost.expected())
          .forEach(lost -> Uncaught.report(self, lost.task().name(), lost.thrown()));
      return winner.resultNow();
    }
    if (failures.isEmpty()) {
      self.checkpointBeforeBadNews();
      String reason = scope == null ? "?" : scope.reason().orElse("?");
      throw new TaskCancelledException("'" + name + "'", reason);
    }
    throw failed();
  }

  private TaskFailedException failed() {
    FailureSet all = new FailureSet();
    failures.forEach(lost -> all.add(lost.task(), lost.thrown()));
    List<TaskFailedException.Failure> details =
        all.toList().stream().map(each -> each.named(name)).toList();
    String what =
        winner == null
            ? "none of " + calls.size() + " calls succeeded"
            : "task '" + winner.name() + "' failed first";
    Task<?> first = winner == null ? failures.getFirst().task() : winner;
    return new TaskFailedException(what, details, List.of(), first, null);
  }
}
