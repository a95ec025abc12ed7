package io.selvage;

import io.selvage.FailureStory.Waiter;
import io.selvage.function.ThrowingSupplier;
import io.selvage.kernel.CancelCause;
import io.selvage.kernel.Completion;
import io.selvage.kernel.Exhaustion;
import io.selvage.kernel.Region;
import io.selvage.kernel.Step;
import io.selvage.kernel.ThreadRecord;
import io.selvage.kernel.WaitNode;
import io.selvage.kernel.support.EndActions;
import io.selvage.kernel.support.ForeignThrowable;
import io.selvage.kernel.support.ForkSite;
import io.selvage.kernel.support.LinkedSet;
import io.selvage.kernel.support.SimulationAbandoned;
import io.selvage.kernel.support.Suppression;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
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
   *              the same waits, as seen from the awaited tasks (Join, JoinCycles). The set is created when needed.
   *   endActions run after the result, before the task is counted as ended: a thread that waits for the group finds them done. Created by the first
   *              thread that adds an action, by CAS; the end changes it to NO_MORE if there are none.
   *
   * The end, from the body's return until the task is counted as ended, works without any new memory: it continues if the heap is full. While it
   * calls foreign code (code that is not part of the library), the library does not interrupt the thread.
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

  private static final VarHandle BEGUN;
  private static final VarHandle WAITER;
  private static final VarHandle JOINERS;
  private static final VarHandle END_ACTIONS;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      JOINERS = lookup.findVarHandle(Task.class, "joiners", LinkedSet.class);
      BEGUN = lookup.findVarHandle(Task.class, "begun", boolean.class);
      WAITER = lookup.findVarHandle(Task.class, "waiter", Waiter.class);
      END_ACTIONS = lookup.findVarHandle(Task.class, "endActions", EndActions.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final TaskGroup group;
  private final String name;
  private final ForkSite forkSite;
  private final Completion<State> result = new Completion<>();
  private @Nullable Object outcome; // published by result
  private @Nullable Callable<? extends T> body; // task's thread, after the fork
  private volatile @Nullable ThreadRecord record; // from the fork to the end
  private final @Nullable TaskStatus<?> status;

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

  /** Waits for a value that only this task can produce. */
  <V extends @Nullable Object> V dependOn(
      ThreadRecord self, ThrowingSupplier<V, RuntimeException> wait) throws InterruptedException {
    return isDone() ? wait.get() : dependOn(List.of(this), self, wait);
  }

  /** Waits for a value that all of these tasks must produce; throws if that wait makes a cycle. */
  static <V extends @Nullable Object> V dependOn(
      List<? extends Task<?>> all, ThreadRecord self, ThrowingSupplier<V, RuntimeException> wait)
      throws InterruptedException {
    if (!(self.task() instanceof Task<?> joiner)) {
      return wait.get();
    }
    Step.reserveStack();
    Exhaustion.point("Task.join");
    Join join = new Join(joiner, all);
    try {
      join.begin();
      Step.within("Task.join");
      JoinCycles.refuse(join);
      return wait.get();
    } finally {
      join.end();
    }
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
    runUndisturbed(action);
  }

  /** Runs foreign code while the library does not interrupt the calling thread. */
  private static void runUndisturbed(Runnable foreign) {
    ThreadRecord self = ThreadRecord.known(); // the library does not interrupt an unknown thread
    boolean held = self != null && self.holdInterrupts();
    try {
      foreign.run();
    } finally {
      if (self != null) {
        self.releaseInterrupts(held);
      }
    }
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

  Region root() {
    return Objects.requireNonNull(record).root();
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

  /**
   * The work of a thread for one task. It drops its reference to the task at the end; otherwise an
   * ended thread that is still referenced would keep the task's result in memory.
   */
  static final class Work implements Runnable, Consumer<Throwable> {
    private @Nullable Task<?> task;
    private @Nullable StartWatch
        watch; // for a thread from a factory of the user; written by the forker

    Work(Task<?> task) {
      this.task = task;
    }

    /** The thread was created by foreign code, so a timer checks whether it runs this. */
    void watch(ThreadRecord record) {
      StartWatch watching = new StartWatch(Objects.requireNonNull(task), record);
      watch = watching;
      watching.begin();
    }

    /** The thread cannot be started. */
    @Override
    public void accept(Throwable noThread) {
      Task<?> mine = task;
      if (mine != null && (watch == null || watch.decide())) {
        mine.endUnstarted(noThread);
      }
    }

    @Override
    public void run() {
      if (watch != null && !watch.mayRun()) {
        return;
      }
      Task<?> mine = Objects.requireNonNull(task, "a task runs once");
      task = null;
      mine.run();
    }
  }

  private void run() {
    ThreadRecord self = Objects.requireNonNull(record);
    try {
      State how = runTo(self, self.root());
      if (how != State.SUCCEEDED) {
        var unused = self.holdInterrupts(); // up to the end of the thread: foreign code is called
      }
      end(how, self.root());
    } catch (SimulationAbandoned e) {
      // the simulation of the task is over
    } finally {
      self.end();
    }
  }

  /** Begins, runs the body and returns how it ended, even if there is no memory. */
  private State runTo(ThreadRecord self, Region root) {
    try {
      return self.begin() ? runBody(self, root) : cancelled(root.cause());
    } catch (SimulationAbandoned e) {
      throw e;
    } catch (Throwable noThread) {
      return failed(noThread);
    }
  }

  private State runBody(ThreadRecord self, Region root) {
    BEGUN.setRelease(this, true);
    Callable<? extends T> work = Objects.requireNonNull(body);
    try {
      T value = work.call();
      EnteredScope.refuseOpen(self, root);
      if (BodyEnd.ofReturn(root) == BodyEnd.SWALLOWED) {
        group.noteMisbehaved(this);
      }
      outcome = value;
      return State.SUCCEEDED;
    } catch (Throwable thrown) {
      outcome = thrown;
      return endOf(self, root, thrown);
    }
  }

  /**
   * If the bookkeeping itself throws, for example because the heap is full, the task counts as
   * failed.
   */
  private State endOf(ThreadRecord self, Region root, Throwable thrown) {
    try {
      Exhaustion.point("Task.end: failure");
      var unused = EnteredScope.unwind(self, root, thrown);
      self.retract(root);
      tellJoined(thrown);
      return classify(thrown, root);
    } catch (Throwable bookkeeping) {
      return failed(thrown);
    }
  }

  private State failed(Throwable thrown) {
    outcome = thrown;
    return State.FAILED;
  }

  private State cancelled(@Nullable CancelCause why) {
    outcome = why;
    return State.CANCELLED;
  }

  /** If this task ends because a join did, records that in the joined task, for the stack trace. */
  private void tellJoined(Throwable thrown) {
    Throwable current = thrown;
    for (int depth = 0; current != null && depth < ForeignThrowable.MOST_CAUSES; depth++) {
      Task<?> joined = FailureStory.joinedIn(current);
      if (joined != null) {
        if (joined.group == group
            && !WAITER.compareAndSet(joined, null, new Waiter(this, current))) {
          joined.waiter = Waiter.SEVERAL;
        }
        return;
      }
      current = ForeignThrowable.causeOf(current);
    }
  }

  private State classify(Throwable thrown, Region root) {
    knew = BodyEnd.knewOfCancellation(root);
    if (!BodyEnd.ofTask(thrown, root).isCancellation()) {
      return failed(thrown);
    }
    knew = true;
    FailureSet riding = new FailureSet();
    riding.addRiding(this, BodyEnd.riding(thrown, root));
    return riding.isEmpty() ? cancelled(root.cause()) : failed(combined(riding.toList()));
  }

  private Throwable combined(List<FailureSet.Failed> failures) {
    Throwable first = failures.getFirst().thrown();
    if (failures.size() > 1) {
      Suppression suppression = new Suppression(first);
      for (FailureSet.Failed other : failures.subList(1, failures.size())) {
        if (!suppression.add(other.thrown())) {
          group.options.reportUncaught(name, other.thrown());
        }
      }
    }
    return first;
  }

  /** The task never gets a thread: its forker ends it. */
  void endUnstarted(Throwable noThread) {
    endByForker(failed(noThread));
  }

  /**
   * The thread was started, and does not run the task: another thread detects that, and ends the
   * task.
   */
  void endNeverRun(Throwable why) {
    ThreadRecord never = Objects.requireNonNull(record);
    try {
      endUnstarted(why);
    } finally {
      never.neverRan();
    }
  }

  /** The group is cancelled, so the task never begins: its forker ends it. */
  void endCancelled(CancelCause why) {
    endByForker(cancelled(why));
  }

  private void endByForker(State how) {
    ThreadRecord self = ThreadRecord.known();
    boolean held = self != null && self.holdInterrupts();
    try {
      end(how, root());
    } finally {
      if (self != null) {
        self.releaseInterrupts(held);
      }
    }
  }

  /** Publishes the end, as TaskGroup explains; the task is counted as ended, whatever happens. */
  private void end(State how, Region root) {
    try {
      body = null;
      if (status != null) {
        status.ended();
      }
      if (how == State.FAILED) {
        endFailed();
      } else if (how == State.CANCELLED) {
        group.noteCancelled();
      }
    } finally {
      try {
        result.complete(how);
        runEndActions();
      } finally {
        record = null;
        group.onEnd(root);
      }
    }
  }

  private void runEndActions() {
    if (!END_ACTIONS.compareAndSet(this, null, NO_MORE)) {
      runUndisturbed(Objects.requireNonNull(endActions));
    }
  }

  private void endFailed() {
    if (supervised || (status != null && status.isStarted())) {
      observed = true;
      group.noteFailure(this);
      result.complete(State.FAILED);
      group.onFailure(this);
    } else {
      result.complete(State.FAILED);
      group.onUnsupervisedFailure(this);
    }
  }

  /** An exception of an action goes to the uncaught handler of the group. */
  private final class Actions extends EndActions {
    @Override
    protected void failed(Throwable thrown) {
      group.options.reportUncaught(name + ", an action at its end", thrown);
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
