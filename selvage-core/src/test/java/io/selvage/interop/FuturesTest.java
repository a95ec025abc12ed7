package io.selvage.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.selvage.CancelScope;
import io.selvage.CancelledException;
import io.selvage.LeakCheck;
import io.selvage.Loop;
import io.selvage.Selvage;
import io.selvage.Task;
import io.selvage.TaskFailedException;
import io.selvage.TaskGroup;
import io.selvage.Threads;
import io.selvage.Threads.Kind;
import io.selvage.Threads.Running;
import io.selvage.sync.Event;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@ExtendWith(LeakCheck.class)
class FuturesTest {
  private final CompletableFuture<String> future = new CompletableFuture<>();

  // ---- waiting for a stage

  @ParameterizedTest
  @EnumSource
  void awaitReturnsWhatAnotherThreadCompletesTheStageWith(Kind kind) throws Exception {
    Running<String> waiter = kind.start(() -> Futures.await(future));
    Threads.awaitBlocked(waiter.thread());
    future.complete("value");
    assertThat(waiter.get()).isEqualTo("value");
    assertThat(Futures.<String>await(future)).as("again").isEqualTo("value");
  }

  @Test
  void aStageThatIsDoneIsNotWaitedForAndMayHoldNull() throws Exception {
    assertThat(Futures.<String>await(CompletableFuture.completedFuture(null))).isNull();
    assertThat(Futures.<String>awaitShared(CompletableFuture.completedFuture("a"))).isEqualTo("a");
  }

  @Test
  void aStageMayBeAwaitedSeveralTimesAndByMany() throws Exception {
    TaskGroup.run(
        group -> {
          List<Task<String>> waiters = new ArrayList<>();
          for (int i = 0; i < 3; i++) {
            waiters.add(group.fork(() -> Futures.awaitShared(future)));
          }
          future.complete("value");
          for (Task<String> waiter : waiters) {
            assertThat(waiter.join()).isEqualTo("value");
          }
        });
  }

  /** So many tasks wait for the stage, all at the same time, and are cancelled. */
  private static void giveUp(CompletableFuture<String> never, int waits) throws Exception {
    int[] begun = {0};
    new Loop()
        .run(
            () ->
                TaskGroup.run(
                    group -> {
                      for (int i = 0; i < waits; i++) {
                        group.launch(
                            () -> {
                              begun[0]++;
                              Futures.awaitShared(never);
                            });
                      }
                      Selvage.checkpoint(); // behind this each of them waits
                      assertThat(begun[0]).isEqualTo(waits);
                      group.cancel();
                    }));
  }

  @Test
  void waitsThatWereGivenUpLeaveNothingBehindInAStageOfOthers() throws Exception {
    for (int round = 0; round < 100; round++) {
      giveUp(future, 1_000);
      assertThat(future.getNumberOfDependents()).isEqualTo(1);
    }
    Running<String> waiter = Kind.VIRTUAL.start(() -> Futures.awaitShared(future));
    future.complete("value");
    assertThat(waiter.get()).isEqualTo("value");
    assertThat(future.getNumberOfDependents()).isZero();
  }

  @Test
  void whatIsKnownOfAStageEndsWithIt() throws Exception {
    giveUp(future, 1);
    int before = SharedStages.size();
    CompletableFuture<String> ends = new CompletableFuture<>();
    giveUp(ends, 2);
    assertThat(SharedStages.size()).isEqualTo(before + 1);
    ends.completeExceptionally(new IllegalStateException("of the stage"));
    assertThat(SharedStages.size()).isEqualTo(before);
    assertThatThrownBy(() -> Futures.awaitShared(ends)).hasMessage("of the stage");
    assertThat(SharedStages.size()).isEqualTo(before);
  }

  @Test
  void aStageThatNeverEndsAndThatNobodyKnowsIsForgotten() throws Exception {
    int before = SharedStages.size();
    for (int i = 0; i < 100; i++) {
      giveUp(new CompletableFuture<>(), 1);
    }
    Threads.awaitCondition(
        "they are collected",
        () -> {
          System.gc();
          return SharedStages.size() <= before;
        });
  }

  @Test
  void aFailureIsThrownAsTheObjectItselfOutOfItsWrappers() {
    IllegalStateException failure = new IllegalStateException("of the stage");
    CompletionStage<String> dependent =
        CompletableFuture.<String>failedFuture(failure).thenApply(x -> x).thenApply(x -> x);
    assertThatThrownBy(() -> Futures.await(dependent)).isSameAs(failure);
    Error error = new AssertionError("of the stage");
    assertThatThrownBy(() -> Futures.await(CompletableFuture.failedFuture(error))).isSameAs(error);
  }

