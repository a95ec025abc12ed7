package io.selvage.interop;

import io.selvage.function.ThrowingSupplier;
import io.selvage.kernel.Completion;
import io.selvage.kernel.Step;
import io.selvage.kernel.ThreadRecord;
import io.selvage.kernel.WaitNode;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** A call that another thread waits for. It is passed to the executor of a {@link HomeThread}. */
final class HomeCall<T extends @Nullable Object> implements Runnable {
  /*
   * Protocol.
   *
   *   NEW ──the home thread──▶ RUNNING ──it has ended──▶ DONE
   *    │                          └──the caller leaves──▶ LEFT
   *    └──the caller leaves──▶ LEFT
   *
   * One CAS decides each transition. A call that is LEFT before it began never runs. A call that is LEFT while it runs reports its own failure,
   * because no other code will. A caller that cannot leave because the call is DONE takes the result.
   *
   * value and thrown are written by the home thread before DONE, and read by the caller after that. Completing the call allocates nothing.
   */
  private enum State {
    NEW,
    RUNNING,
    DONE,
    LEFT
  }

  private final ThrowingSupplier<T, ? extends Exception> body;
  private final String name;
  private final BiConsumer<String, Throwable> uncaught;
  private final AtomicReference<State> state = new AtomicReference<>(State.NEW);
  private final Completion<Boolean> arrived = new Completion<>();
  private @Nullable T value;
  private @Nullable Throwable thrown;

  HomeCall(
      ThrowingSupplier<T, ? extends Exception> body,
      String name,
      BiConsumer<String, Throwable> uncaught) {
    this.body = body;
    this.name = name;
    this.uncaught = uncaught;
  }

  // ---- the home thread

  @Override
  @SuppressWarnings("InterruptedExceptionSwallowed") // handed to the caller, or reported
  public void run() {
    if (!state.compareAndSet(State.NEW, State.RUNNING)) {
      return;
    }
    Throwable failure = null;
    try {
      value = body.get();
    } catch (Throwable t) {
      failure = t;
    }
    thrown = failure;
    Step.within("HomeThread.callSync");
    if (state.compareAndSet(State.RUNNING, State.DONE)) {
      arrived.complete(true);
    } else if (failure != null && !(failure instanceof InterruptedException)) {
      uncaught.accept(name, failure);
    }
  }

  // ---- the caller

  /** Waits for the end of the call, and returns or throws as it did. */
  @SuppressWarnings("NullAway") // without an exception the value is a T
  T await(String what) throws InterruptedException {
    try {
      var unused = arrived.await("HomeThread.callSync", this, WaitNode.NEVER);
    } catch (InterruptedException e) {
      if (leave()) {
        throw e;
      }
      ThreadRecord.current().redeliver(e);
      var unused = arrived.awaitUncancellably("HomeThread.callSync", this); // it is DONE
    }
    Throwable failure = thrown;
    if (failure == null) {
      return value;
    }
    if (failure instanceof InterruptedException) {
      ThreadRecord.current().preferOwnCancellation();
      CancellationException told =
          new CancellationException("the call was interrupted, not the thread that waits for it");
      told.initCause(failure);
      throw told;
    }
    Throws.nameCaller(failure, what);
    throw Throws.asDeclared(failure);
  }

  private boolean leave() {
    return state.compareAndSet(State.NEW, State.LEFT)
        || state.compareAndSet(State.RUNNING, State.LEFT);
  }

  @Override
  public String toString() {
    return name;
  }
}
