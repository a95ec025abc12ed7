package io.selvage.interop;

import io.selvage.CancelScope;
import io.selvage.Task;
import io.selvage.TaskGroup;
import io.selvage.kernel.Exhaustion;
import io.selvage.kernel.ThreadRecord;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A subscription that is served by a task of its own: all signals except {@code onSubscribe} are
 * made by that task, one at a time.
 */
abstract class ServedSubscription<T> implements Flow.Subscription {
  /*
   * Protocol.
   *
   *   phase       QUIET ◀──▶ SIGNALLING                       by the server, around onNext
   *               QUIET ──cancel──▶ CANCELLED                 any thread, which then cancels the scope
   *               SIGNALLING ──cancel──▶ CANCELLED_MEANWHILE  any thread; the server cancels the scope after onNext
   *   subscriber  set until the end was signalled, or no signal is left to make. Cleared by the server, or by the thread that ends the task if it
   *               never began
   *   broken      the exception of the subscriber in onNext; server only
   *
   * So a cancel of the subscription never interrupts the subscriber in its onNext. A cancel of the group does interrupt it.
   */
  private enum Phase {
    QUIET,
    SIGNALLING,
    CANCELLED,
    CANCELLED_MEANWHILE
  }

  /** How the production of items has ended. */
  sealed interface End {
    /** All items were delivered. */
    record Complete() implements End {}

    /** The source failed. */
    record Failed(Throwable thrown) implements End {}

    /** The subscriber wants no more items. */
    record Cancelled() implements End {}
  }

  static final String CANCELLED = "its subscription was cancelled";

  private final AtomicReference<Flow.@Nullable Subscriber<? super T>> subscriber;
  private final AtomicReference<Phase> phase = new AtomicReference<>(Phase.QUIET);
  private @Nullable Throwable broken;
  final Demand demand = new Demand();
  final CancelScope scope = CancelScope.create();

  ServedSubscription(Flow.Subscriber<? super T> subscriber) {
    this.subscriber = new AtomicReference<>(subscriber);
  }

  // ---- the subscriber, any thread

  @Override
  public final void request(long n) {
    if (n > 0) {
      demand.add(n);
    } else {
      stop(
          new IllegalArgumentException(
              "request(" + n + ") of a subscription; ask for at least 1 (rule 3.9)"));
    }
  }

  @Override
  public final void cancel() {
    stop(null);
  }

  private void stop(@Nullable Throwable violation) {
    if (!demand.end(violation)) {
      return;
    }
    while (!phase.compareAndSet(Phase.QUIET, Phase.CANCELLED)) {
      if (phase.compareAndSet(Phase.SIGNALLING, Phase.CANCELLED_MEANWHILE)) {
        return;
      }
    }
    scope.cancel(CANCELLED);
  }

  private boolean isCancelled() {
    return demand.isOver() && demand.violation() == null;
  }

  // ---- the subscribing thread

  /** Calls onSubscribe, then forks a task of the group that serves the subscription. */
  final void start(TaskGroup group, String name) {
    Objects.requireNonNull(subscriber.get()).onSubscribe(this);
    Task<?> server;
    try {
      server = group.launch(name, this::serve);
    } catch (IllegalStateException groupHasEnded) {
      tellFailure(groupHasEnded);
      return;
    }
    try {
      server.onEnd(() -> ended(server));
    } catch (Throwable noMemory) {
      var unused = server.cancel("its end could not be observed");
      throw noMemory;
    }
  }

  /** The task has ended: signals the end to the subscriber, unless that was done before. */
  private void ended(Task<?> server) {
    if (subscriber.get() != null) {
      tellFailure(failureOf(server));
    }
  }

  /** If there is no memory for the exception of a cancellation, returns that failure instead. */
  private static Throwable failureOf(Task<?> server) {
    if (server.state() == Task.State.FAILED) {
      return server.failureNow();
    }
    try {
      Exhaustion.point("Flows: end");
      return new CancellationException("task '" + server.name() + "' was cancelled");
    } catch (Throwable noMemory) {
      return noMemory;
    }
  }

  private void tellFailure(Throwable failure) {
    Flow.Subscriber<? super T> told = subscriber.getAndSet(null);
    if (told != null && !isCancelled()) {
      ThreadRecord self = ThreadRecord.current();
      boolean held = self.holdInterrupts();
      try {
        told.onError(failure);
      } finally {
        self.releaseInterrupts(held);
      }
    }
  }

  // ---- the server

  /** Delivers until there is an end. */
  abstract End produce() throws InterruptedException;

  private void serve() throws InterruptedException {
    End end = produce();
    if (broken != null) {
      throw Throws.asDeclared(broken);
    }
    Throwable violation = demand.violation();
    if (violation != null) {
      tellFailure(violation);
      return;
    }
    switch (end) {
      case End.Complete() -> tellComplete();
      case End.Failed(Throwable thrown) -> tellFailure(thrown);
      case End.Cancelled() -> subscriber.set(null);
    }
  }

  private void tellComplete() {
    Flow.Subscriber<? super T> told = subscriber.getAndSet(null);
    if (told != null && !isCancelled()) {
      ThreadRecord self = ThreadRecord.current();
      boolean held = self.holdInterrupts();
      try {
        told.onComplete();
      } finally {
        self.releaseInterrupts(held);
      }
    }
  }

  /**
   * Delivers an item for which there was demand.
   *
   * @param always whether to deliver even if the subscription was cancelled meanwhile, because the
   *     item would be lost otherwise
   * @return false if it was not delivered
   */
  final boolean deliver(T item, boolean always) {
    boolean quiet = phase.compareAndSet(Phase.QUIET, Phase.SIGNALLING);
    if (!quiet && !always) {
      return false;
    }
    Flow.Subscriber<? super T> to = subscriber.get();
    if (to == null) {
      return false;
    }
    try {
      to.onNext(item);
    } catch (Throwable t) {
      broken = t; // this breaks rule 2.13; the subscriber counts as cancelled
      subscriber.set(null);
      demand.end(null);
      throw t;
    } finally {
      if (quiet && !phase.compareAndSet(Phase.SIGNALLING, Phase.QUIET)) {
        phase.set(Phase.CANCELLED);
        scope.cancel(CANCELLED);
      }
    }
    return true;
  }

  @Override
  public String toString() {
    return getClass().getSimpleName() + "[" + demand + "]";
  }
}