  @Test
  void whereItWasAwaitedIsSuppressedOnTheFailureOnce() {
    IllegalStateException failure = new IllegalStateException("of the stage");
    CompletableFuture<String> failed = CompletableFuture.failedFuture(failure);
    for (int i = 0; i < 3; i++) {
      assertThatThrownBy(() -> Futures.await(failed)).isSameAs(failure);
    }
    assertThat(failure.getSuppressed()).hasSize(1);
    assertThat(failure.getSuppressed()[0].getStackTrace())
        .anyMatch(frame -> frame.getClassName().equals(FuturesTest.class.getName()));
  }

  @Test
  void aCheckedFailureIsThrownAsItIsIfItIsDeclaredAndIsACauseOtherwise() {
    IOException failure = new IOException("of the stage");
    CompletableFuture<String> failed = CompletableFuture.failedFuture(failure);
    assertThatThrownBy(() -> Futures.await(failed, IOException.class)).isSameAs(failure);
    assertThatThrownBy(() -> Futures.awaitShared(failed, Exception.class)).isSameAs(failure);
    assertThatThrownBy(() -> Futures.await(failed))
        .isInstanceOf(CompletionException.class)
        .hasCause(failure);
    assertThatThrownBy(() -> Futures.await(failed, TimeoutException.class))
        .isInstanceOf(CompletionException.class)
        .hasCause(failure);
  }

  @Test
  void anInterruptOfTheOtherSideDoesNotLookLikeOneOfTheCaller() {
    InterruptedException theirs = new InterruptedException("theirs");
    assertThatThrownBy(() -> Futures.await(CompletableFuture.failedFuture(theirs), Exception.class))
        .isInstanceOf(CompletionException.class)
        .hasCause(theirs);
  }

  @Test
  void aFailureOfTheStageFailsTheGroupWithTheSameObject() {
    IllegalStateException failure = new IllegalStateException("of the stage");
    AtomicBoolean cleanedUp = new AtomicBoolean();
    Event begun = new Event();
    assertThatThrownBy(
            () ->
                TaskGroup.run(
                    group -> {
                      group.launch(
                          () -> {
                            begun.set();
                            try {
                              Selvage.sleep(Threads.LONG);
                            } finally {
                              cleanedUp.set(true);
                            }
                          });
                      group.fork(() -> Futures.await(future));
                      begun.await();
                      future.completeExceptionally(failure);
                    }))
        .isInstanceOf(TaskFailedException.class)
        .hasCause(failure);
    assertThat(cleanedUp).isTrue();
  }

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
  void awaitSharedLeavesTheStageAlone() throws Exception {
    assertThat(
            CancelScope.moveOnAfter(Duration.ofMillis(1)).call(() -> Futures.awaitShared(future)))
        .isEmpty();
    assertThat(future).isNotDone();
    future.complete("later");
    assertThat(Futures.<String>awaitShared(future)).isEqualTo("later");
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
    AtomicReference<String> got = new AtomicReference<>();
    Running<Boolean> waiter =
        Kind.VIRTUAL.start(
            () ->
                scope.run(
                    () -> {
                      got.set(Futures.await(lastMoment));
                      Selvage.throwIfCancelled(); // it is told by the next operation
                    }));
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
    AtomicReference<String> got = new AtomicReference<>();
    Running<Boolean> waiter =
        Kind.VIRTUAL.start(
            () ->
                scope.run(
                    () -> {
                      got.set(Futures.await(slow));
                      Selvage.throwIfCancelled();
                    }));
    Threads.awaitBlocked(waiter.thread());
    slow.complete("before the cancel");
    scope.cancel();
    assertThat(waiter.get()).isFalse();
    assertThat(got).hasValue("before the cancel");
    onTheirWay.forEach(Runnable::run);
  }

  @Test
  void inALoopTheOthersRunMeanwhile() throws Exception {
    String got =
        new Loop()
            .call(
                () ->
                    TaskGroup.call(
                        group -> {
                          group.fork(() -> future.complete("by another task of the loop"));
                          return Futures.await(future);
                        }));
    assertThat(got).isEqualTo("by another task of the loop");
  }

  // ---- showing a task as a future

