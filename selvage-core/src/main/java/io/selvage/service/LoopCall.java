package io.selvage.service;

import io.selvage.Selvage;
import io.selvage.Task;
import io.selvage.TaskCancelledException;
import io.selvage.TaskFailedException;
import io.selvage.function.ThrowingSupplier;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** A call that another thread waits for, possibly with a time limit. */
final class LoopCall<T extends @Nullable Object> implements Callable<T> {
  /*
   * Protocol.
   *
   *   NEW ──the task begins──▶ RUNNING ──the caller leaves──▶ LEFT
   *    └──the caller leaves──▶ DROPPED
   *
   * One CAS decides whether a call has begun before its caller leaves. If it has begun, it continues and reports its own failure, because no other
   * code will.
   */
  private enum State {
    NEW,
    RUNNING,
    LEFT,
    DROPPED
  }

  private final ThrowingSupplier<T, ? extends Exception> body;
  private final String taskName;
  private final BiConsumer<String, Throwable> uncaught;
  private final AtomicReference<State> state = new AtomicReference<>(State.NEW);

  LoopCall(
      ThrowingSupplier<T, ? extends Exception> body,
      String taskName,
      BiConsumer<String, Throwable> uncaught) {
    this.body = body;
    this.taskName = taskName;
    this.uncaught = uncaught;
  }

  /** The task. */
  @Override
  @SuppressWarnings("InterruptedExceptionSwallowed") // reported, unless it is the cancellation
  public T call() throws Exception {
    if (!state.compareAndSet(State.NEW, State.RUNNING)) {
      return nothing();
    }
    try {
      return body.get();
    } catch (Throwable thrown) {
      if (state.get() != State.LEFT || Selvage.isCancelled()) {
        throw thrown;
      }
      uncaught.accept(taskName, thrown);
      return nothing();
    }
  }

  /** A result that no code reads. */
  @SuppressWarnings("NullAway")
  private T nothing() {
    return null;
  }

  /** Waits until the task has ended, in whatever way. Called by the caller. */
  void awaitEnd(Task<T> task) throws InterruptedException {
    try {
      var unused = task.join();
    } catch (TaskFailedException | TaskCancelledException e) {
      // reading the result throws the failure
    }
  }

  /** The caller stops waiting. Returns whether the call has not begun and never will. */
  boolean leave(Task<T> task) {
    if (state.compareAndSet(State.NEW, State.DROPPED)) {
      try {
        task.cancel("its caller has left");
      } catch (StackOverflowError | OutOfMemoryError full) {
        // the task finds that it was dropped, and does nothing
      }
      return true;
    }
    state.compareAndSet(State.RUNNING, State.LEFT);
    return false;
  }
}
