package io.selvage;

import io.selvage.function.ThrowingConsumer;
import io.selvage.function.ThrowingFunction;
import io.selvage.function.ThrowingRunnable;
import io.selvage.function.ThrowingSupplier;
import io.selvage.kernel.Permits;
import io.selvage.kernel.Region;
import io.selvage.kernel.ThreadRecord;
import io.selvage.kernel.support.Rethrow;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * Runs calls that block on platform threads, at most a given number at once. The caller waits
 * meanwhile; in a loop it gives up its turn.
 *
 * {@snippet class="io.selvage.Snippets" region="threadPool"}
 *
 * <p>If no place is free, a call waits; places are granted in the order of arrival. A pool is only
 * a limit: each call has its own thread, which ends with the call. So there is nothing to close.
 *
 * <p><b>Threads.</b> Any thread may call it, also a thread of another loop. A call runs as a task
 * below the scopes of its caller: it may use the operations of the library itself.
 *
 * <p><b>Inheritance.</b> Inheritable thread-locals and the context class loader are inherited by a
 * call as by a {@linkplain TaskGroup#fork task} and by any new thread, with their values at the
 * time of the call. Values that a call sets there are gone when it ends. Scoped values and others
 * are carried where you {@linkplain io.selvage.context.Carrying say so}.
 *
 * <p><b>Calls within calls.</b> A call keeps its place until it has ended, even while it waits. If
 * it calls the same pool again, the inner call runs in the same place, on the same thread. But a
 * call that waits for another thread or task which calls the same pool needs a second place. If all
 * places are taken by such calls, they wait for each other for ever. Use another pool for these.
 *
 * @apiNote Virtual threads block cheaply in most of the JDK; a pool is for the rest: native code,
 *     file systems, computations that must not use the carriers of virtual threads, and all calls
 *     that block on a {@link Loop}.
 */
public final class ThreadPool {
  private static final String OPERATION = "ThreadPool.call";
  private static final ThreadPool SHARED = new ThreadPool("blocking", null);

  private final GroupOptions options; // used for the group of each call only
  private final @Nullable Permits own;

  private ThreadPool(String name, @Nullable Permits own) {
    this.options = TaskGroup.options().withName(name).withWorkers();
    this.own = own;
  }

  /** {@return the pool of {@link Selvage#callBlocking}: 128 calls at once} */
  public static ThreadPool shared() {
    return SHARED;
  }

  /**
   * Creates a pool with a limit of its own.
   *
   * @param limit how many calls may run at once, at least 1
   * @throws IllegalArgumentException if it is less
   */
  public ThreadPool(int limit) {
    this("pool", new Permits(positive(limit)));
  }

  private static int positive(int limit) {
    if (limit < 1) {
      throw new IllegalArgumentException("limit of running calls must be >= 1, was " + limit);
    }
    return limit;
  }

  /**
   * Runs a call on a platform thread, and waits for it.
   *
   * <p><b>Cancellation.</b> A call that waits for a place never begins. A running call is
   * interrupted, and this method waits for it; a result that it returns anyway is returned. To stop
   * it by other means use {@link Selvage#callCancellable} inside of the call.
   *
   * <p><b>Failure.</b> An exception of the call is thrown here, the same object; the place of this
   * call is added to it as a suppressed exception, unless the exception has passed through ten
   * calls already, or the call ran on the same thread.
   *
   * @param <T> the type of the result
   * @param <X> what the call may throw
   * @param call the code to run
   * @return its result
   * @throws X if the call does
   * @throws CancelledException if the calling thread is cancelled, also on entry
   * @throws InterruptedException if the calling thread was interrupted from outside
   */
  public <T extends @Nullable Object, X extends Exception> T call(
      ThrowingSupplier<? extends T, X> call) throws X, InterruptedException {
    Objects.requireNonNull(call, "call");
    ThreadRecord self = ThreadRecord.current();
    if (isCallOfThis(self)) {
      self.begin(OPERATION);
      return runHere(self, call);
    }
    Permits permits = own == null ? self.machine().workerPermits() : own;
    permits.acquire(OPERATION, this);
    try {
      return runDetached(call);
    } finally {
      permits.release();
    }
  }

  /**
   * Runs a call without a result on a platform thread, and waits for it; see {@link
   * #call(ThrowingSupplier)}.
   *
   * @param <X> what the call may throw
   * @param call the code to run
   * @throws X if the call does
   * @throws CancelledException if the calling thread is cancelled, also on entry
   * @throws InterruptedException if the calling thread was interrupted from outside
   */
  public <X extends Exception> void run(ThrowingRunnable<X> call) throws X, InterruptedException {
    Objects.requireNonNull(call, "call");
    var unused = this.<@Nullable Void, X>call(call.asSupplier());
  }

  /**
   * Applies a function that blocks to each item, on the threads of this pool. The first failure
   * cancels the others.
   *
   * @param <A> the type of the items
   * @param <R> the type of the results
   * @param items the items
   * @param function the work
   * @return the results in the order of the items; cannot be changed
   * @throws TaskFailedException if the function failed: the cause is its exception
   * @throws CancelledException if the calling thread is cancelled, also on entry
   * @throws InterruptedException if the calling thread was interrupted from outside
   */
  public <A extends @Nullable Object, R extends @Nullable Object> List<R> map(
      Iterable<? extends A> items,
      ThrowingFunction<? super A, ? extends R, ? extends Exception> function)
      throws InterruptedException {
    Objects.requireNonNull(items, "items");
    Objects.requireNonNull(function, "function");
    return Tasks.map(items, item -> this.<R, Exception>call(() -> function.apply(item)));
  }

  /**
   * Runs an action that blocks for each item, on the threads of this pool. The first failure
   * cancels the others.
   *
   * @param <A> the type of the items
   * @param items the items
   * @param action the work
   * @throws TaskFailedException if the action failed: the cause is its exception
   * @throws CancelledException if the calling thread is cancelled, also on entry
   * @throws InterruptedException if the calling thread was interrupted from outside
   */
  public <A extends @Nullable Object> void forEach(
      Iterable<? extends A> items, ThrowingConsumer<? super A, ? extends Exception> action)
      throws InterruptedException {
    Objects.requireNonNull(items, "items");
    Objects.requireNonNull(action, "action");
    Tasks.forEach(items, item -> this.<Exception>run(() -> action.accept(item)));
  }

  private boolean isCallOfThis(ThreadRecord self) {
    return self.task() instanceof Task<?> task && task.group().options.areThreadsOf(options);
  }

  /** Runs the call on the calling thread; as a separate task would, it leaves no scope open. */
  private static <T extends @Nullable Object, X extends Exception> T runHere(
      ThreadRecord self, ThrowingSupplier<? extends T, X> call) throws X, InterruptedException {
    Region around = self.region();
    try {
      T result = call.get();
      EnteredScope.refuseOpen(self, around);
      return result;
    } catch (Throwable thrown) {
      var unused = EnteredScope.unwind(self, around, thrown);
      throw thrown;
    }
  }

  private <T extends @Nullable Object> T runDetached(ThrowingSupplier<? extends T, ?> call)
      throws InterruptedException {
    Call<T> apart = new Call<>(call);
    try {
      TaskGroup.openVoid(options, apart);
    } catch (TaskFailedException e) {
      if (!apart.isForked()) {
        throw e; // of the capture of the context
      }
      Throwable original = Objects.requireNonNull(e.getCause());
      Rethrow.asDeclared(e.unwrapped(original, options.name(), "called on a thread of its own"));
    } catch (InterruptedException e) {
      if (!apart.hasResult()) {
        throw e;
      }
      ThreadRecord.current().redeliver(e); // the call is complete; the next operation reports
    }
    return apart.result();
  }

  @Override
  public String toString() {
    return own == null
        ? "ThreadPool[shared]"
        : "ThreadPool[" + own.available() + " free, " + own.waiting() + " waiting]";
  }

  /** One call of a {@link ThreadPool}: the body of its group and of its task. */
  private static final class Call<T extends @Nullable Object>
      implements TaskGroup.VoidBody<RuntimeException>, Callable<T> {
    private final ThrowingSupplier<? extends T, ?> call;
    private @Nullable Task<T> task;

    Call(ThrowingSupplier<? extends T, ?> call) {
      this.call = call;
    }

    @Override
    public void run(TaskGroup group) {
      String caller = Thread.currentThread().getName();
      task = group.fork(caller.isEmpty() ? "call" : caller, (Callable<T>) this);
    }

    @Override
    public T call() throws Exception {
      return call.get();
    }

    /** {@return whether the call has a task, so that what the group throws is its failure} */
    boolean isForked() {
      return task != null;
    }

    /** {@return whether the call has returned} */
    boolean hasResult() {
      return task != null && task.state() == Task.State.SUCCEEDED;
    }

    /** {@return the result of the call} */
    T result() {
      return Objects.requireNonNull(task).resultNow();
    }
  }
}
