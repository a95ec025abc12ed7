package io.selvage.interop;

import static io.selvage.Bodies.sleepThenCleanUp;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selvage.LeakCheck;
import io.selvage.Loop;
import io.selvage.Task;
import io.selvage.TaskFailedException;
import io.selvage.TaskGroup;
import io.selvage.Threads;
import io.selvage.Threads.Kind;
import io.selvage.Threads.Running;
import io.selvage.sync.Event;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Waiting for a stage: its result and its failure. */
@ExtendWith(LeakCheck.class)
class FuturesTest {
  private final CompletableFuture<String> future = new CompletableFuture<>();

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

  // ---- failures

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
                            sleepThenCleanUp(() -> cleanedUp.set(true));
                          });
                      group.fork(() -> Futures.await(future));
                      begun.await();
                      future.completeExceptionally(failure);
                    }))
        .isInstanceOf(TaskFailedException.class)
        .hasCause(failure);
    assertThat(cleanedUp).isTrue();
  }
}
