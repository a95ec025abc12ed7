package io.selvage;

import io.selvage.kernel.CancelCause;
import io.selvage.kernel.Completion;
import io.selvage.kernel.Region;
import io.selvage.kernel.ThreadRecord;
import io.selvage.kernel.WaitNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * A piece of work that was forked in a {@link TaskGroup} and runs on a thread of its own.
 *
 * <p>The handle keeps the result: it can be joined by many threads, many times, also after the
 * group has ended.
 *
 * <p><b>Threads.</b> Any thread may call anything.
 *
 * @param <T> the type of the result
 */
public final class Task<T extends @Nullable Object> {
  /*
   * Protocol.
   *
   *   PENDING ──its thread begins──▶ RUNNING ──▶ SUCCEEDED | FAILED | CANCELLED
   *      └────────cancelled before it begins────────────────────────▶ CANCELLED
   *
   *   result     decides the last step, once (Completion); written by the task's thread, or by the forker if the task
   *              never got a thread.
   *   begun      written by the task's thread.
   *   joining    the task this one waits for, in join or in start; written by the task's own thread before it looks for a cycle. Of two tasks
   *              that close a cycle at once at least one sees it.
   *   supervised whether a failure belongs to the group. False to true when TaskStatus.started has won, by its caller or
   *              by the task's thread at the end, where it is read.
   *   observed   somebody has been told of the failure; monotone, any thread.
   */

  /** Where a task is in its life. */
  public enum State {
    /** Not begun: its thread has not started, or waits for its first turn. */
    PENDING,
    /** Begun and not ended; it may be waiting. */
    RUNNING,
    /** It returned. */
    SUCCEEDED,
    /** It threw. */
    FAILED,
    /** It was cancelled, and ended because of that or never began. */
    CANCELLED
  }

  private final TaskGroup group;
  private final String name;
  private final ForkSite forkSite;
  private final Completion<TaskResult> result = new Completion<>();
  private @Nullable Callable<? extends T> body; // task's thread, after the fork
  private @Nullable ThreadRecord record; // set by the forker before the thread starts
  private final @Nullable TaskStatus<?> status;
  private volatile boolean begun;
  private volatile boolean supervised;
  private volatile boolean observed;
  private volatile @Nullable Task<?> joining;

  Task(
      TaskGroup group,
      String name,
      Callable<? extends T> body,
      ForkSite forkSite,
      boolean supervised,
      @Nullable TaskStatus<?> status) {
    this.group = group;
    this.name = name;
    this.body = body;
    this.forkSite = forkSite;
    this.supervised = supervised;
    this.status = status;
    if (status != null) {
      status.bind(this);
    }
  }

  // ---- for users

  /** {@return the name, as {@code group/task}; that of the thread, too} */
  public String name() {
    return name;
  }

  /** {@return where the task is in its life} */
  public State state() {
    return switch (result.poll()) {
      case null -> begun ? State.RUNNING : State.PENDING;
      case TaskResult.Success s -> State.SUCCEEDED;
      case TaskResult.Failure f -> State.FAILED;
      case TaskResult.Cancelled c -> State.CANCELLED;
    };
  }

  /** {@return whether the task has ended, in whatever way} */
  public boolean isDone() {
    return result.isDone();
  }

  /**
   * Waits for the end of the task.
   *
   * <p><b>Cancellation</b> of the caller withdraws this wait and leaves the task alone.
   *
   * @return the result
   * @throws TaskFailedException if the task failed; the cause is what it threw
   * @throws TaskCancelledException if the task was cancelled
   * @throws JoinCycleException if the task waits, through others, for the calling task, or is
   *     around it
   * @throws CancelledException if the calling thread is cancelled, also on entry
   * @throws InterruptedException if the calling thread was interrupted from outside
   */
  public T join() throws InterruptedException {
    var unused = dependOn(() -> result.await(WaitNode.NEVER));
    return resultNow();
  }

  /**
   * Waits for something that only this task can bring about.
   *
   * @throws JoinCycleException if this task waits, through others, for the calling one
   */
  <V extends @Nullable Object> V dependOn(ThrowingSupplier<V, RuntimeException> wait)
      throws InterruptedException {
    ThreadRecord self = ThreadRecord.current();
    if (!(self.task() instanceof Task<?> joiner) || isDone()) {
      return wait.get();
    }
    joiner.joining = this;
    try {
      refuseCycle(joiner, self.region());
      return wait.get();
    } finally {
      joiner.joining = null;
    }
  }

  /**
   * {@return the result of a task that has ended, without waiting}
   *
   * @throws TaskFailedException if the task failed; the cause is what it threw
   * @throws TaskCancelledException if the task was cancelled
   * @throws IllegalStateException if the task has not ended
   */
  @SuppressWarnings("unchecked") // the body returned a T
  public T resultNow() {
    return switch (ended()) {
      case TaskResult.Success(Object value) -> (T) value;
      case TaskResult.Failure(Throwable thrown) -> {
        observed = true;
        throw new TaskFailedException("task '" + name + "' failed", List.of(thrown), this);
      }
      case TaskResult.Cancelled(String reason) ->
          throw new TaskCancelledException("task '" + name + "'", reason);
    };
  }

