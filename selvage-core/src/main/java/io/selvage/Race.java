package io.selvage;

import io.selvage.kernel.ThreadRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/** One race: the call that decides it wins; the others are cancelled and joined. */
final class Race<T extends @Nullable Object> implements TaskGroup.VoidBody<RuntimeException> {
  /*
   * Protocol. The state that the ends of tasks change (Task.onEnd) is guarded by this object's monitor; the caller reads it when the group, and so
   * every task, has ended.
   *
   *   winner   null ──the first end that decides──▶ that task. It then cancels the group, outside of the monitor. A success
   *            decides, and a failure if the race is not for the first success. A task that was only cancelled never decides. A later success is
   *            dropped.
   *   failed   the ends of the tasks that failed, in their order. They are linked, and created before the call begins: an end must not fail. In a
   *            race for the first success a failure is expected, unless the cancellation had been reported to the call before; an unexpected failure
   *            is always reported.
   *
   * The tasks are unsupervised, so a failure cancels no other task by itself. Each failure counts as read from the fork on, so that the group does
   * not report it: this class reports it.
   */
  private final class End implements Runnable {
    private final Task<T> task;
    private final TaskGroup group;
    private final String reason;
    private @Nullable End next;

    End(Task<T> task, TaskGroup group) {
      this.task = task;
      this.group = group;
      this.reason = "'" + task.name() + "' has won";
    }

    boolean isExpected() {
      return untilSuccess && !task.knewOfCancellation();
    }

    @Override
    public void run() {
      if (decides(this)) {
        group.cancel(reason);
      }
    }
  }

  private final String name;
  private final List<? extends Callable<? extends T>> calls;
  private final boolean untilSuccess;
  private @Nullable Task<T> winner;
  private @Nullable End firstFailed;
  private @Nullable End lastFailed;
  private @Nullable CancelScope scope; // the scope of the group; the calling thread only

  Race(String name, List<? extends Callable<? extends T>> calls, boolean untilSuccess) {
    if (calls.isEmpty()) {
      throw new IllegalArgumentException(name + " of no calls has no winner; give it at least one");
    }
    this.name = name;
    this.calls = calls;
    this.untilSuccess = untilSuccess;
  }

  /** Runs the race, in a separate group, and returns the result of the winner. */
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
      task.onEnd(new End(task, group));
    }
  }

  /**
   * The cancel that ends a race is not meant for the caller, which runs no foreign code (code that
   * is not part of the library) before the end of the group. An interrupt issued by the library
   * would hide a later interrupt from outside.
   */
  private static void muteInterrupts() {
    ThreadRecord self = ThreadRecord.current();
    if (self.muteInterrupts()) {
      self.interruptAgain(); // the end of the group finds it
    }
  }

  private synchronized boolean decides(End end) {
    boolean failed = end.task.state() == Task.State.FAILED;
    if (failed) {
      End before = lastFailed;
      if (before == null) {
        firstFailed = end;
      } else {
        before.next = end;
      }
      lastFailed = end;
    }
    boolean counts = end.task.state() == Task.State.SUCCEEDED || (failed && !untilSuccess);
    if (!counts || winner != null) {
      return false;
    }
    winner = end.task;
    return true;
  }

  private List<End> failures() {
    List<End> failures = new ArrayList<>();
    for (End end = firstFailed; end != null; end = end.next) {
      failures.add(end);
    }
    return failures;
  }

  /** Returns the outcome when every task has ended. */
  private T outcome(ThreadRecord self, @Nullable InterruptedException cancelled)
      throws InterruptedException {
    List<End> failures = failures();
    boolean misbehaved = failures.stream().anyMatch(end -> !end.isExpected());
    if (winner == null && cancelled != null && !misbehaved) {
      throw cancelled;
    }
    if (cancelled != null) {
      self.redeliver(cancelled); // the race is complete; the next operation reports
    }
    if (winner != null && winner.state() == Task.State.SUCCEEDED) {
      failures.stream()
          .filter(end -> !end.isExpected())
          .forEach(end -> Uncaught.report(self, end.task.name(), end.task.failureNow()));
      return winner.resultNow();
    }
    if (failures.isEmpty()) {
      self.preferOwnCancellation();
      String reason = scope == null ? "?" : scope.reason().orElse("?");
      throw new TaskCancelledException("'" + name + "'", reason);
    }
    throw failed(failures);
  }

  private TaskFailedException failed(List<End> failures) {
    FailureSet all = new FailureSet();
    failures.forEach(end -> all.add(end.task, end.task.failureNow()));
    String what =
        winner == null
            ? "none of " + calls.size() + " calls succeeded"
            : "task '" + winner.name() + "' failed first";
    Task<?> first = winner == null ? failures.getFirst().task : winner;
    return new TaskFailedException(what, all.named(name), List.of(), first, null);
  }
}
