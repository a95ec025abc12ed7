package io.selvage.interop;

import io.selvage.interop.Flows.Emitter;
import io.selvage.interop.Flows.Generator;
import io.selvage.kernel.Completion;
import io.selvage.kernel.Region;
import io.selvage.kernel.ThreadRecord;
import io.selvage.kernel.WaitNode;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/** Delivers the items that a body emits. */
final class GeneratorSubscription<T> extends ServedSubscription<T> implements Emitter<T> {
  private final Generator<T> body;
  private @Nullable Thread server; // the server thread only

  GeneratorSubscription(Generator<T> body, Flow.Subscriber<? super T> subscriber) {
    super(subscriber);
    this.body = body;
  }

  @Override
  @SuppressWarnings("InterruptedExceptionSwallowed") // an InterruptedException is thrown on
  End produce() throws InterruptedException {
    server = Thread.currentThread();
    try {
      return scope.<Exception>run(() -> body.run(this)) ? new End.Complete() : new End.Cancelled();
    } catch (InterruptedException e) {
      throw e;
    } catch (Throwable failure) {
      if (demand.isOver()) {
        throw Throws.asDeclared(failure); // there is no subscriber to receive it
      }
      return new End.Failed(failure);
    }
  }

  @Override
  public void emit(T item) throws InterruptedException {
    Objects.requireNonNull(item, "item");
    if (Thread.currentThread() != server) {
      throw new IllegalStateException(
          "emit called from "
              + Thread.currentThread()
              + "; only the thread of the body may, as signals must not overlap (rule 1.3)");
    }
    if (!demand.take("Emitter.emit", this) || !deliver(item, false)) {
      awaitCancellation();
    }
  }

  /** The thread that has ended the subscription cancels the scope, perhaps a moment later. */
  private void awaitCancellation() throws InterruptedException {
    if (isShielded()) {
      throw new CancellationException("the subscription was cancelled, so nothing can be emitted");
    }
    scope.cancel(CANCELLED);
    var unused = new Completion<Boolean>().await("Emitter.emit", this, WaitNode.NEVER);
  }

  private boolean isShielded() {
    for (Region at = ThreadRecord.current().region(); at != null; at = at.parent()) {
      if (at.isShield() || at.scope() == scope) {
        return at.scope() != scope;
      }
    }
    return true;
  }
}