  /**
   * {@return what a failed task threw, without waiting}
   *
   * @throws IllegalStateException if the task has not failed
   */
  public Throwable failureNow() {
    if (result.poll() instanceof TaskResult.Failure(Throwable thrown)) {
      observed = true;
      return thrown;
    }
    throw new IllegalStateException("task '" + name + "' has not failed, it is " + state());
  }

  private TaskResult ended() {
    TaskResult ended = result.poll();
    if (ended == null) {
      throw new IllegalStateException(
          "task '" + name + "' has not ended, it is " + state() + "; use join to wait for it");
    }
    return ended;
  }

  /**
   * Cancels this task and all below it, without a reason; see {@link #cancel(String)}.
   *
   * @return true if this call cancelled it
   */
  public boolean cancel() {
    return cancel("no reason given");
  }

  /**
   * Cancels this task and all below it; its group and its siblings go on. Returns at once: {@link
   * #join} to wait for the end. A task that has not begun never will. Never blocks.
   *
   * @param reason found in {@link CancelledException#reason()}
   * @return true if this call cancelled it, false if it had ended or was cancelled before
   */
  public boolean cancel(String reason) {
    Objects.requireNonNull(reason, "reason");
    ThreadRecord running = record;
    if (running == null || isDone()) {
      return false;
    }
    Region root = running.root();
    if (root.cause() != null) {
      return false;
    }
    Cause why = new Cause(CancelledException.Source.CALL, reason);
    root.cancel(why);
    return root.cause() == why;
  }

  // ---- for the group

  void attach(ThreadRecord newRecord) {
    record = newRecord;
  }

  ForkSite forkSite() {
    return forkSite;
  }

  /** From here on a failure belongs to the group. */
  void supervise() {
    supervised = true;
  }

  boolean isObserved() {
    return observed;
  }

  void markObserved() {
    observed = true;
  }

  /** Waits for the end whatever happens to the calling thread. */
  TaskResult awaitEnd() {
    return result.awaitUncancellably();
  }

  /** The life of the task's thread. */
  void runOn(ThreadRecord self) {
    TaskResult outcome;
    Region root = self.root();
    if (self.begin()) {
      begun = true;
      outcome = runBody(root, self);
    } else {
      outcome = cancelled(root);
    }
    self.retract(root);
    end(outcome, root);
    self.end();
  }

  private TaskResult runBody(Region root, ThreadRecord self) {
    Callable<? extends T> work = Objects.requireNonNull(body);
    try {
      return new TaskResult.Success(work.call());
    } catch (Throwable thrown) {
      self.retract(root);
      return classify(thrown, root);
    }
  }

  private static TaskResult classify(Throwable thrown, Region root) {
    if (!Cancellations.isCancellation(thrown, root)) {
      return new TaskResult.Failure(thrown);
    }
    List<Throwable> riding = Cancellations.ridingFailures(thrown, root);
    return riding.isEmpty() ? cancelled(root) : new TaskResult.Failure(combined(riding));
  }

  private static Throwable combined(List<Throwable> failures) {
    Throwable first = failures.getFirst();
    failures.stream().skip(1).filter(each -> each != first).forEach(first::addSuppressed);
    return first;
  }

  private static TaskResult cancelled(Region root) {
    CancelCause why = root.cause();
    return new TaskResult.Cancelled(why == null ? "no reason given" : why.reason());
  }

  /** Ends a task that got no thread. */
  void endUnstarted(Throwable failure) {
    end(new TaskResult.Failure(failure), record == null ? null : record.root());
  }

  /** Publishes the end; the order is explained in TaskGroup. */
  void end(TaskResult outcome, @Nullable Region root) {
    body = null;
    if (status != null) {
      status.ended();
      supervised |= status.isStarted(); // started may be under way on another thread
    }
    if (outcome instanceof TaskResult.Failure(Throwable thrown)) {
      endFailed(outcome, thrown);
    } else {
      result.complete(outcome);
    }
    group.onEnd(root);
  }

  private void endFailed(TaskResult outcome, Throwable thrown) {
    if (supervised) {
      observed = true;
      group.noteFailure(this, thrown);
      result.complete(outcome);
      group.onFailure(this, thrown);
    } else {
      result.complete(outcome);
      group.onUnsupervisedFailure(this);
    }
  }

  // ---- cycles of joins

  private void refuseCycle(Task<?> joiner, Region from) {
    List<String> path = new ArrayList<>();
    path.add(joiner.name);
    for (Task<?> next = this; next != null; next = next.joining) {
      path.add(next.name);
      if (next == joiner) {
        throw new JoinCycleException(path);
      }
      if (isAround(next, from)) {
        path.add(joiner.name);
        throw new JoinCycleException(path);
      }
      if (path.size() > 10_000) {
        return; // a cycle of others, which one of them refuses
      }
    }
  }

  /** A task cannot end before those in the groups that it opened. */
  private static boolean isAround(Task<?> task, Region from) {
    for (Region region = from; region != null; region = region.parent()) {
      if (region.record().task() == task) {
        return true;
      }
    }
    return false;
  }

  @Override
  public String toString() {
    return "Task[" + name + ", " + state() + "]";
  }
}