  @Test
  void aFutureEndsWithTheResultOfItsTask() throws Exception {
    TaskGroup.run(
        group -> {
          Task<String> task = group.fork(() -> "value");
          assertThat(Futures.toFuture(task).get(20, TimeUnit.SECONDS)).isEqualTo("value");
          task.join();
          assertThat(Futures.toFuture(task)).as("it has ended").isCompletedWithValue("value");
        });
  }

  @Test
  void aFutureFailsWithTheOriginalException() throws Exception {
    IOException failure = new IOException("of the task");
    TaskGroup.run(
        group -> {
          CompletableFuture<String> failed =
              Futures.fork(
                  group,
                  "fails",
                  () -> {
                    throw failure;
                  });
          assertThatThrownBy(() -> failed.get(20, TimeUnit.SECONDS))
              .isInstanceOf(java.util.concurrent.ExecutionException.class)
              .cause()
              .isSameAs(failure);
        });
  }

  @Test
  void whoWaitsForTheFutureOfATaskGetsTheSameObject() throws Exception {
    IOException failure = new IOException("of the task");
    TaskGroup.run(
        group ->
            assertThat(
                    catchThrowable(
                        () ->
                            Futures.await(
                                Futures.fork(
                                    group,
                                    "fails",
                                    () -> {
                                      throw failure;
                                    }),
                                IOException.class)))
                .isSameAs(failure));
  }

  @Test
  void cancellingTheFutureCancelsTheTaskWithAllBelowItAndTheGroupWaitsForTheCleanUp()
      throws Exception {
    List<String> log = new ArrayList<>();
    Event begun = new Event();
    CompletableFuture<Object> running =
        TaskGroup.call(
            group -> {
              CompletableFuture<Object> made =
                  Futures.fork(
                      group,
                      "nested",
                      () -> {
                        try {
                          TaskGroup.run(
                              inner ->
                                  inner.launch(
                                      () -> {
                                        begun.set();
                                        try {
                                          Selvage.sleep(Threads.LONG);
                                        } finally {
                                          log.add("inner");
                                        }
                                      }));
                        } finally {
                          log.add("outer");
                        }
                        return null;
                      });
              begun.await();
              assertThat(made.cancel(true)).isTrue();
              assertThat(made).isCancelled();
              return made;
            });
    assertThat(log).containsExactly("inner", "outer");
    assertThat(running).isCancelled();
  }

  @Test
  void completingTheFutureFromOutsideCancelsTheTask() throws Exception {
    TaskGroup.run(
        group -> {
          List<Task<String>> tasks = new ArrayList<>();
          List<CompletableFuture<String>> futures = new ArrayList<>();
          for (int i = 0; i < 4; i++) {
            Task<String> task =
                group.fork(
                    () -> {
                      Selvage.sleep(Threads.LONG);
                      return "never";
                    });
            tasks.add(task);
            futures.add(Futures.toFuture(task));
          }
          futures.get(0).complete("from outside");
          futures.get(1).completeExceptionally(new IOException("from outside"));
          futures.get(2).orTimeout(1, TimeUnit.MILLISECONDS);
          futures.get(3).obtrudeValue("from outside");
          for (Task<String> task : tasks) {
            assertThatThrownBy(task::join)
                .isInstanceOf(io.selvage.TaskCancelledException.class)
                .hasMessageContaining("completed from outside");
          }
        });
  }

  @Test
  void theFutureOfACancelledTaskIsCancelled() throws Exception {
    CompletableFuture<String> cancelled =
        TaskGroup.call(
            group -> {
              Task<String> task =
                  group.fork(
                      () -> {
                        Selvage.sleep(Threads.LONG);
                        return "never";
                      });
              CompletableFuture<String> made = Futures.toFuture(task);
              task.cancel();
              return made;
            });
    assertThat(cancelled).isCancelled();
  }

  @Test
  void theFutureOfABodyInACancelledGroupIsCancelled() throws Exception {
    TaskGroup.run(
        group -> {
          group.cancel();
          assertThat(Futures.fork(group, "never", () -> "never")).isCancelled();
        });
  }

  @Test
  void whatDependsOnAFutureHasRunBeforeTheGroupEnds() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    AtomicReference<String> seen = new AtomicReference<>();
    TaskGroup.run(
        group -> {
          Task<String> task =
              group.fork(
                  () -> {
                    Threads.await(go);
                    return "value";
                  });
          Futures.toFuture(task).thenAccept(seen::set);
          go.countDown();
        });
    assertThat(seen).hasValue("value");
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
}
