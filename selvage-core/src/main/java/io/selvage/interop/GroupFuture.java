package io.selvage.interop;

import io.selvage.Task;
import io.selvage.kernel.Completion;
import io.selvage.kernel.Region;
import io.selvage.kernel.Step;
import io.selvage.kernel.ThreadRecord;
import io.selvage.kernel.WaitNode;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** The future of a task of a {@link GroupExecutor}. */
final class GroupFuture<T extends @Nullable Object> implements Future<T>, Callable<T> {
  /*
   * Protocol.
   *
   *   state  NEW ──the task begins──▶ BEGUN ──its body ends──▶ ENDED
   *           ├──────────────cancel──────┴─────────────────▶ CANCELLED
   *           └──shutdownNow, which returns what it was to run──▶ RETURNED
   *          CAS; if the end of the body comes first, cancel returns false.
   *   task   written by the forker after the fork, perhaps after the end of the task.
   *   stop   the task must be cancelled. A thread that sets it reads task then; the forker writes task and then reads stop. At least one of them
   *          cancels.
   *   done   the future has an outcome; by cancel, or at the end of the task, which is cancelled, too, if it never began.
   *   ended  the task has ended.
   *   over   the task was counted as ended in its executor, once: by the action at its end; or, if there was no memory for such an action, by the
   *          body when it ends (alone), or by the forker if the body has ended or never begins.
   *   root   the root region of the thread that runs the body; written by that thread, read by code that the body calls.
   */
  private enum State {
    NEW,
    BEGUN,
    ENDED,
    CANCELLED,
    RETURNED
  }

  private final Callable<? extends T> body;
  private final Runnable original;
  private final AtomicReference<State> state = new AtomicReference<>(State.NEW);
  private final Completion<Boolean> done = new Completion<>();
  private final Completion<Boolean> ended = new Completion<>();
  private volatile @Nullable Task<T> task;
  private volatile boolean stop;
  private final AtomicBoolean over = new AtomicBoolean();
  private volatile boolean alone;
  private volatile boolean bodyEnded;
  private volatile @Nullable Region root;
  private Runnable atEnd = () -> {}; // written by the forker before the fork

  /**
   * Creates the future of a task that is not forked yet.
   *
   * @param body the code that the task runs
   * @param original the object that was given to the executor, or an equivalent one
   */
  GroupFuture(Callable<? extends T> body, Runnable original) {
    this.body = body;
    this.original = original;
  }

  // ---- the executor

  /** Sets the action that runs when the task has ended; it runs once. */
  void prepare(Runnable action) {
    atEnd = action;
  }

  /** Runs the action given to {@link #prepare}, unless it has run. */
  void runAtEnd() {
    if (over.compareAndSet(false, true)) {
      atEnd.run();
    }
  }

  /** There was no memory for an action at the end of the task. No other code knows the task. */
  void abandon() {
    alone = true;
    var unused = state.compareAndSet(State.NEW, State.CANCELLED);
    if (isGivenUp() || bodyEnded) { // only its executor knows it: given up, it never begins
      runAtEnd();
    }
    stop();
  }

  /** {@return whether the calling thread runs the task, or a task below it} */
  boolean isAround(ThreadRecord self) {
    Region mine = root;
    for (Region at = self.region(); mine != null && at != null; at = at.parent()) {
      if (at.record().root() == mine) {
        return true;
      }
    }
    return false;
  }

  void attach(Task<T> forked) {
    task = forked;
    Step.within("GroupExecutor.submit");
    if (stop) {
      forked.cancel("its future was cancelled");
    }
  }

  /** The task has ended, or there will be none. */
  void taskEnded() {
    state.compareAndSet(State.NEW, State.CANCELLED);
    ended.complete(true);
    done.complete(true);
  }

  /** {@return whether the task has begun, or will, or was returned by shutdownNow} */
  boolean isTaken() {
    return state.get() != State.CANCELLED;
  }

  private boolean isGivenUp() {
    State now = state.get();
    return now == State.CANCELLED || now == State.RETURNED;
  }

  /** Stops the task. Returns its runnable if it has not begun and never will. */
  @Nullable Runnable withdraw() {
    return stopAs(State.RETURNED) ? original : null;
  }

  /** Stops the task without reporting that to other code. */
  void stop() {
    var unused = stopAs(State.CANCELLED);
  }

  private boolean stopAs(State ifNotBegun) {
    boolean never = state.compareAndSet(State.NEW, ifNotBegun);
    stopTask();
    if (never) {
      done.complete(true);
    }
    return never;
  }

  private void stopTask() {
    stop = true;
    Step.within("GroupExecutor.cancel");
    Task<T> forked = task;
    if (forked != null) {
      forked.cancel("its future was cancelled");
    }
  }

  /**
   * Runs an action when the task has ended, or at once if it has ended. The task was forked before.
   */
  void whenEnded(Runnable action) {
    Objects.requireNonNull(task).onEnd(action);
  }

  void awaitDone() throws InterruptedException {
    var unused = done.await("Future.get", this, WaitNode.NEVER);
  }

