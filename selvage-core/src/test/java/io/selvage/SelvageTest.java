package io.selvage;

import static io.selvage.Bodies.failWith;
import static io.selvage.Bodies.never;
import static io.selvage.Checks.flag;
import static io.selvage.Threads.LONG;
import static io.selvage.Threads.awaitBlocked;
import static io.selvage.Threads.awaitCondition;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.selvage.Threads.Kind;
import io.selvage.Threads.Running;
import io.selvage.function.ThrowingRunnable;
import io.selvage.function.ThrowingSupplier;
import io.selvage.kernel.ThreadRecord;
import io.selvage.kernel.support.Durations;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@ExtendWith(LeakCheck.class)
class SelvageTest {

  @ParameterizedTest
  @EnumSource
  void sleepsAtLeastAsLongAsAsked(Kind kind) throws Exception {
    kind.complete(
        () -> {
          long start = System.nanoTime();
          Selvage.sleep(Duration.ofMillis(3));
          assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(3_000_000);
        });
  }

  @Test
  void sleepingForNoTimeIsACheckpoint() throws Exception {
    Selvage.sleep(Duration.ZERO);
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> Selvage.sleep(Duration.ZERO))
        .isExactlyInstanceOf(InterruptedException.class);
  }

  @Test
  void badDurationsAreRefused() {
    for (Duration bad :
        List.of(
            Duration.ofNanos(-1),
            Durations.MAX.plusNanos(1),
            Duration.ofSeconds(Long.MAX_VALUE),
            Duration.ofSeconds(Long.MIN_VALUE))) {
      assertThatThrownBy(() -> Selvage.sleep(bad)).isInstanceOf(IllegalArgumentException.class);
    }
    assertThatThrownBy(() -> Selvage.sleep(null)).isInstanceOf(NullPointerException.class);
  }

  @Test
  void operationsThatAreNotCancelledDoNothing() throws Exception {
    Selvage.checkpoint();
    Selvage.throwIfCancelled();
    assertThat(Selvage.isCancelled()).isFalse();
  }

  @Test
  void anInterruptFromOutsideIsThrownOnceWithACleanFlag() throws Exception {
    for (ThrowingRunnable<Exception> operation :
        List.<ThrowingRunnable<Exception>>of(
            Selvage::checkpoint,
            Selvage::throwIfCancelled,
            () -> Selvage.sleep(LONG),
            () -> Selvage.callCancellable(() -> 1, () -> {}))) {
      Thread.currentThread().interrupt();
      assertThatThrownBy(operation::run).isExactlyInstanceOf(InterruptedException.class);
      assertThat(flag()).isFalse();
      Selvage.checkpoint();
    }
  }

  @Test
  void throwIfCancelledThrowsTheReason() throws Exception {
    CancelScope scope = CancelScope.create();
    scope.run(
        () -> {
          scope.cancel("because");
          assertThat(Selvage.isCancelled()).isTrue();
          assertThatThrownBy(Selvage::throwIfCancelled)
              .isInstanceOfSatisfying(
                  CancelledException.class, e -> assertThat(e.reason()).isEqualTo("because"));
        });
    assertThat(Selvage.isCancelled()).isFalse();
  }

  @Test
  void aCheckpointLetsTheOthersOfALoopRun() throws Exception {
    StringBuilder order = new StringBuilder();
    TaskGroup.options()
        .withLimit(1)
        .run(
            g -> {
              CountDownLatch both = new CountDownLatch(1);
              g.launch(
                  () -> {
                    Threads.await(both);
                    order.append("a");
                    Selvage.checkpoint();
                    order.append("a");
                  });
              g.launch(
                  () -> {
                    order.append("b");
                    Selvage.checkpoint();
                    order.append("b");
                  });
              both.countDown();
            });
    assertThat(order).hasToString("abab");
  }

  // ---- cancellable

  @Test
  void aCancellableCallReturnsItsResult() throws Exception {
    AtomicInteger cancels = new AtomicInteger();
    assertThat(
            Selvage.<String, RuntimeException>callCancellable(() -> "v", cancels::incrementAndGet))
        .isEqualTo("v");
    assertThat(Selvage.<String, RuntimeException>callCancellable(() -> null, () -> {})).isNull();
    assertThat(cancels).hasValue(0);
  }

  @Test
  void aCancellableCallThatFailsByItselfThrowsThat() {
    IOException failure = new IOException("disk");
    assertThat(catchThrowable(() -> Selvage.callCancellable(() -> failWith(failure), () -> {})))
        .isSameAs(failure);
  }

  @Test
  void nullsAreRefused() {
    assertThatThrownBy(
            () -> Selvage.callCancellable((ThrowingSupplier<Object, Exception>) null, () -> {}))
        .isInstanceOf(NullPointerException.class);
    assertThatThrownBy(() -> Selvage.callCancellable(() -> 1, null))
        .isInstanceOf(NullPointerException.class);
  }

  @ParameterizedTest
  @EnumSource
  void theCancellerIsCalledInsteadOfAnInterruptAndTheFailureBecomesTheCause(Kind kind)
      throws Exception {
    CancelScope scope = CancelScope.create();
    AtomicInteger cancels = new AtomicInteger();
    CountDownLatch statement = new CountDownLatch(1);
    Throwable[] seen = new Throwable[1];
    Running<Boolean> running =
        kind.start(
            () ->
                scope.run(
                    () -> {
                      try {
                        Selvage.callCancellable(
                            () -> {
                              statement.await();
                              assertThat(flag()).isFalse();
                              throw new IOException("statement was cancelled");
                            },
                            () -> {
                              cancels.incrementAndGet();
                              statement.countDown();
                            });
                      } catch (CancelledException e) {
                        seen[0] = e;
                        throw e;
                      }
                    }));
    awaitCondition("it is inside", scope::isActive);
    awaitBlocked(running.thread());
    scope.cancel("stop");
    assertThat(running.get()).isFalse();
    assertThat(cancels).hasPositiveValue();
    assertThat(seen[0]).hasMessage("cancelled: stop");
    assertThat(seen[0].getCause()).isInstanceOf(IOException.class);
  }

  @ParameterizedTest
  @EnumSource
  void aResultThatTheCallReturnsAllTheSameIsReturned(Kind kind) throws Exception {
    CancelScope scope = CancelScope.create();
    CountDownLatch statement = new CountDownLatch(1);
    Running<String> running =
        kind.start(
            () ->
                scope
                    .<String, InterruptedException>call(
                        () ->
                            Selvage.callCancellable(
                                () -> {
                                  statement.await();
                                  return "all the same";
                                },
                                statement::countDown))
                    .orElseThrow());
    awaitCondition("it is inside", scope::isActive);
    awaitBlocked(running.thread());
    scope.cancel("stop");
    assertThat(running.get()).isEqualTo("all the same");
    assertThat(scope.cancelledCaught()).isFalse();
  }

  @Test
  void aCallIsNotBegunWhenTheThreadIsCancelled() throws Exception {
    CancelScope scope = CancelScope.create();
    AtomicBoolean called = new AtomicBoolean();
    assertThat(
            scope.run(
                () -> {
                  scope.cancel();
                  Selvage.callCancellable(
                      () -> {
                        called.set(true);
                        return 1;
                      },
                      () -> {});
                }))
        .isFalse();
    assertThat(called).isFalse();
  }

  @ParameterizedTest
  @EnumSource
  void whenTheCancelRacesWithItsBeginningTheCallNeverSeesAnInterrupt(Kind kind) throws Exception {
    for (int round = 0; round < 1_000; round++) {
      CancelScope scope = CancelScope.create();
      CountDownLatch inside = new CountDownLatch(1);
      AtomicBoolean interrupted = new AtomicBoolean();
      int pause = round % 50;
      Running<Boolean> running =
          kind.start(
              () ->
                  scope.run(
                      () -> {
                        inside.countDown();
                        for (int i = 0; i < pause * 20; i++) {
                          Thread.onSpinWait();
                        }
                        Selvage.callCancellable(
                            () -> {
                              for (int i = 0; i < 100; i++) {
                                Thread.onSpinWait();
                              }
                              interrupted.set(flag());
                              return 1;
                            },
                            () -> {});
                      }));
      Threads.await(inside);
      scope.cancel();
      running.get();
      assertThat(interrupted).as("round %s", round).isFalse();
    }
  }

  @Test
  void anErrorOfTheCallIsNoCancellation() throws Exception {
    CancelScope scope = CancelScope.create();
    CountDownLatch cancelled = new CountDownLatch(1);
    AssertionError bug = new AssertionError("bug");
    Throwable thrown =
        catchThrowable(
            () ->
                scope.run(
                    () ->
                        Selvage.callCancellable(
                            () -> {
                              scope.cancel();
                              Threads.await(cancelled);
                              throw bug;
                            },
                            cancelled::countDown)));
    assertThat(thrown).isSameAs(bug);
    assertThat(ThreadRecord.current().region()).isSameAs(ThreadRecord.current().root());
  }

  @Test
  void aCancellerThatThrowsDoesNotKeepTheCallFromEnding() throws Exception {
    CancelScope scope = CancelScope.create();
    CountDownLatch called = new CountDownLatch(1);
    assertThat(
            scope.run(
                () ->
                    Selvage.callCancellable(
                        () -> {
                          scope.cancel();
                          Threads.await(called);
                          return 1;
                        },
                        () -> {
                          called.countDown();
                          throw new IllegalStateException("meant: a canceller fails in a test");
                        })))
        .isTrue();
    Selvage.checkpoint();
  }

  @Test
  void aSelvageOperationInsideOfTheCallIsAbortedAsEverywhere() throws Exception {
    CancelScope scope = CancelScope.create();
    Running<Void> canceller =
        Kind.PLATFORM.run(
            () -> {
              awaitCondition("it is inside", scope::isActive);
              scope.cancel();
            });
    assertThat(scope.run(() -> Selvage.callCancellable(() -> never(), () -> {}))).isFalse();
    canceller.get();
    assertThat(scope.cancelledCaught()).isTrue();
  }

  @ParameterizedTest
  @EnumSource
  void aThreadThatWaitsForABlockedCancellerDoesNotSpin(Kind kind) throws Exception {
    CancelScope scope = CancelScope.create();
    CountDownLatch statement = new CountDownLatch(1);
    CountDownLatch network = new CountDownLatch(1);
    Running<String> running =
        kind.start(
            () -> {
              String result =
                  scope
                      .<String, InterruptedException>call(
                          () ->
                              Selvage.callCancellable(
                                  () -> {
                                    statement.await();
                                    return "result";
                                  },
                                  () -> {
                                    statement.countDown();
                                    Threads.await(network);
                                  }))
                      .orElseThrow();
              return result + (Thread.interrupted() ? ", interrupted" : "");
            });
    awaitCondition("it is inside", scope::isActive);
    awaitBlocked(running.thread());
    scope.cancel("stop");
    Threads.await(statement);
    awaitNap(running.thread());
    running.thread().interrupt();
    long later = System.nanoTime() + 20_000_000;
    awaitCondition("the naps begun by now are over", () -> System.nanoTime() - later > 0);
    awaitNap(running.thread());
    network.countDown();
    assertThat(running.get()).isEqualTo("result, interrupted");
  }

  private static void awaitNap(Thread thread) {
    awaitCondition(
        "it naps",
        () ->
            Arrays.stream(thread.getStackTrace())
                    .anyMatch(frame -> frame.getMethodName().equals("pause"))
                && thread.getState() != Thread.State.RUNNABLE);
  }
}
