package io.selvage;

import io.selvage.kernel.Scheduler;
import io.selvage.kernel.ThreadRecord;
import io.selvage.kernel.Threads;
import io.selvage.kernel.support.Arguments;
import io.selvage.kernel.support.Durations;
import io.selvage.kernel.support.Handover;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.ThreadFactory;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The options of a {@link TaskGroup}: its name, limit, failure policy, threads. Immutable; each
 * {@code with} method returns a copy.
 *
 * {@snippet class="io.selvage.Snippets" region="options"}
 */
public final class GroupOptions {

  /** The effect of a task's failure on the other tasks. */
  public enum FailurePolicy {
    /** The first failure cancels the siblings and the body. */
    FAIL_FAST,
    /** All tasks run to their end; then all failures are reported. */
    COLLECT
  }

  static final GroupOptions DEFAULT =
      new GroupOptions("group", FailurePolicy.FAIL_FAST, null, null, null, null, null);

  private static final ThreadFactory PLATFORM = Thread.ofPlatform().daemon().factory();

  /** The threads of one {@link ThreadPool}, by which it recognizes its calls. */
  private static final class Workers implements ThreadFactory {
    @Override
    public Thread newThread(Runnable work) {
      return ThreadRecord.current().machine().worker("", work);
    }
  }

  private final String name;
  private final FailurePolicy policy;
  private final @Nullable ThreadFactory threads;
  private final @Nullable TurnLimit turns;
  private final @Nullable Duration timeout;
  private final @Nullable BiConsumer<String, Throwable> uncaughtHandler; // null means the log
  private final @Nullable Handover handover; // of an open group; null in options of users

  private GroupOptions(
      String name,
      FailurePolicy policy,
      @Nullable ThreadFactory threads,
      @Nullable TurnLimit turns,
      @Nullable Duration timeout,
      @Nullable BiConsumer<String, Throwable> uncaughtHandler,
      @Nullable Handover handover) {
    this.name = name;
    this.policy = policy;
    this.threads = threads;
    this.turns = turns;
    this.timeout = timeout;
    this.uncaughtHandler = uncaughtHandler;
    this.handover = handover;
  }

  /**
   * {@return options with this name, the first part of the names of the tasks and their threads}
   *
   * @param newName not empty
   * @throws IllegalArgumentException if it is empty
   */
  public GroupOptions withName(String newName) {
    return new GroupOptions(
        Arguments.name(newName, "name"),
        policy,
        threads,
        turns,
        timeout,
        uncaughtHandler,
        handover);
  }

  /**
   * {@return options with this failure policy}
   *
   * @param newPolicy {@link FailurePolicy#FAIL_FAST} unless set
   */
  public GroupOptions withPolicy(FailurePolicy newPolicy) {
    return new GroupOptions(
        name,
        Objects.requireNonNull(newPolicy, "policy"),
        threads,
        turns,
        timeout,
        uncaughtHandler,
        handover);
  }

  /**
   * {@return options that let at most this number of tasks run at once}
   *
   * <p>A task that waits in an operation of the library does not count; after the wait it gets its
   * turn again in the order of arrival. With 1 the group is a serial loop: its tasks never run at
   * the same time and switch only at operations of the library. As in a {@link Loop}, a task that
   * keeps the turn for long is reported.
   *
   * @param running at least 1
   * @throws IllegalArgumentException if it is less
   */
  public GroupOptions withLimit(int running) {
    if (running < 1) {
      throw new IllegalArgumentException("limit of running tasks must be >= 1, was " + running);
    }
    return withTurns(new TurnLimit(running, null));
  }

  /**
   * {@return options for a group whose tasks run in parallel even if it is opened inside of a
   * limited group or loop}
   */
  public GroupOptions withoutLimit() {
    return withTurns(TurnLimit.UNLIMITED);
  }

  /**
   * {@return options with a time limit for the whole group: when the time is over, the group is
   * cancelled}
   *
   * @param newTimeout zero or more
   * @throws IllegalArgumentException if it is negative or longer than 100 years
   */
  public GroupOptions withTimeout(Duration newTimeout) {
    var unused = Durations.nanos(newTimeout, "timeout");
    return new GroupOptions(name, policy, threads, turns, newTimeout, uncaughtHandler, handover);
  }

  /** {@return options for tasks on platform threads; otherwise they run on virtual ones} */
  public GroupOptions withPlatformThreads() {
    return withThreads(PLATFORM);
  }

