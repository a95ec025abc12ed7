package io.selvage;

import io.selvage.function.ThrowingRunnable;
import io.selvage.function.ThrowingSupplier;
import io.selvage.kernel.Exhaustion;
import io.selvage.kernel.ThreadRecord;
import io.selvage.kernel.Threads;
import io.selvage.kernel.support.Arguments;
import io.selvage.kernel.support.Rethrow;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Runs tasks one at a time. They switch only at operations of the library, so between two
 * operations a task may use the loop's state without locks. If one task fails, all are cancelled.
 *
 * {@snippet class="io.selvage.Snippets" region="loop"}
 *
 * <p><b>Turns.</b> A task keeps the turn until it waits in an operation of the library or calls
 * {@link Selvage#checkpoint()}. Tasks that can continue get the turn in the order of arrival.
 * Groups and tasks that a task opens or forks stay in the loop, too. Foreign code (code that is not
 * part of the library) that blocks keeps the turn, unless it is called by {@link
 * Selvage#callBlocking}. A task that keeps the turn for long is {@linkplain Options#withWatchdog
 * reported}.
 *
 * <p><b>Failure.</b> The first task that fails cancels the others and the main body; {@code run}
 * waits for all of them. An exception of the main body leaves {@code run} unchanged, the same
 * object with its declared type, with the failures of other tasks suppressed on it. For the failure
 * of any other task {@code run} throws {@link TaskFailedException}.
 *
 * <p><b>Nesting.</b> A task may run another loop; the outer loop continues meanwhile. A loop that
 * has ended, even with a failure, can be run again.
 *
 * <p><b>Threads.</b> Any thread may run a loop that is not running, and fork, submit and cancel
 * while it is. Each task, including the main body, has its own virtual thread.
 *
 * <p><b>Memory consistency.</b> Everything that a task did before it gave up the turn is visible to
 * all tasks that get the turn later, and to the code after {@code run}.
 */
public final class Loop {
  /*
   * Protocol.
   *
   *   entered   false ──run──▶ true ──its end──▶ false; CAS, so that one thread runs the loop at a time. A thread that loses the CAS gets an
   *             exception.
   *   current   null ─▶ the group of this run, written by its owner before the main body is forked ─▶ null after its end. A fork in a group that is
   *             just ending is refused by the group.
   *
   * The main body is a task like any other, so it takes turns; the thread that calls run only waits.
   */
  private final String name;
  private final TurnLimit.@Nullable Watchdog watch;
  private final AtomicBoolean entered = new AtomicBoolean();
  private volatile @Nullable TaskGroup current;

  /** Creates a loop named {@code loop}. */
  public Loop() {
    this("loop");
  }

  /**
   * Creates a loop.
   *
   * @param name the first part of the names of its tasks and their threads; not empty
   * @throws IllegalArgumentException if it is empty
   */
  public Loop(String name) {
    this(name, null);
  }

  private Loop(String name, TurnLimit.@Nullable Watchdog watch) {
    this.name = Arguments.name(name, "name");
    this.watch = watch;
  }

  /** {@return the options to start from, for a loop with another watchdog} */
  public static Options options() {
    return Options.DEFAULT;
  }

  /**
   * The options of loops, and the method that creates a loop with them. Immutable: each method
   * returns a changed copy.
   *
   * {@snippet class="io.selvage.Snippets" region="loopOptions"}
   */
  public static final class Options {
    private static final Options DEFAULT = new Options("loop", null);

    private final String name;
    private final TurnLimit.@Nullable Watchdog watch;

    private Options(String name, TurnLimit.@Nullable Watchdog watch) {
      this.name = name;
      this.watch = watch;
    }

    /**
     * {@return options with a name}
     *
     * @param newName the first part of the names of the tasks and their threads; not empty
     * @throws IllegalArgumentException if it is empty
     */
    public Options withName(String newName) {
      return new Options(Arguments.name(newName, "newName"), watch);
    }

    /**
     * {@return options with a handler for tasks that keep the turn for too long}
     *
     * <p>Without this option a task that keeps the turn for more than two seconds is logged to
     * {@code io.selvage.Loop}. In a simulation, where no time passes while a task runs, nothing is
     * reported.
     *
     * @param longest how long a turn may be kept, more than zero; a turn is reported when its age
     *     is between one and two times this value
     * @param handler called once for each turn that is kept too long, on a separate thread
     * @throws IllegalArgumentException if {@code longest} is not positive, or longer than 100 years
     */
    public Options withWatchdog(Duration longest, Consumer<LoopStall> handler) {
      return new Options(name, new TurnLimit.Watchdog(longest, handler));
    }

    /** {@return a new loop that is not running} */
    public Loop create() {
      return new Loop(name, watch);
    }

    @Override
    public String toString() {
      return "Loop.Options[" + name + (watch == null ? "" : ", " + watch.longest()) + "]";
    }
  }

  // ---- running it

  /**
   * Runs {@code main} and all tasks that it forks, and waits until everything has ended.
   *
   * <p><b>Cancellation</b> of the calling thread, or an interrupt, cancels all tasks; they are
   * joined before the exception is thrown.
   *
   * @param <T> the type of the result
   * @param <X> what the main body may throw
   * @param main the first task
   * @return its result
   * @throws X if the main body does
   * @throws TaskFailedException if another task failed first
   * @throws TaskCancelledException if the loop was {@linkplain #cancel cancelled} and the main body
   *     therefore has no result
   * @throws IllegalStateException if the loop is running
   * @throws CancelledException if the calling thread is cancelled
   * @throws InterruptedException if the calling thread was interrupted from outside
   */
  public <T extends @Nullable Object, X extends Exception> T call(
      ThrowingSupplier<? extends T, X> main) throws X, InterruptedException {
    Objects.requireNonNull(main, "main");
    Task<T> task = runAll(main::get, main.getClass());
    if (task.state() == Task.State.CANCELLED) {
      ThreadRecord.current().preferOwnCancellation();
    }
    return task.resultNow();
  }

  /**
   * Runs {@code main} and all tasks that it forks, and waits until everything has ended; as {@link
   * #call}, without a result.
   *
   * @param <X> what the main body may throw
   * @param main the first task
   * @throws X if the main body does
   * @throws TaskFailedException if another task failed first
   * @throws IllegalStateException if the loop is running
   * @throws CancelledException if the calling thread is cancelled
   * @throws InterruptedException if the calling thread was interrupted from outside
   */
  public <X extends Exception> void run(ThrowingRunnable<X> main) throws X, InterruptedException {
    Objects.requireNonNull(main, "main");
    var unused = runAll(TaskGroup.callable(main), main.getClass());
  }

  /** Returns the main task, which has ended without a failure. */
  private <T extends @Nullable Object> Task<T> runAll(Callable<? extends T> main, Class<?> kind)
      throws InterruptedException {
    Run<T> run = new Run<>(this, main, kind);
    if (!entered.compareAndSet(false, true)) {
      throw new IllegalStateException(refusal());
    }
    try {
      Exhaustion.point("Loop.run: group");
      return TaskGroup.options().withName(name).withTurns(new TurnLimit(1, watch)).call(run);
    } catch (TaskFailedException e) {
      Rethrow.asDeclared(run.outcome(e));
      throw e; // not reached
    } finally {
      current = null;
      entered.set(false);
    }
  }

  void opened(TaskGroup group) {
    current = group;
  }

  private String refusal() {
    return isOnLoop()
        ? "loop '"
            + name
            + "' was entered again by its own task '"
            + Threads.nameOf(Thread.currentThread())
            + "'; call the function directly, fork it, or run it in a new Loop"
        : "loop '"
            + name
            + "' is running; submit to it from other threads, or run a Loop of your own";
  }

  // ---- while it runs

  /**
   * Starts a task with a number for a name.
   *
   * @param <T> the type of the result
   * @param body the work
   * @return the task
   * @throws IllegalStateException if the loop is not running
   */
  public <T extends @Nullable Object> Task<T> fork(Callable<? extends T> body) {
    Objects.requireNonNull(body, "body");
    return group().fork(body);
  }

  /**
   * Starts a task. Its failure cancels all others. If the loop is cancelled the body never runs.
   *
   * @param <T> the type of the result
   * @param taskName the second part of the name of the task and its thread; not empty
   * @param body the work
   * @return the task
   * @throws IllegalStateException if the loop is not running
   */
  public <T extends @Nullable Object> Task<T> fork(String taskName, Callable<? extends T> body) {
    Arguments.name(taskName, "taskName");
    Objects.requireNonNull(body, "body");
    return group().fork(taskName, body);
  }

  /**
   * Starts a task without a result, with a number for a name.
   *
   * @param body the work
   * @return the task
   * @throws IllegalStateException if the loop is not running
   */
  public Task<@Nullable Void> launch(ThrowingRunnable<? extends Exception> body) {
    Objects.requireNonNull(body, "body");
    return group().launch(body);
  }

  /**
   * Starts a task without a result. Its failure cancels all others. If the loop is cancelled the
   * body never runs.
   *
   * @param taskName the second part of the name of the task and its thread; not empty
   * @param body the work
   * @return the task
   * @throws IllegalStateException if the loop is not running
   */
  public Task<@Nullable Void> launch(String taskName, ThrowingRunnable<? extends Exception> body) {
    Arguments.name(taskName, "taskName");
    Objects.requireNonNull(body, "body");
    return group().launch(taskName, body);
  }

  /**
   * {@return a task that is forked in this run of the loop when its result is first requested; see
   * {@link Lazy}}
   *
   * @param <T> the type of the result
   * @param taskName the second part of the name of the task and its thread; not empty
   * @param body the work
   * @throws IllegalStateException if the loop is not running
   */
  public <T extends @Nullable Object> Lazy<T> lazy(String taskName, Callable<? extends T> body) {
    Arguments.name(taskName, "taskName");
    Objects.requireNonNull(body, "body");
    return group().lazy(taskName, body);
  }

  /**
   * Submits a call to the loop, from any thread. Its failure is thrown to the callers of {@code
   * join}, and does not affect other tasks. If no thread has read the failure by the end of the
   * loop, or until 64 more tasks have failed, it is logged to {@code io.selvage.TaskGroup}.
   *
   * @param <T> the type of the result
   * @param call the work
   * @return its task
   * @throws IllegalStateException if the loop is not running
   */
  public <T extends @Nullable Object> Task<T> submit(Callable<? extends T> call) {
    Objects.requireNonNull(call, "call");
    return group().forkUnsupervised(call);
  }

  /**
   * Submits a call without a result to the loop, from any thread; as {@link #submit}.
   *
   * @param call the work
   * @return its task
   * @throws IllegalStateException if the loop is not running
   */
  public Task<@Nullable Void> execute(ThrowingRunnable<? extends Exception> call) {
    Objects.requireNonNull(call, "call");
    return group().launchUnsupervised(call);
  }

  /**
   * Ends the loop early: cancels all tasks, without a reason; see {@link #cancel(String)}.
   *
   * @return true if this call cancelled it
   */
  public boolean cancel() {
    return cancel("no reason given");
  }

  /**
   * Ends the loop early: cancels all tasks, including the main body. {@code run} joins them; this
   * is no failure. Never blocks.
   *
   * @param reason the result of {@link CancelledException#reason()}
   * @return true if this call cancelled it, false if it is not running or was cancelled before
   */
  public boolean cancel(String reason) {
    Objects.requireNonNull(reason, "reason");
    TaskGroup running = current;
    return running != null && running.cancel(reason);
  }

  /** {@return whether the loop is running} */
  public boolean isRunning() {
    return entered.get();
  }

  /** {@return whether the calling thread is part of this loop, so that it holds the turn} */
  public boolean isOnLoop() {
    TaskGroup running = current;
    return running != null && running.runs(ThreadRecord.current());
  }

  /** {@return the name} */
  public String name() {
    return name;
  }

  private TaskGroup group() {
    TaskGroup running = current;
    if (running == null) {
      throw new IllegalStateException(
          "loop '" + name + "' is not running; fork and submit while run does");
    }
    return running;
  }

  @Override
  public String toString() {
    TaskGroup running = current;
    return "Loop["
        + name
        + (running == null ? ", not running" : ", " + running.running() + " tasks")
        + "]";
  }

  /**
   * One run of a {@link Loop}: forks the main task, and distinguishes its failure from those of
   * other tasks.
   */
  private static final class Run<T extends @Nullable Object>
      implements TaskGroup.Body<Task<T>, RuntimeException> {
    private final Loop loop;
    private final Callable<? extends T> main;
    private final Class<?> kind;
    private @Nullable Task<T> task;

    Run(Loop loop, Callable<? extends T> main, Class<?> kind) {
      this.loop = loop;
      this.main = main;
      this.kind = kind;
    }

    @Override
    public Task<T> run(TaskGroup group) {
      loop.opened(group);
      Task<T> forked = group.forkMain(main, kind);
      task = forked;
      return forked;
    }

    /**
     * {@return the exception that leaves the loop: that of the main body if it failed first,
     * otherwise the group's exception}
     */
    Throwable outcome(TaskFailedException failed) {
      Throwable first = Objects.requireNonNull(failed.getCause());
      if (task == null || task.state() != Task.State.FAILED || task.failureNow() != first) {
        return failed;
      }
      String of = "loop '" + loop.name() + "'";
      Uncaught.warnOfMisbehaved(of, failed.misbehaved(), 0);
      return failed.unwrapped(first, "a task of " + of, of + " was run");
    }
  }
}
