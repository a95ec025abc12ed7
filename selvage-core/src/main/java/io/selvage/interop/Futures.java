package io.selvage.interop;

import io.selvage.CancelScope;
import io.selvage.CancelledException;
import io.selvage.GroupOptions;
import io.selvage.Task;
import io.selvage.TaskGroup;
import io.selvage.kernel.Exhaustion;
import io.selvage.kernel.ThreadRecord;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * Waits for the completion stages of other libraries, and shows tasks as futures.
 *
 * {@snippet class="io.selvage.interop.InteropSnippets" region="await"}
 *
 * <p>A time limit is a scope around the wait: {@link CancelScope#failAfter}. Use {@link Background}
 * to start work from a callback, where there is no group.
 *
 * <p><b>Threads.</b> Any thread may call any method. A stage may be completed by any thread; the
 * code that waits for it continues on its own thread.
 *
 * @apiNote To wait for a plain {@link Future}, which has no callback, use {@link
 *     io.selvage.Selvage#callBlocking}.
 */
public final class Futures {
  private static final String AWAIT = "Futures.await";

  private Futures() {}

  // ---- stages of other libraries

  /**
   * Waits for a stage that belongs to the caller: no other thread waits for it. In a loop the other
   * tasks run meanwhile.
   *
   * <p><b>Cancellation</b> of the caller, also on entry, cancels the stage: {@link
   * Future#cancel(boolean) cancel(true)} of its {@linkplain CompletionStage#toCompletableFuture()
   * future}. The effect depends on the stage: the future of an HTTP request ends the request; a
   * stage that depends on another stage ends alone, and so does a copy. This method does not wait
   * for the clean-up of the other side. A result that came before the cancellation is returned.
   *
   * <p><b>Failure.</b> The failure of the stage is thrown here, without any {@link
   * CompletionException} around it. An unchecked exception is thrown as the same object; the place
   * of the first await is added to it as a suppressed exception. A checked exception becomes the
   * cause of a {@code CompletionException}; to get it unchanged see {@link #await(CompletionStage,
   * Class)}.
   *
   * @param <T> the type of the result
   * @param stage the stage to wait for
   * @return its result
   * @throws CompletionException if the stage failed with a checked exception
   * @throws CancellationException if the stage was cancelled by other code
   * @throws CancelledException if the calling thread is cancelled, also on entry
   * @throws InterruptedException if the calling thread was interrupted from outside
   */
  public static <T extends @Nullable Object> T await(CompletionStage<? extends T> stage)
      throws InterruptedException {
    return await(stage, RuntimeException.class);
  }

  /**
   * As {@link #await(CompletionStage)}, for a stage that may fail with a checked exception: that
   * exception, too, is thrown unchanged.
   *
   * @param <T> the type of the result
   * @param <X> the checked exception
   * @param stage the stage to wait for
   * @param declared the type of the exception; {@code Exception.class} for all except an {@link
   *     InterruptedException}, which always means the calling thread
   * @return its result
   * @throws X if the stage failed with one
   * @throws CompletionException if the stage failed with another checked exception
   * @throws CancellationException if the stage was cancelled by other code
   * @throws CancelledException if the calling thread is cancelled, also on entry
   * @throws InterruptedException if the calling thread was interrupted from outside
   */
  public static <T extends @Nullable Object, X extends Exception> T await(
      CompletionStage<? extends T> stage, Class<X> declared) throws X, InterruptedException {
    Objects.requireNonNull(stage, "stage");
    Objects.requireNonNull(declared, "declared");
    return Futures.<T>arrivalOf(stage).valueOrThrow(declared);
  }

  /**
   * As {@link #await(CompletionStage)}, for a stage that other threads wait for, too: a
   * cancellation of the caller does not affect the stage.
   *
   * @param <T> the type of the result
   * @param stage the stage to wait for
   * @return its result
   * @throws CompletionException if the stage failed with a checked exception
   * @throws CancellationException if the stage was cancelled
   * @throws CancelledException if the calling thread is cancelled, also on entry
   * @throws InterruptedException if the calling thread was interrupted from outside
   * @implNote All waits for one stage share one callback, so withdrawn waits leave nothing behind.
   */
  public static <T extends @Nullable Object> T awaitShared(CompletionStage<? extends T> stage)
      throws InterruptedException {
    return awaitShared(stage, RuntimeException.class);
  }

  /**
   * As {@link #awaitShared(CompletionStage)}, for a stage that may fail with a checked exception:
   * that exception, too, is thrown unchanged.
   *
   * @param <T> the type of the result
   * @param <X> the checked exception
   * @param stage the stage to wait for
   * @param declared the type of the exception
   * @return its result
   * @throws X if the stage failed with one
   * @throws CompletionException if the stage failed with another checked exception
   * @throws CancellationException if the stage was cancelled
   * @throws CancelledException if the calling thread is cancelled, also on entry
   * @throws InterruptedException if the calling thread was interrupted from outside
   */
  public static <T extends @Nullable Object, X extends Exception> T awaitShared(
      CompletionStage<? extends T> stage, Class<X> declared) throws X, InterruptedException {
    Objects.requireNonNull(stage, "stage");
    Objects.requireNonNull(declared, "declared");
    ThreadRecord.current().begin(AWAIT);
    Arrival.Callback<T> callback = SharedStages.callbackOf(stage);
    return callback.await(AWAIT, stage).valueOrThrow(declared);
  }

  private static <T extends @Nullable Object> Arrival<T> arrivalOf(
      CompletionStage<? extends T> stage) throws InterruptedException {
    Arrival.Callback<T> callback = new Arrival.Callback<>();
    try {
      return whenArrived(stage, callback);
    } catch (InterruptedException e) {
      Arrival<T> came = cancel(stage, callback, e);
      if (came == null) {
        throw e;
      }
      ThreadRecord.current().redeliver(e);
      return came;
    }
  }

  private static <T extends @Nullable Object> Arrival<T> whenArrived(
      CompletionStage<? extends T> stage, Arrival.Callback<T> callback)
      throws InterruptedException {
    ThreadRecord.current().begin(AWAIT);
    callback.isAwaited = true;
    var unused = stage.whenComplete(callback);
    return callback.await(AWAIT, stage);
  }

  /**
   * Cancels a stage because its waiter stops waiting. Returns the end of the stage if it had ended
   * while the caller waited, or null if there is no result. The stage may have ended although its
   * callback has not run yet: then its state is read directly.
   */
  private static <T extends @Nullable Object> @Nullable Arrival<T> cancel(
      CompletionStage<? extends T> stage,
      Arrival.Callback<T> callback,
      InterruptedException reported) {
    Arrival<T> came = callback.poll();
    if (came == null) {
      try {
        CompletableFuture<? extends T> future = stage.toCompletableFuture();
        if (future.cancel(true)) {
          return null;
        }
        if (callback.isAwaited && future.isDone()) {
          came = endOf(future);
        }
      } catch (UnsupportedOperationException e) {
        // a stage that is no future cannot be cancelled
      } catch (RuntimeException e) {
        reported.addSuppressed(e);
      }
      if (came == null) {
        came = callback.poll();
      }
    }
    return came == null || came.isCancellation() ? null : came;
  }

  /** {@return the end of a future that is done} */
  private static <T extends @Nullable Object> Arrival<T> endOf(
      CompletableFuture<? extends T> future) {
    try {
      return new Arrival.Value<>(future.join());
    } catch (CompletionException | CancellationException e) {
      return Arrival.failed(e);
    }
  }

  // ---- tasks as futures

  /**
   * Shows a task as a future, for code that wants one. The future ends as the task does: with its
   * result, with the exception object that it threw, or cancelled.
   *
   * {@snippet class="io.selvage.interop.InteropSnippets" region="toFuture"}
   *
   * <p><b>Cancellation.</b> If the future is cancelled, or completed from outside in any other way,
   * for example by {@link CompletableFuture#orTimeout}, the task and everything below it are
   * cancelled. The future is done at once, as its contract requires; the task cleans up, and its
   * group waits for that. Cancelling a stage that depends on the future does not affect the task.
   *
   * <p><b>Failure.</b> The future counts as a receiver of the failure: the failure of an
   * {@linkplain TaskGroup#forkUnsupervised unsupervised} task is not reported to the group's
   * uncaught handler.
   *
   * <p><b>Threads.</b> Dependent actions without an executor, for example {@link
   * CompletableFuture#thenApply}, may run on the thread of the task, and the group waits for them.
   *
   * @param <T> the type of the result
   * @param task any task, which may have ended
   * @return a new future for each call
   */
  public static <T extends @Nullable Object> CompletableFuture<T> toFuture(Task<T> task) {
    Objects.requireNonNull(task, "task");
    CompletableFuture<T> future = new CompletableFuture<>();
    var unused =
        future.whenComplete(
            (value, thrown) -> task.cancel("its future was cancelled, or completed from outside"));
    Runnable completing = () -> complete(future, task);
    task.onEnd(() -> Exhaustion.insist(completing)); // another thread may wait for it
    return future;
  }

  /**
   * As {@link #toFuture}, for a task that no other code knows: if there is no future, the task is
   * cancelled.
   */
  static <T extends @Nullable Object> CompletableFuture<T> futureOf(Task<T> task) {
    try {
      Exhaustion.point("Futures.toFuture: future");
      return toFuture(task);
    } catch (Throwable noMemory) {
      var unused = task.cancel("there is no future for it");
      throw noMemory;
    }
  }

  private static <T extends @Nullable Object> void complete(
      CompletableFuture<T> future, Task<T> task) {
    Exhaustion.point("Futures.toFuture: end");
    Task.State how = task.state();
    if (how == Task.State.SUCCEEDED) {
      future.complete(task.resultNow());
    } else if (how == Task.State.FAILED) {
      future.completeExceptionally(task.failureNow());
    } else {
      future.completeExceptionally(
          new CancellationException("task '" + task.name() + "' was cancelled"));
    }
  }

  /**
   * Runs {@code body} as a task of a group, and shows it as a future. Its failure goes to the
   * future and does not affect the group. Otherwise as {@link #toFuture}: cancelling the future
   * cancels the body.
   *
   * @param <T> the type of the result
   * @param group the group; if it is cancelled the body never runs, and the future is cancelled
   * @param name the second part of the name of the task and its thread; not empty
   * @param body the work
   * @return its future
   * @throws IllegalStateException if the group has ended
   * @see GroupOptions#withUncaughtHandler
   */
  public static <T extends @Nullable Object> CompletableFuture<T> fork(
      TaskGroup group, String name, Callable<? extends T> body) {
    Objects.requireNonNull(group, "group");
    return futureOf(group.<T>forkUnsupervised(name, body));
  }
}
