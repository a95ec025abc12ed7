package io.selvage.runtime;

import io.selvage.CancelledException;
import io.selvage.ClosedResourceException;
import io.selvage.Selvage;
import io.selvage.Task;
import io.selvage.TaskCancelledException;
import io.selvage.TaskFailedException;
import io.selvage.TaskGroup;
import io.selvage.ThreadPool;
import io.selvage.function.ThrowingRunnable;
import io.selvage.function.ThrowingSupplier;
import io.selvage.kernel.Exhaustion;
import io.selvage.kernel.Log;
import io.selvage.kernel.Region;
import io.selvage.kernel.Step;
import io.selvage.kernel.ThreadRecord;
import io.selvage.kernel.Threads;
import io.selvage.kernel.support.Arguments;
import io.selvage.sync.Event;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The frame of a program, or of a part of it: owns the tasks that any thread starts, and ends with
 * them. There may be several at the same time.
 *
 * {@snippet class="io.selvage.runtime.RuntimeSnippets" region="runtime"}
 *
 * <p>Code that has a {@link TaskGroup} does not need a runtime: a group is a block, and its tasks
 * end with the block. A runtime is for the outermost block of a program, and for threads outside of
 * every block: its {@linkplain #spawn spawned} tasks live until they end or the runtime is closed.
 *
 * <p><b>Failure.</b> The failure of a spawned task is thrown to the callers of {@link Task#join},
 * and affects no other task. If no thread reads it, the {@linkplain
 * RuntimeOptions#withUncaughtHandler uncaught handler} gets it, or the log.
 *
 * <p><b>Cancellation.</b> {@link #cancel} cancels everything that the runtime owns: the calls that
 * run in it and the spawned tasks. After that the runtime accepts no more work.
 *
 * <p><b>Threads.</b> Any thread may call any method, a task or not, unless stated otherwise.
 */
public final class SelvageRuntime implements AutoCloseable {
  /*
   * Protocol.
   *
   *   host      has the group of the spawned tasks, on a thread of its own. The group is there before the constructor returns.
   *   refusal   null ──finish / cancel / close, or the thread of the host ends──▶ why, once. After that no call begins and no task is spawned.
   *   cancelReason   null ──cancel / close──▶ why everything is cancelled, once
   *   stopped   the event that ends the calls of runUntilStopped. A call that it has ended replaces it, so later calls wait for the next stop.
   *
   *   isCancelled   whether the cancel was carried out: tried again while the heap is full, and by the next cancel or close if the stack was at its end
   *
   * Check with: SelvageRuntimeTest, TerminationTest, RuntimeSimulationTest.
   */

  private static final String FINISH = "SelvageRuntime.finish";
  private static final String CLOSE = "SelvageRuntime.close";

  private final RuntimeOptions options;
  private final ThreadPool pool;
  private final RunningCalls calls = new RunningCalls();
  private final TaskHost host;
  private final @Nullable Termination termination;
  private final AtomicReference<@Nullable String> refusal = new AtomicReference<>();
  private final AtomicReference<@Nullable String> cancelReason = new AtomicReference<>();
  private final String closed; // these two are created early, because closing must not fail
  private final Runnable cancelling = this::cancelAll;
  private volatile boolean isCancelled;
  private final AtomicLong names = new AtomicLong();
  private final AtomicLong batches = new AtomicLong();
  private final AtomicReference<Event> stopped = new AtomicReference<>(new Event());

  SelvageRuntime(RuntimeOptions options) {
    this.options = options;
    this.closed = "runtime '" + options.name + "' is closed";
    this.pool = options.poolSize == 0 ? ThreadPool.shared() : new ThreadPool(options.poolSize);
    this.host =
        new TaskHost(options.name, options.groupOptions(), () -> refuse("its thread has ended"));
    this.termination = options.signals.isEmpty() ? null : openTermination();
  }

  private Termination openTermination() {
    try {
      return new Termination(this, options);
    } catch (Throwable refused) {
      close();
      throw refused;
    }
  }

  /** {@return the options to start from} */
  public static RuntimeOptions options() {
    return RuntimeOptions.DEFAULT;
  }

  // ---- code on the calling thread

  /**
   * Runs {@code body} on the calling thread, in this runtime: it is cancelled when the runtime is.
   * Several threads may do so at the same time, and a body may call this again.
   *
   * <p><b>Cancellation</b> of the calling thread reaches the body. What it has spawned goes on.
   *
   * @param <T> the type of the result
   * @param <X> what the body may throw
   * @param body the work
   * @return its result
   * @throws X if the body does: the same object
   * @throws ClosedResourceException if the runtime is closed or cancelled
   * @throws TaskCancelledException if the runtime is cancelled while the body runs, and the body
   *     therefore has no result
   * @throws CancelledException if the calling thread is cancelled, also on entry
   * @throws InterruptedException if the calling thread was interrupted from outside
   */
  public <T extends @Nullable Object, X extends Exception> T call(
      ThrowingSupplier<? extends T, X> body) throws X, InterruptedException {
    Objects.requireNonNull(body, "body");
    return call(body, false);
  }

  /** As {@link #call}; a body that a signal has prevented was cancelled, not refused. */
  <T extends @Nullable Object, X extends Exception> T callMain(
      ThrowingSupplier<? extends T, X> body) throws X, InterruptedException {
    return call(body, true);
  }

  private <T extends @Nullable Object, X extends Exception> T call(
      ThrowingSupplier<? extends T, X> body, boolean isMain) throws X, InterruptedException {
    ThreadRecord self = ThreadRecord.current();
    self.begin("SelvageRuntime.call");
    if (!calls.admit()) {
      self.preferOwnCancellation();
      String why = cancelReason.get();
      if (!isMain || why == null) {
        throw refused(null);
      }
      throw prevented(why);
    }
    try {
      return admitted(body);
    } finally {
      calls.leave();
    }
  }

  /** Throws what a cancelled group throws. */
  private RuntimeException prevented(String why) throws InterruptedException {
    return options
        .callOptions()
        .<RuntimeException, RuntimeException>call(
            group -> {
              group.cancel(why);
              Selvage.throwIfCancelled();
              return refused(null); // not reached
            });
  }

  private <T extends @Nullable Object, X extends Exception> T admitted(
      ThrowingSupplier<? extends T, X> body) throws X, InterruptedException {
    noteFailure(null);
    try {
      return options.callOptions().<T, X>call(group -> calls.enter(group, body));
    } catch (TaskCancelledException | InterruptedException e) {
      throw e;
    } catch (Throwable failure) {
      noteFailure(failure);
      throw failure;
    }
  }

  private void noteFailure(@Nullable Throwable failure) {
    if (termination != null) {
      termination.lastFailure(failure);
    }
  }

  /**
   * Runs {@code body} on the calling thread, in this runtime; see {@link #call}.
   *
   * @param <X> what the body may throw
   * @param body the work
   * @throws X if the body does: the same object
   * @throws ClosedResourceException if the runtime is closed or cancelled
   * @throws TaskCancelledException if the runtime is cancelled while the body runs
   * @throws CancelledException if the calling thread is cancelled, also on entry
   * @throws InterruptedException if the calling thread was interrupted from outside
   */
  public <X extends Exception> void run(ThrowingRunnable<X> body) throws X, InterruptedException {
    Objects.requireNonNull(body, "body");
    var unused = this.<@Nullable Void, X>call(body.asSupplier());
  }

  /**
   * Serves the spawned tasks until {@link #stop()} is called. May be called again afterwards.
   *
   * @throws ClosedResourceException if the runtime is closed or cancelled
   * @throws TaskCancelledException if the runtime is cancelled meanwhile
   * @throws CancelledException if the calling thread is cancelled, also on entry
   * @throws InterruptedException if the calling thread was interrupted from outside
   */
  public void runUntilStopped() throws InterruptedException {
    Event next = new Event();
    Event mine = stopped.get();
    this.<RuntimeException>run(mine::await);
    stopped.compareAndSet(mine, next);
  }

  /**
   * Lets the calls of {@link #runUntilStopped} that run now return; if there is none, the next one
   * returns at once. The spawned tasks go on.
   */
  public void stop() {
    stopped.get().set();
  }

  // ---- tasks

  /**
   * Starts a task with a number for a name; see {@link #spawn(String, Callable)}.
   *
   * @param <T> the type of the result
   * @param body the work
   * @return the task
   * @throws ClosedResourceException if the runtime is closed or cancelled
   */
  public <T extends @Nullable Object> Task<T> spawn(Callable<? extends T> body) {
    return spawn(nextName(), body);
  }

  /**
   * Starts a task. It ends by itself, or with the runtime.
   *
   * @param <T> the type of the result
   * @param name the second part of the name of the task and its thread; not empty
   * @param body the work
   * @return the task, which any thread may join
   * @throws ClosedResourceException if the runtime is closed or cancelled
   */
  public <T extends @Nullable Object> Task<T> spawn(String name, Callable<? extends T> body) {
    Arguments.name(name, "name");
    Objects.requireNonNull(body, "body");
    if (refusal.get() != null && (cancelReason.get() == null || !isOwnWork())) {
      throw refused(null); // own work of a cancelled runtime gets a cancelled task, as in a group
    }
    try {
      return host.group().forkUnsupervised(name, body);
    } catch (IllegalStateException thrown) {
      throw host.group().hasEnded() ? refused(thrown) : thrown;
    }
  }

  /**
   * Starts a task without a result, with a number for a name; see {@link #spawn(String, Callable)}.
   *
   * @param body the work
   * @return the task
   * @throws ClosedResourceException if the runtime is closed or cancelled
   */
  public Task<@Nullable Void> launch(ThrowingRunnable<? extends Exception> body) {
    return launch(nextName(), body);
  }

  /**
   * Starts a task without a result; see {@link #spawn(String, Callable)}.
   *
   * @param name the second part of the name of the task and its thread; not empty
   * @param body the work
   * @return the task, which any thread may join
   * @throws ClosedResourceException if the runtime is closed or cancelled
   */
  public Task<@Nullable Void> launch(String name, ThrowingRunnable<? extends Exception> body) {
    Objects.requireNonNull(body, "body");
    return spawn(name, body.asSupplier()::get);
  }

  /**
   * Starts a task that no code will join. Its failure goes to the {@linkplain
   * RuntimeOptions#withUncaughtHandler uncaught handler}, or to the log, when it happens.
   *
   * @param name the second part of the name of the task and its thread; not empty
   * @param body the work
   * @throws ClosedResourceException if the runtime is closed or cancelled
   */
  public void launchUntracked(String name, ThrowingRunnable<? extends Exception> body) {
    Task<?> task = launch(name, body);
    try {
      task.onEnd(() -> report(task));
    } catch (OutOfMemoryError full) {
      // the task runs; its failure is reported when the runtime ends
    }
  }

  private void report(Task<?> task) {
    if (task.state() != Task.State.FAILED) {
      return;
    }
    Throwable failure = task.failureNow();
    BiConsumer<String, Throwable> handler = options.uncaughtHandler;
    if (handler == null) {
      Log.error(SelvageRuntime.class, "failure of untracked task " + task.name(), failure);
    } else {
      handler.accept(task.name(), failure);
    }
  }

  /**
   * Starts several tasks at once, and a task that waits for all of them. A failure does not cancel
   * the others.
   *
   * @param <T> the type of the results
   * @param bodies the work of each task; may be empty
   * @return a task whose result has their results in the order of the bodies; it fails when all of
   *     them have ended, with all their {@linkplain TaskFailedException#failures() failures}
   * @throws ClosedResourceException if the runtime is closed or cancelled
   */
  public <T extends @Nullable Object> Task<List<T>> spawnAll(
      Collection<? extends Callable<? extends T>> bodies) {
    List<Callable<? extends T>> copy = Arguments.elements(bodies, "bodies");
    Batch batch = newBatch();
    return spawn(() -> batch.callAll(copy));
  }

  /**
   * Starts several tasks without results at once, and a task that waits for all of them. A failure
   * does not cancel the others.
   *
   * @param bodies the work of each task; may be empty
   * @return a task that ends when all of them have ended; it fails with all their {@linkplain
   *     TaskFailedException#failures() failures}
   * @throws ClosedResourceException if the runtime is closed or cancelled
   */
  public Task<@Nullable Void> launchAll(
      Collection<? extends ThrowingRunnable<? extends Exception>> bodies) {
    List<ThrowingRunnable<? extends Exception>> copy = Arguments.elements(bodies, "bodies");
    Batch batch = newBatch();
    return launch(() -> batch.runAll(copy));
  }

  private Batch newBatch() {
    return new Batch(options.name + "/all-" + batches.incrementAndGet());
  }

  private String nextName() {
    return "task-" + names.incrementAndGet();
  }

  /**
   * {@return the pool for calls that block their thread: with {@linkplain
   * RuntimeOptions#withPoolSize a size of its own}, or the shared one}
   */
  public ThreadPool pool() {
    return pool;
  }

  // ---- the end

  /**
   * Takes no more work, and waits until the calls and spawned tasks that run now have ended.
   *
   * <p><b>Cancellation</b> of the caller withdraws only this wait: the work continues, and no more
   * work is accepted.
   *
   * @throws IllegalStateException if it is called by a task or call of this runtime, which it would
   *     wait for
   * @throws CancelledException if the calling thread is cancelled, also on entry: then more work is
   *     still accepted
   * @throws InterruptedException if the calling thread was interrupted from outside
   */
  public void finish() throws InterruptedException {
    refuseOwn("finish");
    ThreadRecord.current().begin(FINISH);
    refuse("it is finished");
    host.leave();
    calls.await(FINISH, this);
    host.await(FINISH, this);
  }

  /**
   * Cancels all calls that run in this runtime and all spawned tasks, and takes no more work. Does
   * not wait for them; {@link #close} does.
   *
   * @param reason shown in their {@link CancelledException}
   * @return false if the runtime was cancelled or closed before
   */
  public boolean cancel(String reason) {
    Objects.requireNonNull(reason, "reason");
    Step.before("SelvageRuntime.cancel");
    boolean first = cancelReason.compareAndSet(null, reason);
    carryOut();
    return first;
  }

  private void carryOut() {
    if (!isCancelled) {
      Exhaustion.insist(cancelling); // first: own work that is refused finds itself cancelled
      isCancelled = true;
      refuse(Objects.requireNonNull(cancelReason.get()));
      host.leave();
    }
  }

  private void cancelAll() {
    String why = Objects.requireNonNull(cancelReason.get());
    calls.cancel(why);
    host.group().cancel(why);
  }

  /**
   * Cancels all calls that run in this runtime and all spawned tasks, and waits until they have
   * ended. Neither cancellation nor an interrupt ends this wait. A second call waits, too.
   *
   * <p>If a {@linkplain RuntimeOptions#withTerminationSignals signal} has ended the runtime, this
   * ends the process and does not return, unless the process is ending already.
   *
   * @throws IllegalStateException if it is called by a task or call of this runtime, which it would
   *     wait for
   */
  @Override
  public void close() {
    Step.before("SelvageRuntime.close");
    refuseOwn("close");
    cancelReason.compareAndSet(null, closed);
    carryOut();
    calls.awaitEnd(CLOSE, this);
    host.awaitEnd(CLOSE, this);
    if (termination != null) {
      termination.end();
    }
  }

  private void refuse(String why) {
    refusal.compareAndSet(null, why);
    calls.end();
  }

  private void refuseOwn(String operation) {
    if (isOwnWork()) {
      throw new IllegalStateException(
          operation
              + " of runtime '"
              + options.name
              + "' called by its own work, on '"
              + Threads.nameOf(Thread.currentThread())
              + "', which it would wait for; call it from outside, or use cancel");
    }
  }

  /** Whether the calling thread is one that a close waits for. */
  private boolean isOwnWork() {
    if (host.isOwnThread()) {
      return true; // it reports failures when it ends
    }
    for (Region at = ThreadRecord.current().region(); at != null; at = at.parent()) {
      if (at.group() instanceof TaskGroup around
          && (around == host.group() || calls.contains(around))) {
        return true;
      }
    }
    return false;
  }

  private ClosedResourceException refused(@Nullable Throwable cause) {
    ClosedResourceException refused =
        new ClosedResourceException(
            "runtime '" + options.name + "' takes no more work: " + refusal.get());
    if (cause != null) {
      refused.addSuppressed(cause);
    }
    return refused;
  }

  /** {@return whether the runtime takes no more work} */
  public boolean isClosed() {
    return refusal.get() != null;
  }

  /** {@return how many spawned tasks have not ended} */
  public long running() {
    return host.group().running();
  }

  @Override
  public String toString() {
    return "SelvageRuntime["
        + options.name
        + ", "
        + running()
        + " running"
        + (isClosed() ? ", closed" : "")
        + "]";
  }
}
