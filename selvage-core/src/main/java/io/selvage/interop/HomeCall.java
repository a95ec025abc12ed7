package io.selvage.interop;

import io.selvage.ThrowingSupplier;
import io.selvage.kernel.Completion;
import io.selvage.kernel.Step;
import io.selvage.kernel.ThreadRecord;
import io.selvage.kernel.WaitNode;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** A call that another thread waits for: what the executor of a {@link HomeThread} gets. */
final class HomeCall<T extends @Nullable Object> implements Runnable {
  /*
   * Protocol.
   *
   *   NEW ──the home thread──▶ RUNNING ──it has ended──▶ DONE
   *    │                          └──the caller leaves──▶ LEFT
   *    └──the caller leaves──▶ LEFT
   *
   * One CAS decides each. A call that is LEFT before it began never runs; one that is LEFT while it runs reports its own
   * failure, as nobody else will. A caller that cannot leave because it is DONE takes what there is.
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
  private final Completion<Arrival<T>> arrived = new Completion<>();

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
  public void run() {
    if (!state.compareAndSet(State.NEW, State.RUNNING)) {
      return;
    }
    Arrival<T> end = end();
    Step.within("HomeThread.callSync");
    if (state.compareAndSet(State.RUNNING, State.DONE)) {
      arrived.complete(end);
    } else if (end instanceof Arrival.Failure<T>(Throwable thrown)
        && !(thrown instanceof InterruptedException)) {
      uncaught.accept(name, thrown);
    }
  }

  @SuppressWarnings("InterruptedExceptionSwallowed") // handed to the caller, or reported
  private Arrival<T> end() {
    try {
      return new Arrival.Value<>(body.get());
    } catch (Throwable thrown) {
      return new Arrival.Failure<>(thrown);
    }
  }

  // ---- the caller

  /** Waits for the end of the call, and returns or throws as it did. */
  T await(String what) throws InterruptedException {
    Arrival<T> end;
    try {
      end = Objects.requireNonNull(arrived.await("HomeThread.callSync", this, WaitNode.NEVER));
    } catch (InterruptedException e) {
      if (leave()) {
        throw e;
      }
      ThreadRecord.current().tellAgain(e);
      end = arrived.awaitUncancellably("HomeThread.callSync", this); // it is DONE
    }
    return switch (end) {
      case Arrival.Value<T>(T value) -> value;
      case Arrival.Failure<T>(InterruptedException theirs) -> {
        ThreadRecord.current().checkpointBeforeBadNews();
        CancellationException told =
            new CancellationException("the call was interrupted, not the one who waits for it");
        told.initCause(theirs);
        throw told;
      }
      case Arrival.Failure<T>(Throwable thrown) -> {
        Throws.nameCaller(thrown, what);
        throw Throws.asDeclared(thrown);
      }
    };
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
