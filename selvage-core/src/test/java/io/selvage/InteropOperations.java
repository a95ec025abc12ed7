package io.selvage;

import io.selvage.interop.WaitingOperations;
import java.util.List;
import java.util.function.Supplier;

/** The operations of {@code io.selvage.interop} that wait, for {@link CancelEverywhereTest}. */
final class InteropOperations {
  static final List<Operation> ALL =
      List.of(
          of("Futures.await", WaitingOperations::futuresAwait),
          of("Futures.awaitShared", WaitingOperations::futuresAwaitShared),
          of("FlowReceiver.receive", WaitingOperations::flowReceive),
          of("FlowReceiver.forEach", WaitingOperations::flowForEach),
          of("Emitter.emit", WaitingOperations::emit),
          of("GroupExecutor's Future.get", WaitingOperations::futureGet),
          of("GroupExecutor.invokeAll", WaitingOperations::invokeAll),
          of("GroupExecutor.invokeAny", WaitingOperations::invokeAny),
          of("GroupExecutor.awaitTermination", WaitingOperations::awaitTermination),
          of("Background.finish", WaitingOperations::backgroundFinish),
          of("HomeThread.callSync", WaitingOperations::callSync));

  private InteropOperations() {}

  private static Operation of(String name, Supplier<WaitingOperations.Waiting> waiting) {
    return Operation.waiting(name, () -> new Interop(waiting.get()));
  }

  /** An operation of {@code io.selvage.interop}. */
  private static final class Interop extends Fixture {
    private final WaitingOperations.Waiting waiting;

    Interop(WaitingOperations.Waiting waiting) {
      this.waiting = waiting;
    }

    @Override
    void perform() throws Exception {
      waiting.perform().run();
    }

    @Override
    void complete() throws Exception {
      waiting.complete().run();
    }

    @Override
    void verify(boolean happened) throws Exception {
      waiting.verify().accept(happened);
    }

    @Override
    void close() {
      try {
        waiting.close().run();
      } catch (Exception e) {
        throw new AssertionError(e);
      }
    }
  }
}