  /** Waits for the end of the task; neither cancellation nor an interrupt ends this wait. */
  void awaitEnded() {
    var unused = ended.awaitUncancellably("GroupExecutor.invoke", this);
  }

  /** {@return how it ended; it is done} */
  Arrival<T> arrival() {
    Task<T> forked = task;
    if (isGivenUp() || forked == null) {
      return new Arrival.Failure<>(new CancellationException("the future was cancelled"));
    }
    return switch (forked.state()) {
      case SUCCEEDED -> new Arrival.Value<>(forked.resultNow());
      case FAILED -> new Arrival.Failure<>(forked.failureNow());
      default ->
          new Arrival.Failure<>(
              new CancellationException("task '" + forked.name() + "' was cancelled"));
    };
  }

  // ---- the task

  @Override
  @SuppressWarnings("NullAway") // no code reads the result of a cancelled task
  public T call() throws Exception {
    if (!state.compareAndSet(State.NEW, State.BEGUN)) {
      return null;
    }
    root = ThreadRecord.current().root();
    try {
      return body.call();
    } finally {
      state.compareAndSet(State.BEGUN, State.ENDED);
      bodyEnded = true;
      if (alone) {
        runAtEnd();
      }
    }
  }

  // ---- the submitter

  @Override
  public boolean cancel(boolean mayInterruptIfRunning) {
    Step.before("Future.cancel");
    if (state.compareAndSet(State.NEW, State.CANCELLED)) {
      stopTask();
    } else if (!state.compareAndSet(State.BEGUN, State.CANCELLED)) {
      return false;
    } else if (mayInterruptIfRunning) {
      stopTask();
    }
    done.complete(true);
    return true;
  }

  @Override
  public boolean isCancelled() {
    return isDone() && !hasEndedAs(Task.State.SUCCEEDED) && !hasEndedAs(Task.State.FAILED);
  }

  /**
   * Marks the failure of the task, if there is one, as received, so that it is not reported as
   * uncaught.
   */
  void observeFailure() {
    Task<T> forked = task;
    if (forked != null && forked.state() == Task.State.FAILED) {
      var unused = forked.failureNow();
    }
  }

  /** {@return whether the task has a result that was not given up} */
  boolean hasResult() {
    return hasEndedAs(Task.State.SUCCEEDED);
  }

  private boolean hasEndedAs(Task.State how) {
    Task<T> forked = task;
    return !isGivenUp() && forked != null && forked.state() == how;
  }

  @Override
  public boolean isDone() {
    return done.isDone();
  }

  @Override
  public T get() throws InterruptedException, ExecutionException {
    if (!isDone() && isAround(ThreadRecord.current())) {
      throw new IllegalStateException(
          "get of " + this + " called by that task itself, which it would wait for");
    }
    awaitDone();
    return outcome();
  }

  @Override
  public T get(long timeout, TimeUnit unit)
      throws InterruptedException, ExecutionException, TimeoutException {
    if (done.await("Future.get", this, Deadlines.in(timeout, unit)) == null) {
      throw new TimeoutException(this + " was not done within " + timeout + " " + unit);
    }
    return outcome();
  }

  /*
   * The default implementations of these three methods call get() until it does not throw an InterruptedException. In a cancelled thread it always
   * throws. These implementations read the state and never wait.
   */

  @Override
  public T resultNow() {
    return switch (arrivalNow()) {
      case Arrival.Value<T>(T value) -> value;
      case Arrival.Failure<T>(Throwable thrown) ->
          throw new IllegalStateException(
              this + (isCancelled() ? " was cancelled" : " has failed") + ", so it has no result",
              thrown);
    };
  }

  @Override
  public Throwable exceptionNow() {
    if (arrivalNow() instanceof Arrival.Failure<T>(Throwable thrown) && !isCancelled()) {
      return thrown;
    }
    throw new IllegalStateException(
        this + (isCancelled() ? " was cancelled" : " has a result") + ", so it has no exception");
  }

  private Arrival<T> arrivalNow() {
    if (!isDone()) {
      throw new IllegalStateException(this + " is not done; wait for it by get()");
    }
    return arrival();
  }

  @Override
  public Future.State state() {
    if (!isDone()) {
      return Future.State.RUNNING;
    }
    if (isCancelled()) {
      return Future.State.CANCELLED;
    }
    return hasEndedAs(Task.State.SUCCEEDED) ? Future.State.SUCCESS : Future.State.FAILED;
  }

  private T outcome() throws InterruptedException, ExecutionException {
    return switch (arrival()) {
      case Arrival.Value<T>(T value) -> value;
      case Arrival.Failure<T>(Throwable thrown) -> {
        if (thrown instanceof CancellationException cancelled && isCancelled()) {
          ThreadRecord.current().preferOwnCancellation();
          throw cancelled;
        }
        throw new ExecutionException(thrown);
      }
    };
  }

  @Override
  public String toString() {
    return "Future[" + Objects.requireNonNullElse(task, "not forked") + "]";
  }
}
