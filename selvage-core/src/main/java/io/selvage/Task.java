package io.selvage;

import io.selvage.FailureStory.Waiter;
import io.selvage.JoinCycles.Join;
import io.selvage.function.ThrowingSupplier;
import io.selvage.kernel.CancelCause;
import io.selvage.kernel.Completion;
import io.selvage.kernel.Region;
import io.selvage.kernel.Step;
import io.selvage.kernel.ThreadRecord;
import io.selvage.kernel.Threads;
import io.selvage.kernel.WaitNode;
import io.selvage.kernel.select.CompletionChoice;
import io.selvage.kernel.support.EndActions;
import io.selvage.kernel.support.FieldHandle;
import io.selvage.kernel.support.ForkSite;
import io.selvage.kernel.support.LinkedSet;
import io.selvage.select.Selectable;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A piece of work that was forked in a {@link TaskGroup} and runs on a thread of its own.
 *
 * <p>The handle keeps the result: any number of threads can join it, any number of times, even
 * after the group has ended.
 *
 * <p><b>Threads.</b> Any thread may call any method.
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
   *   outcome    the data of the result: the value, the exception, or the cause of the cancellation (CancelCause). Written before result, by the same
   *              thread; read after it.
   *   begun      written by the task's thread, in release mode: it is only for information.
   *   joining    the wait of this task for others, in a join or in start; written by the task's own thread before it searches for a cycle. joiners:
   *              the same waits, as seen from the awaited tasks (JoinCycles). The set is created when needed.
   *   endActions run after the result, before the task is counted as ended: a thread that waits for the group finds them done. Created by the first
   *              thread that adds an action, by CAS; the end changes it to NO_MORE if there are none.
   *
   * This class is the state of the task. TaskRun runs the body, decides how it has ended, and makes the steps of the end in their order.
   *
   *   supervised whether a failure belongs to the group. False to true by TaskStatus.started; read when the task ends.
   *   waiter     the task that ended because its join of this one did; one of several, or several (FailureStory).
   *   knew       whether its thread knew that it is cancelled when the body ended; task's thread, before the result.
   *   observed   a thread has received the failure; from false to true, any thread.
   *   next       the task that failed next, in a list of its group (GroupFailures).
   */

  /** The state of a task. */
  public enum State {
    /** Not begun: its thread has not started, or waits for its first turn. */
    PENDING,
    /** Begun and not ended; it may be waiting. */
    RUNNING,
    /** The body returned. */
    SUCCEEDED,
    /** The body threw an exception. */
    FAILED,
    /** The task was cancelled, and ended because of that or never began. */
    CANCELLED
  }

  private static final EndActions NO_MORE = EndActions.thatHaveRun();

  private static final VarHandle BEGUN =
      FieldHandle.of(MethodHandles.lookup(), "begun", boolean.class);
  private static final VarHandle WAITER =
      FieldHandle.of(MethodHandles.lookup(), "waiter", Waiter.class);
  private static final VarHandle JOINERS =
      FieldHandle.of(MethodHandles.lookup(), "joiners", LinkedSet.class);
  private static final VarHandle END_ACTIONS =
      FieldHandle.of(MethodHandles.lookup(), "endActions", EndActions.class);

  private final TaskGroup group;
  private final String name;
  private final ForkSite forkSite;
  private final Completion<State> result = new Completion<>();
  private @Nullable Object outcome; // published by result
  private volatile @Nullable ThreadRecord record; // from the fork to the end

  @SuppressWarnings("FieldCanBeFinal") // written through BEGUN
  private volatile boolean begun;

  private volatile boolean supervised;
  private volatile boolean observed;
  private volatile @Nullable Join joining;

  @SuppressWarnings("FieldCanBeFinal") // written through END_ACTIONS
  private volatile @Nullable EndActions endActions;

  @SuppressWarnings("FieldCanBeFinal") // written through JOINERS
  private volatile @Nullable LinkedSet<Join.Edge> joiners;

  @SuppressWarnings("FieldCanBeFinal") // written through WAITER, too
  private volatile @Nullable Waiter waiter;

  private boolean knew;

  @Nullable Task<?> next; // guarded by the list

  Task(TaskGroup group, String name, ForkSite forkSite, boolean supervised) {
    this.group = group;
    this.name = name;
    this.forkSite = forkSite;
    this.supervised = supervised;
  }

  // ---- for users

  /** {@return the name, as {@code group/task}; the thread has the same name} */
  public String name() {
    return name;
  }

  /** {@return the state of the task} */
  public State state() {
    State ended = result.poll();
    if (ended != null) {
      return ended;
    }
    return begun ? State.RUNNING : State.PENDING;
  }

  /** {@return whether the task has ended, in whatever way} */
  public boolean isDone() {
    return result.isDone();
  }

  /**
   * Waits for the end of the task.
   *
   * <p><b>Cancellation</b> of the caller withdraws this wait and does not affect the task.
   *
   * @return the result
   * @throws TaskFailedException if the task failed; the cause is its exception
   * @throws TaskCancelledException if the task was cancelled
   * @throws JoinCycleException if the task waits, through others, for the calling task, or is
   *     around it
   * @throws CancelledException if the calling thread is cancelled, also on entry
   * @throws InterruptedException if the calling thread was interrupted from outside
   */
  public T join() throws InterruptedException {
    ThreadRecord self = ThreadRecord.current();
    try {
      var unused = dependOn(self, () -> result.await("Task.join", this, WaitNode.NEVER));
      if (result.poll() == State.CANCELLED) {
        self.preferOwnCancellation();
      }
    } catch (CancelledException e) {
      e.endsJoinOf(this);
      throw e;
    }
    return resultNow();
  }

  /**
   * {@return the end of the task as a clause of a {@link io.selvage.select.Select}; its value is
   * the result} If the task failed or was cancelled, the select throws what {@link #join} would
   * throw. A cycle of such waits is not found, as another clause may end it.
   */
  public Selectable<T> onJoin() {
    final class Joining extends CompletionChoice implements Selectable<T> {
      Joining() {
        super(result);
      }

      @Override
      public @Nullable Object result() {
        return resultNow();
      }

      @Override
      public boolean reportsAnEnd() {
        return result.poll() == State.CANCELLED;
      }

      @Override
      public String toString() {
        return "join " + Task.this;
      }
    }
    return new Joining();
  }

  /** Waits for a value that only this task can produce. */
  <V extends @Nullable Object> V dependOn(
      ThreadRecord self, ThrowingSupplier<V, RuntimeException> wait) throws InterruptedException {
    return isDone() ? wait.get() : JoinCycles.dependOn(List.of(this), self, wait);
  }

  /**
   * {@return the result of a task that has ended, without waiting}
   *
   * @throws TaskFailedException if the task failed; the cause is its exception
   * @throws TaskCancelledException if the task was cancelled
   * @throws IllegalStateException if the task has not ended
   */
  @SuppressWarnings({"unchecked", "NullAway"}) // the body returned a T, which may be null
  public T resultNow() {
    State ended = result.poll();
    if (ended == null) {
      throw new IllegalStateException(
          "task '" + name + "' has not ended, it is " + state() + "; use join to wait for it");
    }
    if (ended == State.FAILED) {
      throw failureOf(failureNow());
    }
    if (ended == State.CANCELLED) {
      throw new TaskCancelledException("task '" + name + "'", reason());
    }
    return (T) outcome;
  }

  private TaskFailedException failureOf(Throwable thrown) {
    return new TaskFailedException(
        "task '" + name + "' failed" + (knew ? " while it was cancelled" : ""),
        List.of(new TaskFailedException.Failure(name, thrown, knew)),
        List.of(),
        this,
        null);
  }

  private String reason() {
    return outcome instanceof CancelCause why ? why.reason() : "no reason given";
  }

  /**
   * {@return the exception of a failed task, without waiting}
   *
   * @throws IllegalStateException if the task has not failed
   */
  public Throwable failureNow() {
    if (result.poll() == State.FAILED) {
      observed = true;
      return thrown();
    }
    throw new IllegalStateException("task '" + name + "' has not failed, it is " + state());
  }

  /**
   * Cancels this task and everything below it, without a reason; see {@link #cancel(String)}.
   *
   * @return true if this call cancelled it
   */
  public boolean cancel() {
    return cancel("no reason given");
  }

  /**
   * Cancels this task and everything below it; its group and its siblings continue. Returns at
   * once; use {@link #join} to wait for the end. A task that has not begun never begins. Never
   * blocks.
   *
   * @param reason the result of {@link CancelledException#reason()}
   * @return true if this call cancelled it, false if it had ended or was cancelled before
   */
  public boolean cancel(String reason) {
    Objects.requireNonNull(reason, "reason");
    Step.before("Task.cancel");
    ThreadRecord running = record;
    if (running == null || isDone()) {
      return false;
    }
    Region root = running.root();
    if (root.cause() != null) {
      return false;
    }
    ScopeCause why = ScopeCause.of(CancelledException.Source.CALL, reason);
    root.cancel(why);
    return root.cause() == why;
  }

  /**
   * Runs {@code action} when the task ends, in whatever way; at once if it has ended.
   *
   * {@snippet class="io.selvage.Snippets" region="onEnd"}
   *
   * <p><b>Threads.</b> Any thread may call this. The action runs on the thread that ends the task:
   * the task's own thread, unless the task never began. If the task has ended already, it runs on
   * the calling thread. During the action {@link #state()} returns how the task ended. Its group
   * does not end before the action has returned. Actions run in the order in which they were added,
   * each once.
   *
   * <p><b>Failure.</b> An exception of the action on the thread of the task goes to the {@linkplain
   * GroupOptions#withUncaughtHandler uncaught handler} of its group.
   *
   * @param action must be quick, and must not wait
   */
  public void onEnd(Runnable action) {
    Objects.requireNonNull(action, "action");
    Step.before("Task.onEnd");
    if (actions().add(action)) {
      return;
    }
    Threads.runUndisturbed(action);
  }

  /** Removes an action that was given to {@link #onEnd} and has not begun. */
  void withdraw(Runnable action) {
    actions().remove(action);
  }

  int endActions() {
    return actions().size();
  }

  private EndActions actions() {
    EndActions known = endActions;
    if (known == null) {
      END_ACTIONS.compareAndSet(this, null, new Actions());
      known = Objects.requireNonNull(endActions);
    }
    return known;
  }

  // ---- for the group

  ThreadRecord record() {
    return Objects.requireNonNull(record);
  }

  Region root() {
    return record().root();
  }

  void attach(ThreadRecord newRecord) {
    record = newRecord;
  }

  TaskGroup group() {
    return group;
  }

  ForkSite forkSite() {
    return forkSite;
  }

  /** {@return whether its thread knew about the cancellation when the body ended} */
  boolean knewOfCancellation() {
    return knew;
  }

  /** {@return the task that ended because its join of this task did, or null} */
  @Nullable Waiter waiter() {
    return waiter;
  }

  /** A task ended because its join of this task did. */
  void addWaiter(Waiter added) {
    if (!WAITER.compareAndSet(this, null, added)) {
      waiter = Waiter.SEVERAL;
    }
  }

  /** From here on a failure of this task is a failure of the group. */
  void supervise() {
    supervised = true;
  }

  /** {@return its exception; set once the group knows the failure} */
  Throwable thrown() {
    return (Throwable) Objects.requireNonNull(outcome);
  }

  boolean isObserved() {
    return observed;
  }

  void markObserved() {
    observed = true;
  }

  /** Waits for the end; neither cancellation nor an interrupt ends this wait. */
  State awaitEnd() {
    return result.awaitUncancellably("Task.join", this);
  }

  // ---- for its run: one thread, in this order

  void begun() {
    BEGUN.setRelease(this, true);
  }

  State succeeded(T value) {
    outcome = value;
    return State.SUCCEEDED;
  }

  State failed(Throwable thrown, boolean knewOfCancellation) {
    outcome = thrown;
    knew = knewOfCancellation;
    return State.FAILED;
  }

  State cancelled(@Nullable CancelCause why) {
    outcome = why;
    return State.CANCELLED;
  }

  boolean isSupervised() {
    return supervised;
  }

  /** Publishes the result, unless that was done before. */
  void publish(State how) {
    var unused = result.complete(how);
  }

  void runEndActions() {
    if (!END_ACTIONS.compareAndSet(this, null, NO_MORE)) {
      Threads.runUndisturbed(Objects.requireNonNull(endActions));
    }
  }

  void detach() {
    record = null;
  }

  /** An exception of an action goes to the uncaught handler of the group. */
  private final class Actions extends EndActions {
    @Override
    protected void failed(Throwable thrown) {
      Uncaught.report(group.options, name + ", an action at its end", thrown);
    }
  }

  // ---- for JoinCycles

  /** {@return its current wait for other tasks, or null; any thread} */
  @Nullable Join joining() {
    return joining;
  }

  void setJoining(@Nullable Join wait) {
    joining = wait;
  }

  /** {@return the set to which its joiners add themselves} */
  LinkedSet<Join.Edge> joinersToAdd() {
    LinkedSet<Join.Edge> known = joiners;
    if (known == null) {
      JOINERS.compareAndSet(this, null, new LinkedSet<Join.Edge>());
      known = Objects.requireNonNull(joiners);
    }
    return known;
  }

  /** {@return the first of the tasks that wait for this one, or null} */
  Join.@Nullable Edge firstJoiner() {
    LinkedSet<Join.Edge> known = joiners;
    return known == null ? null : known.first();
  }

  boolean isJoined() {
    return firstJoiner() != null;
  }

  /** {@return whether it joins other tasks, or may have an open group; any thread} */
  boolean waitsForTasks() {
    Region root = rootIfRunning();
    return joining != null || (root != null && root.inner() != null);
  }

  @Nullable Region rootIfRunning() {
    ThreadRecord running = record;
    return running == null ? null : running.root();
  }

  /** {@return the task around its group, or null if there is none or it has ended} */
  @Nullable Task<?> parent() {
    return group.ownerTask();
  }

  /** {@return how many tasks are around it} */
  int depth() {
    return group.depth();
  }

  @Override
  public String toString() {
    return "Task[" + name + ", " + state() + "]";
  }
}
