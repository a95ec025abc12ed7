package io.selvage.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.selvage.CancelScope;
import io.selvage.CancelledException;
import io.selvage.LeakCheck;
import io.selvage.Selvage;
import io.selvage.TaskGroup;
import io.selvage.Threads;
import io.selvage.Threads.Kind;
import io.selvage.Threads.Running;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Cancellation while a stage is awaited: of the waiting thread, and of the stage itself. */
@ExtendWith(LeakCheck.class)
class FuturesCancelTest {
  private final CompletableFuture<String> future = new CompletableFuture<>();
  private final AtomicReference<String> got = new AtomicReference<>();

  // ---- the waiting thread is cancelled

  @Test
  void cancellingTheWaiterCancelsTheStage() throws Exception {
    CancelScope scope = CancelScope.create();
    Running<Boolean> waiter = Kind.VIRTUAL.start(() -> scope.run(() -> Futures.await(future)));
    Threads.awaitBlocked(waiter.thread());
    scope.cancel();
    assertThat(waiter.get()).isFalse();
    assertThat(future).isCancelled();
  }

  @Test
  void aWaiterThatIsCancelledAlreadyCancelsTheStage() throws Exception {
    CancelScope scope = CancelScope.create();
    scope.cancel();
    assertThat(scope.run(() -> Futures.await(future))).isFalse();
    assertThat(future).isCancelled();
  }

  @Test
  void aTimeLimitCancelsTheStage() {
    assertThatThrownBy(
            () -> CancelScope.failAfter(Duration.ofMillis(1)).call(() -> Futures.await(future)))
        .isInstanceOf(TimeoutException.class);
    assertThat(future).isCancelled();
  }

  @Test
  void aFailureBesideItCancelsTheStage() {
    IllegalStateException failure = new IllegalStateException("beside it");
    assertThatThrownBy(
            () ->
                TaskGroup.run(
                    group -> {
                      group.fork(() -> Futures.await(future));
                      Threads.awaitCondition(
                          "it is awaited", () -> future.getNumberOfDependents() == 1);
                      throw failure;
                    }))
        .isSameAs(failure);
    assertThat(future).isCancelled();
  }

  @Test
  void anInterruptFromOutsideEndsTheWaitAndCancelsTheStage() {
    Running<String> waiter = Kind.VIRTUAL.start(() -> Futures.await(future));
    Threads.awaitBlocked(waiter.thread());
    waiter.thread().interrupt();
    assertThat(waiter.failure()).isExactlyInstanceOf(InterruptedException.class);
    assertThat(future).isCancelled();
  }

  @Test
  void awaitSharedLeavesTheStageAlone() throws Exception {
    assertThat(
            CancelScope.moveOnAfter(Duration.ofMillis(1)).call(() -> Futures.awaitShared(future)))
        .isEmpty();
    assertThat(future).isNotDone();
    future.complete("later");
    assertThat(Futures.<String>awaitShared(future)).isEqualTo("later");
  }

  @Test
  void aStageThatIsNoFutureIsLeftAlone() throws Exception {
    CompletableFuture<String> stubborn =
        new CompletableFuture<>() {
          @Override
          public CompletableFuture<String> toCompletableFuture() {
            throw new UnsupportedOperationException();
          }
        };
    CancelScope scope = CancelScope.create();
    scope.cancel();
    assertThat(scope.run(() -> Futures.await(stubborn))).isFalse();
    assertThat(stubborn).isNotDone();
  }

  // ---- the stage is cancelled

  @Test
  void aCancelledStageIsNoCancellationOfTheCaller() {
    future.cancel(true);
    for (CompletionStage<String> stage : List.of(future, future.thenApply(x -> x))) {
      assertThatThrownBy(() -> Futures.await(stage))
          .isInstanceOf(CancellationException.class)
          .hasMessageContaining("not the one who waits")
          .hasCauseInstanceOf(CancellationException.class);
    }
  }

  @Test
  void aCancelledCallerIsToldOfItsOwnCancellationRatherThanOfTheFutures() throws Exception {
    CancelScope scope = CancelScope.create();
    AtomicReference<Throwable> told = new AtomicReference<>();
    future.cancel(true);
    scope.run(
        () -> {
          scope.cancel();
          told.set(catchThrowable(() -> Futures.await(future)));
        });
    assertThat(told.get()).isInstanceOf(CancelledException.class);
  }

  // ---- a result at the same moment

  /** Waits for the stage, notes the result, and is cancelled by the operation behind that. */
  private Running<Boolean> startWaiting(CancelScope scope, CompletableFuture<String> stage) {
    return Kind.VIRTUAL.start(
        () ->
            scope.run(
                () -> {
                  got.set(Futures.await(stage));
                  Selvage.throwIfCancelled();
                }));
  }

  @Test
  void aResultThatComesWhileTheStageIsBeingCancelledCounts() throws Exception {
    CompletableFuture<String> lastMoment =
        new CompletableFuture<>() {
          @Override
          public boolean cancel(boolean mayInterrupt) {
            complete("just in time");
            return false;
          }
        };
    CancelScope scope = CancelScope.create();
    Running<Boolean> waiter = startWaiting(scope, lastMoment);
    Threads.awaitBlocked(waiter.thread());
    scope.cancel();
    assertThat(waiter.get()).isFalse();
    assertThat(got).hasValue("just in time");
  }

  @Test
  void aResultWhoseCallbackIsStillOnItsWayCounts() throws Exception {
    List<Runnable> onTheirWay = new CopyOnWriteArrayList<>();
    CompletableFuture<String> slow =
        new CompletableFuture<>() {
          @Override
          public CompletableFuture<String> whenComplete(
              BiConsumer<? super String, ? super Throwable> action) {
            return whenCompleteAsync(action, onTheirWay::add);
          }
        };
    CancelScope scope = CancelScope.create();
    Running<Boolean> waiter = startWaiting(scope, slow);
    Threads.awaitBlocked(waiter.thread());
    slow.complete("before the cancel");
    scope.cancel();
    assertThat(waiter.get()).isFalse();
    assertThat(got).hasValue("before the cancel");
    onTheirWay.forEach(Runnable::run);
  }
}
