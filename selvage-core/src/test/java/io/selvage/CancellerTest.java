package io.selvage;

import static io.selvage.Threads.awaitCondition;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selvage.Threads.Kind;
import io.selvage.Threads.Running;
import io.selvage.function.ThrowingRunnable;
import io.selvage.service.LogCapture;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Foreign calls with a cancel of their own: when it is called, and on which thread. */
@ExtendWith(LeakCheck.class)
class CancellerTest {
  private static final Duration MILLI = Duration.ofMillis(1);

  private final CancelScope scope = CancelScope.create();
  private final AtomicInteger asked = new AtomicInteger();

  /** Runs a call inside of the scope, which is cancelled when the call has begun. */
  private boolean runCancelled(Canceller canceller, ThrowingRunnable<Exception> call)
      throws Exception {
    return scope.run(
        () ->
            canceller.run(
                () -> {
                  Kind.PLATFORM.complete(() -> scope.cancel("stop"));
                  call.run();
                }));
  }

  private static Canceller often(ThrowingRunnable<?> action) {
    return Canceller.of(action).withIntervals(MILLI, MILLI);
  }

  @ParameterizedTest
  @EnumSource
  void aCancelThatIsLostIsRepeated(Kind kind) throws Exception {
    CountDownLatch third = new CountDownLatch(3);
    Running<Boolean> running =
        kind.start(
            () ->
                runCancelled(
                    often(third::countDown),
                    () -> {
                      Threads.await(third);
                      throw new SQLException("statement was cancelled");
                    }));
    assertThat(running.get()).isFalse();
    assertThat(scope.cancelledCaught()).isTrue();
  }

  @Test
  void theShortFormRepeatsIt() throws Exception {
    CountDownLatch second = new CountDownLatch(2);
    assertThat(
            scope.run(
                () ->
                    Selvage.callCancellable(
                        () -> {
                          scope.cancel();
                          Threads.await(second);
                          throw new SQLException("statement was cancelled");
                        },
                        second::countDown)))
        .isFalse();
  }

  @Test
  void aCancellerThatFailsIsCalledAgainAndReportedOnce() throws Exception {
    CountDownLatch third = new CountDownLatch(3);
    try (LogCapture log = new LogCapture()) {
      assertThat(
              runCancelled(
                  often(
                      () -> {
                        third.countDown();
                        throw new IOException("meant: the network is down");
                      }),
                  () -> Threads.await(third)))
          .isTrue();
      assertThat(log.messages())
          .containsExactly(
              "SEVERE: failure of the canceller of a call of "
                  + Thread.currentThread().getName()
                  + " that nobody can receive");
    }
    assertThat(Selvage.isCancelled()).isFalse();
  }

  @Test
  void inATaskTheHandlerOfItsGroupGetsWhatTheCancellerThrows() throws Exception {
    IOException down = new IOException("network is down");
    List<Object> uncaught = new CopyOnWriteArrayList<>();
    CountDownLatch second = new CountDownLatch(2);
    TaskGroup.options()
        .withName("db")
        .withUncaughtHandler((name, failure) -> uncaught.addAll(List.of(name, failure)))
        .run(
            group ->
                group.fork(
                    "query",
                    () ->
                        runCancelled(
                            often(
                                () -> {
                                  second.countDown();
                                  throw down;
                                }),
                            () -> Threads.await(second))));
    assertThat(uncaught).containsExactly("the canceller of a call of task 'db/query'", down);
  }

  @Test
  void aCancellerIsNeverCalledOutsideOfItsCall() throws Exception {
    AtomicBoolean inside = new AtomicBoolean();
    AtomicInteger strays = new AtomicInteger();
    Canceller canceller =
        Canceller.of(
                () -> {
                  asked.incrementAndGet();
                  if (!inside.get()) {
                    strays.incrementAndGet();
                  }
                  for (int i = 0; i < 100; i++) {
                    Thread.onSpinWait();
                  }
                  if (!inside.get()) {
                    strays.incrementAndGet();
                  }
                })
            .withIntervals(MILLI, MILLI);
    for (int round = 0; round < 300; round++) {
      CancelScope once = CancelScope.create();
      int pause = round * 2_000;
      var unused =
          once.run(
              () -> {
                inside.set(true);
                canceller.run(
                    () -> {
                      once.cancel();
                      for (int i = 0; i < pause; i++) {
                        Thread.onSpinWait();
                      }
                    });
                inside.set(false);
              });
    }
    assertThat(asked).hasPositiveValue();
    assertThat(strays).hasValue(0);
  }

  @Test
  void noInterruptReachesTheCancellerAndNoneOfItsOwnTheNextCall() throws Exception {
    List<Boolean> flags = new CopyOnWriteArrayList<>();
    CountDownLatch fifth = new CountDownLatch(5);
    var unused =
        runCancelled(
            often(
                () -> {
                  flags.add(Thread.currentThread().isInterrupted());
                  Thread.currentThread().interrupt();
                  fifth.countDown();
                }),
            () -> Threads.await(fifth));
    assertThat(flags).hasSizeGreaterThanOrEqualTo(5).containsOnly(false);
  }

