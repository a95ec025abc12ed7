package io.selvage;

import static io.selvage.Threads.awaitCondition;
import static org.assertj.core.api.Assertions.assertThat;

import io.selvage.Threads.Kind;
import io.selvage.Threads.Running;
import io.selvage.function.ThrowingConsumer;
import io.selvage.function.ThrowingRunnable;
import io.selvage.service.CloseSignal;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;

/** One operation on objects of its own, for {@link CancelCase}. */
public abstract class Fixture {
  /** What the bodies of the operation do with a cancellation. */
  volatile Reaction reaction = Reaction.PASSES_ON;

  /** Whether a body has swallowed its cancellation and returned: then the operation may happen. */
  volatile boolean returnedEarly;

  /** The operation; returns if it happened. */
  abstract void perform() throws Exception;

  /** Makes the operation happen, now or when it begins. Called by another thread. */
  abstract void complete() throws Exception;

  /** Checks that nothing is lost and no thread waits any more; {@link #complete} was called. */
  void verify(boolean happened) throws Exception {}

  void close() {}

  static Fixture of(
      ThrowingRunnable<Exception> perform,
      ThrowingRunnable<Exception> complete,
      ThrowingConsumer<Boolean, Exception> verify) {
    return of(perform, complete, verify, () -> {});
  }

  /** A fixture of these four steps. */
  public static Fixture of(
      ThrowingRunnable<Exception> perform,
      ThrowingRunnable<Exception> complete,
      ThrowingConsumer<Boolean, Exception> verify,
      ThrowingRunnable<Exception> close) {
    return new Fixture() {
      @Override
      void perform() throws Exception {
        perform.run();
      }

      @Override
      void complete() throws Exception {
        complete.run();
      }

      @Override
      void verify(boolean happened) throws Exception {
        verify.accept(happened);
      }

      @Override
      void close() {
        try {
          close.run();
        } catch (Exception e) {
          throw new AssertionError(e);
        }
      }
    };
  }

  /** An operation that does not wait. */
  static Fixture instant(ThrowingRunnable<Exception> perform) {
    return of(perform, () -> {}, happened -> {});
  }

  /** An operation that happens when a scope is closed. */
  static Fixture untilClosed(ThrowingConsumer<CloseSignal, Exception> await) {
    CloseSignal scope = new CloseSignal();
    return of(
        () -> await.accept(scope), scope::close, happened -> assertThat(scope.isClosed()).isTrue());
  }

  /** The wait of a body that the operation runs. */
  final void await(CloseSignal end) throws InterruptedException {
    try {
      end.await();
    } catch (InterruptedException e) {
      returnedEarly |= reaction == Reaction.RESTORES_AND_RETURNS;
      reaction.to(e);
    }
  }

  /** The event that bodies wait for. */
  interface End {
    void await() throws InterruptedException;
  }

  /** An operation whose bodies wait until it is completed. */
  static Fixture ofBodies(ThrowingConsumer<End, Exception> operation) {
    CloseSignal scope = new CloseSignal();
    return new Fixture() {
      @Override
      void perform() throws Exception {
        operation.accept(() -> await(scope));
      }

      @Override
      void complete() {
        scope.close();
      }
    };
  }

  /** A fixture with a group that another thread holds open. */
  abstract static class InGroup extends Fixture {
    final AtomicReference<TaskGroup> group = new AtomicReference<>();
    final CountDownLatch closing = new CountDownLatch(1);
    final Running<Void> owner =
        Kind.VIRTUAL.run(
            () ->
                TaskGroup.run(
                    g -> {
                      group.set(g);
                      Threads.await(closing);
                    }));

    InGroup() {
      awaitCondition("the group is open", () -> group.get() != null);
    }

    @Override
    void close() {
      closing.countDown();
      assertThat(owner.failure()).isNull();
    }
  }

  /** A fixture with such a group, whose task has its result when the operation is completed. */
  abstract static class InGroupWithATask extends InGroup {
    private final CloseSignal end = new CloseSignal();

    /** The body of the task. */
    final String resultAtTheEnd() throws InterruptedException {
      await(end);
      return "result";
    }

    @Override
    void complete() {
      end.close();
    }
  }
}