  /**
   * {@return options for tasks on threads of this factory}
   *
   * <p>If the thread of a task ends without running it, or passes it to another thread, the task
   * fails with an {@link IllegalStateException} that says so. This is detected within ten seconds.
   *
   * @param factory creates unstarted threads, a new one each time, that run the given work; the
   *     group names and starts them
   */
  public GroupOptions withThreads(ThreadFactory factory) {
    return new GroupOptions(
        name,
        policy,
        Objects.requireNonNull(factory, "factory"),
        turns,
        timeout,
        uncaughtHandler,
        handover);
  }

  /**
   * {@return options with a handler for failures that no other code can receive}
   *
   * @param handler gets the name of the task and its exception; called on the thread that detects
   *     the failure. Without a handler, the failures are logged to {@code io.selvage.TaskGroup}
   */
  public GroupOptions withUncaughtHandler(BiConsumer<String, Throwable> handler) {
    return new GroupOptions(
        name,
        policy,
        threads,
        turns,
        timeout,
        Objects.requireNonNull(handler, "handler"),
        handover);
  }

  /**
   * Opens a group with these options; see {@link TaskGroup#call}.
   *
   * @param <T> the type of the result
   * @param <X> what the body may throw
   * @param body gets the group
   * @return the result of the body
   * @throws X if the body does
   * @throws InterruptedException if an outer scope is cancelled, or the thread was interrupted from
   *     outside
   * @throws TaskFailedException if a task failed
   * @throws TaskCancelledException if the group was cancelled and the body therefore has no result
   */
  public <T extends @Nullable Object, X extends Exception> T call(TaskGroup.Body<T, X> body)
      throws X, InterruptedException {
    return TaskGroup.open(this, body);
  }

  /**
   * Opens a group with these options; see {@link TaskGroup#run}.
   *
   * @param <X> what the body may throw
   * @param body gets the group
   * @throws X if the body does
   * @throws InterruptedException if an outer scope is cancelled, or the thread was interrupted from
   *     outside
   * @throws TaskFailedException if a task failed
   */
  public <X extends Exception> void run(TaskGroup.VoidBody<X> body) throws X, InterruptedException {
    TaskGroup.openVoid(this, body);
  }

  String name() {
    return name;
  }

  FailurePolicy policy() {
    return policy;
  }

  CancelScope newScope() {
    return timeout == null ? CancelScope.create() : CancelScope.moveOnAfter(timeout);
  }

  /** Options for tasks that block their threads: each runs on a new platform thread. */
  GroupOptions withWorkers() {
    return withThreads(new Workers()).withoutLimit();
  }

  /** Options for groups with these rules for turns. */
  GroupOptions withTurns(TurnLimit newTurns) {
    return new GroupOptions(name, policy, threads, newTurns, timeout, uncaughtHandler, handover);
  }

  /**
   * A group inside of a loop stays in the loop, unless it has its own limit or is explicitly
   * unlimited.
   */
  Scheduler schedulerFor(Scheduler inherited) {
    return turns == null ? inherited : turns.on(inherited);
  }

  /** {@return options for a group that carries this, or nothing} */
  GroupOptions carrying(@Nullable Handover carried) {
    return carried == handover
        ? this
        : new GroupOptions(name, policy, threads, turns, timeout, uncaughtHandler, carried);
  }

  /** {@return what the group carries into its tasks, or null} */
  @Nullable Handover handover() {
    return handover;
  }

  /** {@return whether the threads come from the same factory} */
  boolean areThreadsOf(GroupOptions other) {
    return threads == other.threads;
  }

  /** {@return whether the threads come from a factory of the user} */
  boolean hasForeignThreads() {
    return threads != null && threads != PLATFORM && !(threads instanceof Workers);
  }

  Thread newThread(String threadName, Runnable work) {
    if (threads == null) {
      return Threads.unstarted(threadName, work);
    }
    if (threads instanceof Workers) {
      return ThreadRecord.current().machine().worker(threadName, work);
    }
    Thread thread = Threads.make(() -> threads.newThread(work));
    if (thread == null) {
      throw new IllegalStateException("thread factory " + threads + " returned null");
    }
    if (thread.getState() != Thread.State.NEW) {
      throw new IllegalStateException(
          "thread factory " + threads + " returned a thread that was started: " + thread);
    }
    thread.setName(threadName);
    return thread;
  }

  /** {@return the receiver of failures that no other code can receive; null means the log} */
  @Nullable BiConsumer<String, Throwable> uncaughtHandler() {
    return uncaughtHandler;
  }

  @Override
  public String toString() {
    return "GroupOptions[" + name + ", " + policy + (turns == null ? "" : ", " + turns) + "]";
  }
}
