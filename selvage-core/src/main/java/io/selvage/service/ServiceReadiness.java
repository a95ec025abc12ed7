package io.selvage.service;

import io.selvage.ClosedResourceException;
import io.selvage.kernel.Completion;
import io.selvage.kernel.Exhaustion;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Whether a service is ready, and its failure. The protocol is that of {@link Service}; only what
 * throws or waits needs memory.
 */
final class ServiceReadiness {

  private enum State {
    READY,
    STOPPED,
    FAILED
  }

  private final String name;
  private final CloseSignal scope;
  private final Completion<State> state = new Completion<>();
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

  ServiceReadiness(String name, CloseSignal scope) {
    this.name = name;
    this.scope = scope;
  }

  void ready() {
    state.complete(State.READY);
  }

  void stopped() {
    state.complete(State.STOPPED);
  }

  /**
   * Records a failure, and closes the scope. Needs no memory, except to add a later failure as
   * suppressed; never fails.
   *
   * @return whether it is the first failure
   */
  boolean fail(Throwable cause) {
    boolean first = failure.compareAndSet(null, cause);
    Throwable kept = failure.get();
    if (!first && kept != null) {
      ServiceLog.suppressOn(kept, cause);
    }
    scope.failAtEnd(cause);
    state.complete(State.FAILED);
    return first;
  }

  /** {@return the failure of a body that has ended without being ready} */
  Throwable neverStarted() {
    try {
      Exhaustion.point("Service.end: never started");
      return new IllegalStateException(
          "service '"
              + name
              + "' ended before it called started(); call it when the service is ready");
    } catch (OutOfMemoryError full) {
      return full; // it matters only that it has failed
    }
  }

  @Nullable Throwable failure() {
    return failure.get();
  }

  boolean isReady() {
    return state.poll() == State.READY;
  }

  /** {@return whether it is ready, or never will be} */
  boolean isDecided() {
    return state.isDone();
  }

  void await(Service service, long deadline) throws InterruptedException {
    var unused = state.await("Service.awaitStarted", service, deadline);
  }

  /** Throws if the service has failed, or was stopped before it was ready. */
  void throwIfNotToBeReady() {
    State how = state.poll();
    if (how == null) {
      return;
    }
    Throwable failed = failure.get();
    if (failed != null) {
      throw new ServiceFailedException(name, failed);
    }
    if (how != State.READY) {
      throw new ClosedResourceException(
          "service '" + name + "' was stopped before it was ready: " + scope.reason().orElse("?"));
    }
  }

  int waiting() {
    return state.waiting();
  }
}
