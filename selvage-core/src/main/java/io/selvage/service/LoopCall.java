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

/** A call that another thread waits for, for a while. */
final class LoopCall<T extends @Nullable Object> implements Callable<T> {
  /*
   * Protocol.
   *
   *   NEW ──the task begins──▶ RUNNING ──the caller leaves──▶ LEFT
   *    └──the caller leaves──▶ DROPPED
   *
   * One CAS decides whether a call whose caller has left was begun. If it was, it goes on, and reports its own failure, as
   * nobody else will.
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

  /** What nobody reads. */
  @SuppressWarnings("NullAway")
  private T nothing() {
    return null;
  }

  /** The caller waits, for however the task ends. */
  void awaitEnd(Task<T> task) throws InterruptedException {
    try {
      var unused = task.join();
    } catch (TaskFailedException | TaskCancelledException e) {
      // whoever reads the result is told
    }
  }

  /** The caller leaves. Returns whether the call was not begun and never will be. */
  boolean leave(Task<T> task) {
    if (state.compareAndSet(State.NEW, State.DROPPED)) {
      try {
        task.cancel("its caller has left");
      } catch (StackOverflowError | OutOfMemoryError full) {
        // it finds that it was dropped, and does nothing
      }
      return true;
    }
    state.compareAndSet(State.RUNNING, State.LEFT);
    return false;
  }
}