  @ParameterizedTest
  @EnumSource
  void aScopeThatIsEnteredWithinACallWhoseCancelWasLostIsInterrupted(Kind kind) throws Exception {
    CountDownLatch first = new CountDownLatch(1);
    Running<Boolean> running =
        kind.start(
            () ->
                runCancelled(
                    Canceller.of(first::countDown).withSingleCall(),
                    () -> {
                      Threads.await(first);
                      var unused = CancelScope.create().run(Threads::blockInForeignCode);
                    }));
    assertThat(running.get()).isFalse();
  }

  @ParameterizedTest
  @EnumSource
  void foreignCodeBehindACallThatReturnedAnywayIsInterrupted(Kind kind) throws Exception {
    CountDownLatch first = new CountDownLatch(1);
    Running<Boolean> running =
        kind.start(
            () ->
                scope.run(
                    () -> {
                      Selvage.runCancellable(
                          () -> {
                            scope.cancel();
                            Threads.await(first);
                          },
                          first::countDown);
                      new LinkedBlockingQueue<String>().take();
                    }));
    assertThat(running.get()).isFalse();
  }

  @Test
  void manyCancellersThatBlockTakeFewThreads() throws Exception {
    AtomicInteger most = new AtomicInteger();
    AtomicInteger now = new AtomicInteger();
    CountDownLatch begun = new CountDownLatch(2_000);
    Running<Void> running =
        Kind.PLATFORM.run(
            () -> {
              boolean completed =
                  scope.run(
                      () ->
                          TaskGroup.run(
                              group -> {
                                for (int i = 0; i < 2_000; i++) {
                                  group.launch(() -> callThatIsCancelledSlowly(begun, now, most));
                                }
                              }));
              assertThat(completed).isFalse();
            });
    Threads.await(begun);
    scope.cancel();
    running.get();
    assertThat(asked).hasValue(2_000);
    assertThat(most.get()).isLessThanOrEqualTo(64);
  }

  private void callThatIsCancelledSlowly(
      CountDownLatch begun, AtomicInteger now, AtomicInteger most) throws Exception {
    CountDownLatch cancelled = new CountDownLatch(1);
    Canceller.of(
            () -> {
              most.accumulateAndGet(now.incrementAndGet(), Math::max);
              Thread.sleep(5);
              asked.incrementAndGet();
              now.decrementAndGet();
              cancelled.countDown();
            })
        .withSingleCall()
        .run(
            () -> {
              begun.countDown();
              cancelled.await();
              throw new SQLException("cancelled");
            });
  }

  @Test
  void cancellersThatBlockForGoodDoNotKeepOthersFromBeingCalled() throws Exception {
    CountDownLatch network = new CountDownLatch(1);
    CountDownLatch blocked = new CountDownLatch(30);
    CancelScope dead = CancelScope.create();
    AtomicInteger inside = new AtomicInteger();
    Running<Void> calls =
        Kind.PLATFORM.run(
            () ->
                TaskGroup.run(
                    group -> {
                      for (int i = 0; i < 30; i++) {
                        group.fork(
                            () ->
                                dead.run(
                                    () ->
                                        Selvage.runCancellable(
                                            () -> {
                                              inside.incrementAndGet();
                                              Threads.await(network);
                                            },
                                            () -> {
                                              blocked.countDown();
                                              Threads.await(network);
                                            })));
                      }
                    }));
    awaitCondition("all are inside", () -> inside.get() == 30);
    dead.cancel();
    Threads.await(blocked);
    CountDownLatch alive = new CountDownLatch(1);
    assertThat(runCancelled(Canceller.of(alive::countDown), () -> Threads.await(alive))).isTrue();
    network.countDown();
    calls.get();
  }

  @Test
  void badArgumentsAreRefused() {
    Canceller canceller = Canceller.of(() -> {});
    assertThatThrownBy(() -> Canceller.of(null)).hasMessage("action");
    assertThatThrownBy(() -> canceller.call(null)).hasMessage("call");
    assertThatThrownBy(() -> canceller.run(null)).hasMessage("call");
    assertThatThrownBy(() -> canceller.withIntervals(null, MILLI)).hasMessage("first");
    assertThatThrownBy(() -> canceller.withIntervals(MILLI, null)).hasMessage("longest");
    assertThatThrownBy(() -> canceller.withIntervals(Duration.ZERO, MILLI))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("first must be at least 1 ms, was PT0S; to call it once use withSingleCall()");
    assertThatThrownBy(() -> canceller.withIntervals(MILLI, Duration.ZERO))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("longest must be at least as long as first, which is PT0.001S, was PT0S");
    assertThat(canceller).hasToString("Canceller[PT0.05S to PT1S]");
    assertThat(canceller.withSingleCall()).hasToString("Canceller[single call]");
  }
}
