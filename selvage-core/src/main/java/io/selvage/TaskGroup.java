package io.selvage;

import io.selvage.GroupOptions.FailurePolicy;
import io.selvage.function.ThrowingRunnable;
import io.selvage.kernel.CancelCause;
import io.selvage.kernel.Exhaustion;
import io.selvage.kernel.GroupMembers;
import io.selvage.kernel.Region;
import io.selvage.kernel.Scheduler;
import io.selvage.kernel.Step;
import io.selvage.kernel.ThreadRecord;
import io.selvage.kernel.support.Arguments;
import io.selvage.kernel.support.ForkSite;
import io.selvage.kernel.support.Handover;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * A block that forks tasks and ends when all of them have ended.
 *
 * {@snippet class="io.selvage.Snippets" region="group"}
 *
 * <p><b>Failure.</b> The first task that fails cancels its siblings and the body; the group waits
 * for all of them and throws {@link TaskFailedException}. An exception of the body itself leaves
 * the group unchanged, with the failures of tasks suppressed on it. A task that was only cancelled
 * is no failure. With {@link FailurePolicy#COLLECT} all tasks run to their end first.
 *
 * <p><b>Cancellation.</b> The body and the tasks are inside of {@link #scope()}. {@link #cancel}
 * ends the group early and is no failure: the group absorbs it.
 *
 * <p><b>Threads.</b> The body runs on the calling thread. Any thread may fork and cancel, until the
 * group has ended.
 *
 * <p><b>Inheritance.</b> The thread of a task inherits inheritable thread-locals and the context
 * class loader from the forking thread, as any new thread does; with {@linkplain
 * GroupOptions#withThreads your own factory} this depends on the factory. Scoped values are carried
 * where you {@linkplain io.selvage.context.Carrying say so}.
 *
 * <p><b>Memory consistency.</b> Everything that a thread did before a fork is visible to the task.
 * Everything that the task did is visible to the threads that join it, and to the code after the
 * group.
 */
public final class TaskGroup {
  /*
   * Protocol. GroupMembers decides which forks are admitted, and when the group ends. The scope decides what is cancelled: its region on the owner's
   * thread is the parent of the root regions of all tasks. A forker adds the root region, then reads the group's cause; a cancelling thread writes
   * the cause, then reads the tasks. So a task that is forked while the group is cancelled does not run or is cancelled.
   *
   * A failure goes one way: TaskRun judges it by BodyEnd and notes it in failures; ending makes of them what the owner throws. The order of a task's
   * end is in TaskRun.
   *
   * An admitted task is counted as ended, whatever happens: by fork if there is no memory for the task, by its forker if there is no thread for it,
   * or by its thread. A fork creates all needed objects before it publishes the task; after that the task can only be started or ended.
   *
   * lastSite: a cache, written and read racily; an immutable object.
   */

  /**
   * The body of a group with a result.
   *
   * @param <T> the type of the result
   * @param <X> what it may throw
   */
  @FunctionalInterface
  public interface Body<T extends @Nullable Object, X extends Exception> {
    /**
     * Runs inside of the group.
     *
     * @param group the group, which forks tasks
     * @return the result
     * @throws X if it fails
     * @throws InterruptedException if the thread is cancelled or interrupted
     */
    T run(TaskGroup group) throws X, InterruptedException;
  }

  /**
   * The body of a group without a result.
   *
   * @param <X> what it may throw
   */
  @FunctionalInterface
  public interface VoidBody<X extends Exception> {
    /**
     * Runs inside of the group.
     *
     * @param group the group, which forks tasks
     * @throws X if it fails
     * @throws InterruptedException if the thread is cancelled or interrupted
     */
    void run(TaskGroup group) throws X, InterruptedException;
  }

  /**
   * The body of a task that reports when it is ready.
   *
   * @param <V> the type of the value that it passes then
   */
  @FunctionalInterface
  public interface StartBody<V> {
    /**
     * Runs as a task.
     *
     * @param status reports that the task is ready
     * @throws Exception if it fails
     */
    void run(TaskStatus<V> status) throws Exception;
  }

  final GroupOptions options;
  private final CancelScope scope;
  private final Scheduler scheduler;
  final GroupMembers members = new GroupMembers(this);
  final GroupFailures failures;
  private final Region region;
  private final GroupEnd ending;
  private final int depth;
  private volatile @Nullable ForkSite lastSite;

  private TaskGroup(GroupOptions options, ThreadRecord owner) {
    this.options = options.carrying(owner.handover());
    this.scheduler = options.schedulerFor(owner.scheduler());
    this.depth = owner.task() instanceof Task<?> around ? around.depth() + 1 : 0;
    this.scope = options.newScope();
    this.failures = new GroupFailures(options, scope);
    this.region = scope.enter(owner, members);
    this.ending = new GroupEnd(options, scope, region, members, failures);
  }

  // ---- opening one

  /**
   * Opens a group, runs {@code body} in it, and waits for all tasks.
   *
   * @param <T> the type of the result
   * @param <X> what the body may throw
   * @param body gets the group
   * @return the result of the body
   * @throws X if the body does
   * @throws InterruptedException if an outer scope is cancelled, or the thread was interrupted from
   *     outside: then the group is cancelled and its tasks are joined first
   * @throws TaskFailedException if a task failed
   * @throws TaskCancelledException if the group was cancelled and the body therefore has no result
   */
  public static <T extends @Nullable Object, X extends Exception> T call(Body<T, X> body)
      throws X, InterruptedException {
    return open(GroupOptions.DEFAULT, body);
  }

  /**
   * Opens a group, runs {@code body} in it, and waits for all tasks.
   *
   * @param <X> what the body may throw
   * @param body gets the group
   * @throws X if the body does
   * @throws InterruptedException if an outer scope is cancelled, or the thread was interrupted from
   *     outside: then the group is cancelled and its tasks are joined first
   * @throws TaskFailedException if a task failed
   */
  public static <X extends Exception> void run(VoidBody<X> body) throws X, InterruptedException {
    openVoid(GroupOptions.DEFAULT, body);
  }

  /**
   * {@return the options to start from, for a group with a name, a limit, another failure policy or
   * other threads}
   */
  public static GroupOptions options() {
    return GroupOptions.DEFAULT;
  }

  @SuppressWarnings("InterruptedExceptionSwallowed") // end throws it again
  static <X extends Exception> void openVoid(GroupOptions options, VoidBody<X> body)
      throws X, InterruptedException {
    Objects.requireNonNull(body, "body");
    TaskGroup group = new TaskGroup(options, ThreadRecord.current());
    Throwable thrown = null;
    try {
      body.run(group);
    } catch (Throwable t) {
      thrown = t;
    }
    group.end(thrown);
  }

  @SuppressWarnings("InterruptedExceptionSwallowed") // end throws it again
  static <T extends @Nullable Object, X extends Exception> T open(
      GroupOptions options, Body<T, X> body) throws X, InterruptedException {
    Objects.requireNonNull(body, "body");
    TaskGroup group = new TaskGroup(options, ThreadRecord.current());
    T result;
    try {
      result = body.run(group);
    } catch (Throwable thrown) {
      group.end(thrown);
      throw new TaskCancelledException(
          "group '" + options.name() + "'", group.scope.reason().orElse("?"));
    }
    group.end(null);
    return result;
  }

  private void end(@Nullable Throwable thrownByBody) throws InterruptedException {
    try {
      ending.end(thrownByBody);
    } finally {
      if (scheduler != region.record().scheduler()) {
        scheduler.close();
      }
    }
  }

  // ---- forking

  /**
   * Starts a task with a number for a name.
   *
   * @param <T> the type of the result
   * @param body the work
   * @return the task
   * @throws IllegalStateException if the group has ended
   */
  public <T extends @Nullable Object> Task<T> fork(Callable<? extends T> body) {
    Objects.requireNonNull(body, "body");
    return fork(null, body, body.getClass(), true, null);
  }

  /**
   * Starts a task. If the group is cancelled the body never runs, and the task is cancelled.
   *
   * @param <T> the type of the result
   * @param name the second part of the name of the task and its thread; not empty
   * @param body the work
   * @return the task
   * @throws IllegalStateException if the group has ended
   */
  public <T extends @Nullable Object> Task<T> fork(String name, Callable<? extends T> body) {
    Arguments.name(name, "name");
    Objects.requireNonNull(body, "body");
    return fork(name, body, body.getClass(), true, null);
  }

  /**
   * Starts a task without a result, with a number for a name.
   *
   * @param body the work
   * @return the task
   * @throws IllegalStateException if the group has ended
   */
  public Task<@Nullable Void> launch(ThrowingRunnable<? extends Exception> body) {
    Objects.requireNonNull(body, "body");
    return fork(null, callable(body), body.getClass(), true, null);
  }

  /**
   * Starts a task without a result. If the group is cancelled the body never runs, and the task is
   * cancelled.
   *
   * @param name the second part of the name of the task and its thread; not empty
   * @param body the work
   * @return the task
   * @throws IllegalStateException if the group has ended
   */
  public Task<@Nullable Void> launch(String name, ThrowingRunnable<? extends Exception> body) {
    Arguments.name(name, "name");
    Objects.requireNonNull(body, "body");
    return fork(name, callable(body), body.getClass(), true, null);
  }

  /**
   * Starts a task with a failure that is thrown to the callers of {@code join} and does not affect
   * the group. If no thread has read the failure by the end of the group, or until 64 more tasks
   * have failed, it goes to the {@linkplain GroupOptions#withUncaughtHandler uncaught handler}; it
   * can still be read later.
   *
   * @param <T> the type of the result
   * @param name the second part of the name of the task and its thread; not empty
   * @param body the work
   * @return the task
   * @throws IllegalStateException if the group has ended
   */
  public <T extends @Nullable Object> Task<T> forkUnsupervised(
      String name, Callable<? extends T> body) {
    Arguments.name(name, "name");
    Objects.requireNonNull(body, "body");
    return fork(name, body, body.getClass(), false, null);
  }

  /**
   * Starts an unsupervised task without a result; as {@link #forkUnsupervised}.
   *
   * @param name the second part of the name of the task and its thread; not empty
   * @param body the work
   * @return the task
   * @throws IllegalStateException if the group has ended
   */
  public Task<@Nullable Void> launchUnsupervised(
      String name, ThrowingRunnable<? extends Exception> body) {
    Arguments.name(name, "name");
    Objects.requireNonNull(body, "body");
    return fork(name, callable(body), body.getClass(), false, null);
  }

  <T extends @Nullable Object> Task<T> forkUnsupervised(Callable<? extends T> body) {
    return fork(null, body, body.getClass(), false, null);
  }

  Task<@Nullable Void> launchUnsupervised(ThrowingRunnable<? extends Exception> body) {
    return fork(null, callable(body), body.getClass(), false, null);
  }

  /**
   * {@return a task that is forked in this group when its result is first requested; see {@link
   * Lazy}}
   *
   * @param <T> the type of the result
   * @param name the second part of the name of the task and its thread; not empty
   * @param body the work
   */
  public <T extends @Nullable Object> Lazy<T> lazy(String name, Callable<? extends T> body) {
    Arguments.name(name, "name");
    Objects.requireNonNull(body, "body");
    return new Lazy<>(this, name, Handover.carry(options.handover(), body));
  }

  /** Forks the main body of a loop, which the library has wrapped. */
  <T extends @Nullable Object> Task<T> forkMain(Callable<? extends T> body, Class<?> kind) {
    return fork("main", body, kind, true, null);
  }

  /**
   * Starts a task and waits until it reports that it is ready.
   *
   * {@snippet class="io.selvage.Snippets" region="start"}
   *
   * <p>Until then the task belongs to the caller: a failure is thrown here and does not affect the
   * group, and if the caller is cancelled, the task is cancelled and joined. After that it is a
   * task like any other.
   *
   * @param <V> the type of the value
   * @param name the second part of the name of the task and its thread; not empty
   * @param body must call {@link TaskStatus#started} once
   * @return the value given to {@code started}
   * @throws TaskFailedException if the task fails before that
   * @throws JoinCycleException if the task waits, through others, for the calling task
   * @throws TaskCancelledException if the task or its group is cancelled before that
   * @throws IllegalStateException if the task ends without calling it, or the group has ended
   * @throws CancelledException if the calling thread is cancelled
   * @throws InterruptedException if the calling thread was interrupted from outside
   */
  public <V> V start(String name, StartBody<V> body) throws InterruptedException {
    Arguments.name(name, "name");
    Objects.requireNonNull(body, "body");
    return TaskStatus.start(this, name, body);
  }

  static Callable<@Nullable Void> callable(ThrowingRunnable<? extends Exception> body) {
    return () -> {
      body.run();
      return null;
    };
  }

  <T extends @Nullable Object> Task<T> fork(
      @Nullable String name,
      Callable<? extends T> body,
      Class<?> kind,
      boolean supervised,
      @Nullable TaskStatus<?> status) {
    Step.before("TaskGroup.fork");
    Callable<? extends T> work = Handover.carry(options.handover(), body); // calls foreign code
    long number = members.admit();
    if (number < 0) {
      throw new IllegalStateException(
          "group '"
              + options.name()
              + "' has ended; fork before its body returns, or from a running task of it");
    }
    Task<T> task;
    TaskRun<T> run;
    ThreadRecord record;
    try {
      String fullName = options.name() + "/" + (name == null ? Long.toString(number) : name);
      Exhaustion.point("TaskGroup.fork: task");
      task = new Task<>(this, fullName, siteOf(kind), supervised);
      run = new TaskRun<>(task, work, status);
      record = prepare(task, run);
    } catch (Throwable failure) {
      members.finish(null); // there is no task, and the group must not wait for it
      throw failure;
    }
    launch(record, run);
    return task;
  }

  private ThreadRecord prepare(Task<?> task, TaskRun<?> run) {
    Thread thread = options.newThread(task.name(), run);
    Exhaustion.point("TaskGroup.fork: thread");
    ThreadRecord record = ThreadRecord.forTask(thread, scheduler, region, task, run);
    record.setHandover(options.handover());
    task.attach(record);
    if (options.hasForeignThreads()) {
      run.watch(record);
    }
    return record;
  }

  private void launch(ThreadRecord record, TaskRun<?> run) {
    members.add(record.root());
    Step.within("TaskGroup.fork");
    CancelCause cancelled = region.cause();
    if (cancelled == null) {
      scheduler.start(record);
    } else {
      run.endCancelled(cancelled);
    }
  }

  /**
   * Returns the place where a body of this class is forked. A stack trace costs as much as five
   * virtual threads, so it is taken only when none is known.
   */
  private ForkSite siteOf(Class<?> kind) {
    ForkSite last = lastSite;
    ForkSite site = ForkSite.of(kind, last);
    if (site != last) {
      lastSite = site;
    }
    return site;
  }

  // ---- for its tasks

  /** {@return the task that has opened this group, or null if none has or it has ended} */
  @Nullable Task<?> ownerTask() {
    return region.record().task() instanceof Task<?> task ? task : null;
  }

  /** {@return how many tasks are around this group} */
  int depth() {
    return depth;
  }

  /** {@return whether the thread takes turns in this group} */
  boolean runs(ThreadRecord thread) {
    return thread.scheduler() == scheduler;
  }

  // ---- the rest

  /** {@return the scope that the body and all tasks are in} */
  public CancelScope scope() {
    return scope;
  }

  /** {@return the name} */
  public String name() {
    return options.name();
  }

  /** {@return whether the group has ended, so that it takes no more tasks} */
  public boolean hasEnded() {
    return members.ended();
  }

  /**
   * {@return how many tasks have been forked and have not ended}
   *
   * <p>A task whose end is visible, to {@link Task#join} for example, is not counted, though
   * actions at its end may still run. Visits each live task: to limit tasks, use a semaphore.
   */
  public long running() {
    return members.count(root -> root.record().task() instanceof Task<?> task && !task.isDone());
  }

  /**
   * {@return true if this call ended the group early: as {@link #cancel(String)}, without a reason}
   */
  public boolean cancel() {
    return scope.cancel();
  }

  /**
   * Ends the group early: cancels its tasks and its body. This is no failure; the group catches the
   * cancellation at its end. Any thread; never blocks.
   *
   * @param reason the result of {@link CancelledException#reason()}
   * @return true if this call cancelled it, false if it was cancelled before
   */
  public boolean cancel(String reason) {
    return scope.cancel(reason);
  }

  @Override
  public String toString() {
    return "TaskGroup[" + options.name() + ", " + running() + " running, " + scope + "]";
  }
}
