package io.selvage;

import static io.selvage.Threads.LONG;
import static io.selvage.Threads.awaitBlocked;
import static io.selvage.Threads.awaitCondition;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.selvage.CancelledException.Source;
import io.selvage.Threads.Kind;
import io.selvage.Threads.Running;
import io.selvage.kernel.Durations;
import io.selvage.kernel.KernelAccess;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.channels.ClosedByInterruptException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

@ExtendWith(LeakCheck.class)
class CancelScopeTest {
  private static final Duration SOON = Duration.ofMillis(2);

  private static boolean flag() {
    return Thread.currentThread().isInterrupted();
  }

  private static void assertCancelled(CancelScope scope) {
    assertThat(scope.isCancelled()).isTrue();
    assertThat(scope.cancelledCaught()).isTrue();
  }

  // ---- state

  @Test
  void aNewScopeIsIdle() {
    CancelScope scope = CancelScope.create();
    assertThat(scope.isActive()).isFalse();
    assertThat(scope.isCancelled()).isFalse();
    assertThat(scope.cancelledCaught()).isFalse();
    assertThat(scope.timedOut()).isFalse();
    assertThat(scope.isShield()).isFalse();
    assertThat(scope.reason()).isEmpty();
    assertThat(scope.deadline()).isEqualTo(Deadline.NEVER);
    assertThat(scope).hasToString("CancelScope[idle]");
  }

  @Test
  void isActiveWhileSomebodyIsInside() throws Exception {
    CancelScope scope = CancelScope.create();
    assertThat(
            scope.run(
                () -> {
                  assertThat(scope.isActive()).isTrue();
                  assertThat(scope).hasToString("CancelScope[active]");
                }))
        .isTrue();
    assertThat(scope.isActive()).isFalse();
  }

  @Test
  void theFirstCancelWinsAndItsReasonStays() throws Exception {
    CancelScope scope = CancelScope.create();
    assertThat(scope.cancel("first")).isTrue();
    assertThat(scope.cancel("second")).isFalse();
    assertThat(scope.cancel()).isFalse();
    assertThat(scope.reason()).contains("first");
    assertThat(scope.isCancelled()).isTrue();
    assertThat(scope.toString()).contains("first");
    Throwable[] seen = new Throwable[1];
    scope.run(() -> seen[0] = catchThrowable(Selvage::checkpoint));
    assertThat(seen[0])
        .isInstanceOfSatisfying(
            CancelledException.class,
            e -> {
              assertThat(e.reason()).isEqualTo("first");
              assertThat(e.source()).isEqualTo(Source.CALL);
              assertThat(e).hasMessage("cancelled: first");
            });
  }

  @Test
  void nullsAreRefused() {
    CancelScope scope = CancelScope.create();
    assertThatThrownBy(() -> scope.cancel(null)).isInstanceOf(NullPointerException.class);
    assertThatThrownBy(() -> scope.run(null)).isInstanceOf(NullPointerException.class);
    assertThatThrownBy(() -> scope.call(null)).isInstanceOf(NullPointerException.class);
    assertThatThrownBy(() -> scope.setDeadline(null)).isInstanceOf(NullPointerException.class);
    assertThatThrownBy(() -> CancelScope.withTimeout(null))
        .isInstanceOf(NullPointerException.class);
    assertThatThrownBy(() -> CancelScope.withDeadline(null))
        .isInstanceOf(NullPointerException.class);
    assertThatThrownBy(() -> CancelScope.shield(null)).isInstanceOf(NullPointerException.class);
    assertThat(scope.isCancelled()).isFalse();
    assertThat(scope.isActive()).isFalse();
  }

  static List<ThrowingConsumer<Duration, Exception>> takersOfATimeout() {
    return List.of(
        CancelScope::withTimeout,
        CancelScope::shield,
        d -> CancelScope.moveOnAfter(d, () -> {}),
        d -> CancelScope.moveOnAfter(d, () -> 1),
        d -> CancelScope.failAfter(d, () -> {}),
        d -> CancelScope.failAfter(d, () -> 1));
  }

  @ParameterizedTest
  @MethodSource("takersOfATimeout")
  void negativeAndAbsurdTimeoutsAreRefused(ThrowingConsumer<Duration, Exception> taker) {
    assertThatThrownBy(() -> taker.accept(Duration.ofNanos(-1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(">= 0");
    assertThatThrownBy(() -> taker.accept(Durations.MAX.plusNanos(1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("100 years");
    assertThatThrownBy(() -> taker.accept(Duration.ofSeconds(Long.MAX_VALUE)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aHundredYearsAreAccepted() throws Exception {
    assertThat(CancelScope.moveOnAfter(Durations.MAX, () -> 1)).contains(1);
  }

  // ---- catching

  @ParameterizedTest
  @EnumSource
  void catchesItsOwnCancelAndTheCodeBehindRunsOn(Kind kind) throws Exception {
    CancelScope scope = CancelScope.create();
    Running<Boolean> running =
        kind.start(
            () -> {
              boolean completed = scope.run(() -> Selvage.sleep(LONG));
              Selvage.checkpoint();
              Selvage.sleep(Duration.ofNanos(1));
              return completed;
            });
    awaitCondition("it sleeps", scope::isActive);
    awaitBlocked(running.thread());
    scope.cancel("stop");
    assertThat(running.get()).isFalse();
    assertCancelled(scope);
    assertThat(scope.timedOut()).isFalse();
    assertThat(scope.isActive()).isFalse();
  }

  @ParameterizedTest
  @EnumSource
  void interruptsAThreadThatIsBlockedInForeignCode(Kind kind) throws Exception {
    for (ThrowingRunnable<Exception> foreign :
        List.<ThrowingRunnable<Exception>>of(
            Threads::blockInForeignCode,
            () -> Thread.sleep(LONG),
            () -> new LinkedBlockingQueue<String>().take())) {
      CancelScope scope = CancelScope.create();
      Running<Boolean> running =
          kind.start(
              () -> {
                boolean completed = scope.run(foreign);
                Thread.sleep(0);
                return completed;
              });
      awaitCondition("it is inside", scope::isActive);
      awaitBlocked(running.thread());
      scope.cancel("stop");
      assertThat(running.get()).isFalse();
      assertCancelled(scope);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aRunningThreadSeesItAtItsNextOperation(Kind kind) throws Exception {
    CancelScope scope = CancelScope.create();
    CountDownLatch inside = new CountDownLatch(1);
    CountDownLatch cancelled = new CountDownLatch(1);
    Running<Boolean> running =
        kind.start(
            () ->
                scope.run(
                    () -> {
                      inside.countDown();
                      while (cancelled.getCount() > 0) {
                        Thread.onSpinWait();
                      }
                      assertThat(Selvage.isCancelled()).isTrue();
                      Selvage.checkpoint();
                    }));
    Threads.await(inside);
    scope.cancel();
    cancelled.countDown();
    assertThat(running.get()).isFalse();
  }

  @ParameterizedTest
  @EnumSource
  void aRunningThreadHasItsFlagSetForTheNextForeignCall(Kind kind) throws Exception {
    CancelScope scope = CancelScope.create();
    CountDownLatch inside = new CountDownLatch(1);
    Running<Boolean> running =
        kind.start(
            () ->
                scope.run(
                    () -> {
                      inside.countDown();
                      awaitCondition("the flag is set", CancelScopeTest::flag);
                      Thread.sleep(LONG);
                    }));
    Threads.await(inside);
    scope.cancel();
    assertThat(running.get()).isFalse();
    assertCancelled(scope);
  }

  @Test
  void selfCancelThrowsAtTheNextOperationAndInterruptsTheNextForeignCall() throws Exception {
    CancelScope scope = CancelScope.create();
    assertThat(
            scope.run(
                () -> {
                  scope.cancel();
                  Selvage.checkpoint();
                }))
        .isFalse();
    assertCancelled(scope);
    CancelScope second = CancelScope.create();
    assertThat(
            second.run(
                () -> {
                  second.cancel();
                  Thread.sleep(LONG);
                }))
        .isFalse();
    assertCancelled(second);
  }

  @Test
  void aScopeThatWasCancelledBeforeItIsEnteredCancelsItsBody() throws Exception {
    CancelScope scope = CancelScope.create();
    scope.cancel("early");
    assertThat(scope.run(() -> Thread.sleep(LONG))).isFalse();
    assertCancelled(scope);
    CancelScope second = CancelScope.create();
    second.cancel("early");
    assertThat(second.run(Selvage::checkpoint)).isFalse();
    assertCancelled(second);
  }

  @Test
  void aCancelThatWasNotDeliveredIsRetractedAtTheExit() throws Exception {
    CancelScope early = CancelScope.create();
    early.cancel();
    assertThat(early.run(() -> {})).isTrue();
    assertThat(early.cancelledCaught()).isFalse();
    assertThat(flag()).isFalse();
    Thread.sleep(0);
    Selvage.checkpoint();

    CancelScope inside = CancelScope.create();
    assertThat(inside.run(() -> inside.cancel())).isTrue();
    assertThat(inside.cancelledCaught()).isFalse();
    Thread.sleep(0);
    Selvage.checkpoint();
  }

  @ParameterizedTest
  @EnumSource
  void aCancelFromAnotherThreadThatWasNotDeliveredIsRetractedAtTheExit(Kind kind) throws Exception {
    CancelScope scope = CancelScope.create();
    assertThat(scope.run(() -> kind.complete(scope::cancel))).isTrue();
    assertThat(scope.cancelledCaught()).isFalse();
    Thread.sleep(0);
    Selvage.checkpoint();
  }

  @Test
  void anInterruptFromOutsideSurvivesTheRetraction() throws Exception {
    CancelScope scope = CancelScope.create();
    scope.run(
        () -> {
          Thread.currentThread().interrupt();
          scope.cancel();
        });
    assertThat(Thread.interrupted()).isTrue();
  }

  @Test
  void everyOperationThrowsAgainAfterTheExceptionWasSwallowed() throws Exception {
    CancelScope scope = CancelScope.create();
    AtomicInteger thrown = new AtomicInteger();
    scope.run(
        () -> {
          scope.cancel();
          for (ThrowingRunnable<Exception> operation :
              List.<ThrowingRunnable<Exception>>of(
                  Selvage::checkpoint,
                  Selvage::throwIfCancelled,
                  () -> Selvage.sleep(Duration.ZERO),
                  () -> Selvage.sleep(LONG))) {
            try {
              operation.run();
            } catch (CancelledException e) {
              thrown.incrementAndGet();
              assertThat(flag()).isFalse();
            }
          }
        });
    assertThat(thrown).hasValue(4);
    assertThat(scope.cancelledCaught()).isFalse();
  }

  @Test
  void alsoInFinally() throws Exception {
    CancelScope scope = CancelScope.create();
    AtomicBoolean thrownInFinally = new AtomicBoolean();
    assertThat(
            scope.run(
                () -> {
                  scope.cancel();
                  try {
                    Selvage.checkpoint();
                  } finally {
                    thrownInFinally.set(
                        catchThrowable(() -> Selvage.sleep(LONG)) instanceof CancelledException);
                  }
                }))
        .isFalse();
    assertThat(thrownInFinally).isTrue();
  }

  @Test
  void aForeignCallIsInterruptedOnceOnly() throws Exception {
    CancelScope scope = CancelScope.create();
    assertThat(
            scope.run(
                () -> {
                  scope.cancel();
                  assertThatThrownBy(() -> Thread.sleep(LONG))
                      .isInstanceOf(InterruptedException.class);
                  Thread.sleep(0);
                }))
        .isTrue();
  }

  @Test
  void whatTheBodyThrowsOtherwisePassesUnchanged() {
    CancelScope scope = CancelScope.create();
    IOException failure = new IOException("disk");
    Throwable thrown =
        catchThrowable(
            () ->
                scope.run(
                    () -> {
                      scope.cancel();
                      throw failure;
                    }));
    assertThat(thrown).isSameAs(failure);
    assertThat(scope.cancelledCaught()).isFalse();
    assertThat(scope.isActive()).isFalse();
  }

  @Test
  void aCancelledExceptionFromElsewherePassesAScopeThatIsNotCancelled() throws Exception {
    Throwable stray = strayCancellation();
    CancelScope scope = CancelScope.create();
    assertThat(
            catchThrowable(
                () ->
                    scope.run(
                        () -> {
                          throw (InterruptedException) stray;
                        })))
        .isSameAs(stray);
    assertThat(scope.cancelledCaught()).isFalse();
  }

  private static Throwable strayCancellation() throws InterruptedException {
    Throwable[] seen = new Throwable[1];
    CancelScope other = CancelScope.create();
    other.cancel("other");
    other.run(() -> seen[0] = catchThrowable(Selvage::checkpoint));
    return seen[0];
  }

  @Test
  void isDecidedAtTheExitNotWhenTheExceptionIsThrown() throws Exception {
    CancelScope scope = CancelScope.create();
    Throwable stray = strayCancellation();
    assertThat(
            scope.run(
                () -> {
                  scope.cancel("meanwhile");
                  throw (InterruptedException) stray;
                }))
        .isFalse();
    assertThat(scope.cancelledCaught()).isTrue();
  }

  @Test
  void aScopeThatIsCancelledWhileAnotherCancellationIsOnItsWayLetsTheOuterOneCatch()
      throws Exception {
    CancelScope outer = CancelScope.create();
    CancelScope inner = CancelScope.create();
    assertThat(
            outer.run(
                () ->
                    inner.run(
                        () -> {
                          inner.cancel();
                          try {
                            Selvage.checkpoint();
                          } finally {
                            outer.cancel();
                          }
                        })))
        .isFalse();
    assertThat(inner.cancelledCaught()).isFalse();
    assertThat(outer.cancelledCaught()).isTrue();
  }

  // ---- foreign shapes

  static List<Exception> shapesOfAnInterrupt() {
    return List.of(
        new InterruptedException(),
        new ClosedByInterruptException(),
        new InterruptedIOException(),
        new SocketException("Closed by interrupt"),
        new UncheckedIOException(new ClosedByInterruptException()),
        new ExecutionException(new InterruptedException()),
        new IllegalStateException(new IllegalStateException(new InterruptedException())));
  }

  @ParameterizedTest
  @MethodSource("shapesOfAnInterrupt")
  void foreignShapesCountIfThisScopeInterruptedTheThread(Exception shape) throws Exception {
    CancelScope scope = CancelScope.create();
    boolean completed =
        scope.run(
            () -> {
              scope.cancel();
              assertThat(Thread.interrupted()).isTrue();
              throw shape;
            });
    assertThat(completed).isFalse();
    assertCancelled(scope);
  }

  @ParameterizedTest
  @MethodSource("shapesOfAnInterrupt")
  void foreignShapesPassIfThisScopeDidNotInterruptTheThread(Exception shape) {
    CancelScope scope = CancelScope.create();
    assertThat(
            catchThrowable(
                () ->
                    scope.run(
                        () -> {
                          throw shape;
                        })))
        .isSameAs(shape);
    CancelScope reported = CancelScope.create();
    assertThat(
            catchThrowable(
                () ->
                    reported.run(
                        () -> {
                          awaitOwnAbort(reported);
                          throw shape;
                        })))
        .isSameAs(shape);
    assertThat(reported.cancelledCaught()).isFalse();
  }

  /** Is cancelled while it waits, so that no interrupt is issued. */
  private static void awaitOwnAbort(CancelScope scope) {
    Thread me = Thread.currentThread();
    Running<Void> canceller =
        Kind.PLATFORM.run(
            () -> {
              awaitBlocked(me);
              scope.cancel();
            });
    assertThatThrownBy(() -> Selvage.sleep(LONG)).isInstanceOf(CancelledException.class);
    assertThat(canceller.failure()).isNull();
  }

  @Test
  void aSocketTimeoutIsNoShapeOfAnInterrupt() {
    CancelScope scope = CancelScope.create();
    assertThatThrownBy(
            () ->
                scope.run(
                    () -> {
                      scope.cancel();
                      throw new SocketTimeoutException("slow");
                    }))
        .isInstanceOf(SocketTimeoutException.class);
    assertThat(scope.cancelledCaught()).isFalse();
  }

  @Test
  void anotherSocketExceptionIsNoShapeOfAnInterrupt() {
    CancelScope scope = CancelScope.create();
    assertThatThrownBy(
            () ->
                scope.run(
                    () -> {
                      scope.cancel();
                      throw new SocketException("Connection reset");
                    }))
        .hasMessage("Connection reset");
  }

  @Test
  void aCycleOfCausesIsSurvived() {
    IllegalStateException a = new IllegalStateException("a");
    IllegalStateException b = new IllegalStateException("b", a);
    a.initCause(b);
    CancelScope scope = CancelScope.create();
    assertThat(
            catchThrowable(
                () ->
                    scope.run(
                        () -> {
                          scope.cancel();
                          throw a;
                        })))
        .isSameAs(a);
  }

  // ---- nesting

  @Test
  void ifOnlyTheOuterIsCancelledTheInnerLetsPassAndTheOuterCatches() throws Exception {
    CancelScope outer = CancelScope.create();
    CancelScope inner = CancelScope.create();
    assertThat(
            outer.run(
                () -> {
                  outer.cancel();
                  inner.run(Selvage::checkpoint);
                }))
        .isFalse();
    assertThat(inner.cancelledCaught()).isFalse();
    assertThat(inner.isCancelled()).isFalse();
    assertCancelled(outer);
  }

  @ParameterizedTest
  @EnumSource
  void ifOnlyTheInnerIsCancelledItCatchesAndTheOuterRunsOn(Kind kind) throws Exception {
    CancelScope outer = CancelScope.create();
    CancelScope inner = CancelScope.create();
    Running<Boolean> running =
        kind.start(
            () ->
                outer.run(
                    () -> {
                      assertThat(inner.run(() -> Selvage.sleep(LONG))).isFalse();
                      Selvage.checkpoint();
                      Thread.sleep(0);
                    }));
    awaitCondition("it is inside", inner::isActive);
    inner.cancel();
    assertThat(running.get()).isTrue();
    assertCancelled(inner);
    assertThat(outer.cancelledCaught()).isFalse();
  }

  @Test
  void ifBothAreCancelledTheOuterCatches() throws Exception {
    CancelScope outer = CancelScope.create();
    CancelScope inner = CancelScope.create();
    AtomicBoolean ranOn = new AtomicBoolean();
    assertThat(
            outer.run(
                () -> {
                  inner.run(
                      () -> {
                        inner.cancel();
                        outer.cancel();
                        Selvage.checkpoint();
                      });
                  ranOn.set(true);
                }))
        .isFalse();
    assertThat(inner.cancelledCaught()).isFalse();
    assertCancelled(outer);
    assertThat(ranOn).isFalse();
  }

  @Test
  void theOuterAssertsItselfBehindAnInnerOneThatCaughtNothing() throws Exception {
    CancelScope outer = CancelScope.create();
    CancelScope inner = CancelScope.create();
    assertThat(
            outer.run(
                () -> {
                  inner.run(outer::cancel);
                  Thread.sleep(LONG);
                }))
        .isFalse();
    assertCancelled(outer);
  }

  @Test
  void hundredThousandNestedScopesAreCancelledAtOnce() throws Exception {
    List<EnteredScope> stays = new ArrayList<>();
    CancelScope outermost = CancelScope.create();
    stays.add(outermost.enter());
    for (int i = 0; i < 100_000; i++) {
      stays.add(CancelScope.create().enter());
    }
    outermost.cancel();
    assertThatThrownBy(Selvage::checkpoint).isInstanceOf(CancelledException.class);
    stays.reversed().forEach(EnteredScope::close);
    Selvage.checkpoint();
  }

  // ---- shields

  @ParameterizedTest
  @EnumSource
  void aShieldHidesOuterCancellation(Kind kind) throws Exception {
    CancelScope outer = CancelScope.create();
    kind.complete(
        () ->
            assertThat(
                    outer.run(
                        () -> {
                          outer.cancel();
                          CancelScope shield = CancelScope.shieldUnlimited();
                          assertThat(
                                  shield.run(
                                      () -> {
                                        assertThat(Selvage.isCancelled()).isFalse();
                                        Selvage.sleep(Duration.ofNanos(1));
                                        Thread.sleep(0);
                                      }))
                              .isTrue();
                          assertThat(Selvage.isCancelled()).isTrue();
                          Selvage.checkpoint();
                        }))
                .isFalse());
    assertCancelled(outer);
  }

  @Test
  void aShieldHidesTheOuterDeadline() throws Exception {
    CancelScope outer = CancelScope.withTimeout(LONG);
    outer.run(
        () -> {
          assertThat(CancelScope.effectiveDeadline()).isEqualTo(outer.deadline());
          CancelScope.shieldUnlimited()
              .run(() -> assertThat(CancelScope.effectiveDeadline()).isEqualTo(Deadline.NEVER));
        });
  }

  @ParameterizedTest
  @EnumSource
  void aShieldHidesInterruptsFromOutsideUntilItIsLeft(Kind kind) throws Exception {
    CountDownLatch inside = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    Running<Void> running =
        kind.run(
            () -> {
              CancelScope.shieldUnlimited()
                  .run(
                      () -> {
                        inside.countDown();
                        Threads.await(goOn);
                        Selvage.checkpoint();
                        Selvage.sleep(Duration.ofNanos(1));
                        assertThat(flag()).isFalse();
                      });
              assertThat(flag()).isTrue();
              Selvage.checkpoint();
            });
    Threads.await(inside);
    running.thread().interrupt();
    goOn.countDown();
    assertThat(running.failure()).isExactlyInstanceOf(InterruptedException.class);
  }

  @Test
  void theOwnCancelOfAShieldWorksAndItCatches() throws Exception {
    CancelScope outer = CancelScope.create();
    CancelScope shield = CancelScope.shieldUnlimited();
    assertThat(shield.isShield()).isTrue();
    assertThat(shield.toString()).contains("shield");
    assertThat(
            outer.run(
                () -> {
                  outer.cancel();
                  shield.run(
                      () -> {
                        shield.cancel();
                        Selvage.checkpoint();
                      });
                  assertCancelled(shield);
                  Selvage.checkpoint();
                }))
        .isFalse();
    assertCancelled(outer);
  }

  @Test
  void theDeadlineOfAShieldEndsTheCleanUp() throws Exception {
    CancelScope outer = CancelScope.create();
    CancelScope shield = CancelScope.shield(SOON);
    outer.run(
        () -> {
          outer.cancel();
          assertThat(shield.run(() -> Selvage.sleep(LONG))).isFalse();
        });
    assertThat(shield.timedOut()).isTrue();
    assertThat(shield.cancelledCaught()).isTrue();
  }

  @Test
  void whatIsNestedInAShieldIsHiddenToo() throws Exception {
    CancelScope outer = CancelScope.create();
    outer.run(
        () -> {
          outer.cancel();
          CancelScope.shieldUnlimited()
              .run(() -> assertThat(CancelScope.create().run(Selvage::checkpoint)).isTrue());
        });
  }

  @Test
  void theCancellationIsAssertedAgainForForeignCodeBehindAShield() throws Exception {
    CancelScope outer = CancelScope.create();
    assertThat(
            outer.run(
                () -> {
                  CancelScope.shieldUnlimited().run(outer::cancel);
                  Thread.sleep(LONG);
                }))
        .isFalse();
    assertCancelled(outer);
  }

  // ---- deadlines

  @ParameterizedTest
  @EnumSource
  void moveOnAfterCancelsTheBodyAndReturnsEmpty(Kind kind) throws Exception {
    kind.complete(
        () -> {
          assertThat(CancelScope.<Void, RuntimeException>moveOnAfter(SOON, this::sleepLong))
              .isEmpty();
          assertThat(CancelScope.moveOnAfter(SOON, () -> Selvage.sleep(LONG))).isFalse();
          assertThat(CancelScope.moveOnAfter(SOON, () -> Thread.sleep(LONG))).isFalse();
          Selvage.checkpoint();
        });
  }

  private Void sleepLong() throws InterruptedException {
    Selvage.sleep(LONG);
    throw new AssertionError("slept");
  }

  @Test
  void moveOnAfterReturnsTheResultThatIsThereInTime() throws Exception {
    assertThat(CancelScope.moveOnAfter(LONG, () -> "value")).contains("value");
    assertThat(CancelScope.moveOnAfter(LONG, () -> {})).isTrue();
    assertThat(KernelAccess.armedTimers()).isZero();
  }

  @Test
  void aResultOfNullIsRefusedOutsideOfTheScope() throws Exception {
    assertThatThrownBy(() -> CancelScope.moveOnAfter(LONG, () -> (String) null))
        .isInstanceOf(NullPointerException.class)
        .hasMessageContaining("use run");
    assertThatThrownBy(() -> CancelScope.failAfter(LONG, () -> (String) null))
        .isInstanceOf(NullPointerException.class);
    Selvage.checkpoint();
  }

  @Test
  void failAfterThrowsATimeoutException() throws Exception {
    assertThatThrownBy(() -> CancelScope.failAfter(SOON, this::sleepLong))
        .isExactlyInstanceOf(TimeoutException.class)
        .hasMessageContaining("timed out");
    assertThatThrownBy(() -> CancelScope.failAfter(SOON, () -> Selvage.sleep(LONG)))
        .isExactlyInstanceOf(TimeoutException.class);
    assertThat(CancelScope.<String, RuntimeException>failAfter(LONG, () -> "value"))
        .isEqualTo("value");
    CancelScope.failAfter(LONG, () -> {});
  }

  @Test
  void aDeadlineSaysSo() throws Exception {
    CancelScope scope = CancelScope.withTimeout(SOON);
    Throwable[] seen = new Throwable[1];
    scope.run(() -> seen[0] = catchThrowable(() -> Selvage.sleep(LONG)));
    assertThat(scope.timedOut()).isTrue();
    assertThat(scope.reason()).contains("deadline");
    assertThat(seen[0])
        .isInstanceOfSatisfying(
            CancelledException.class, e -> assertThat(e.source()).isEqualTo(Source.DEADLINE));
  }

  @Test
  void aDeadlineThatHasPassedCancelsOnEntry() throws Exception {
    for (CancelScope scope :
        List.of(
            CancelScope.withTimeout(Duration.ZERO),
            CancelScope.withDeadline(Deadline.after(Duration.ZERO)),
            CancelScope.withDeadline(Deadline.after(Duration.ZERO).plus(LONG.negated())))) {
      assertThat(
              scope.run(
                  () -> {
                    assertThat(Selvage.isCancelled()).isTrue();
                    Selvage.checkpoint();
                  }))
          .isFalse();
      assertThat(scope.timedOut()).isTrue();
      assertThat(scope.cancelledCaught()).isTrue();
    }
  }

  private static void sleepAndSwallow() {
    assertThatThrownBy(() -> Selvage.sleep(LONG)).isInstanceOf(CancelledException.class);
  }

  @Test
  void aBodyThatSwallowsTheTimeoutCompletes() throws Exception {
    CancelScope scope = CancelScope.withTimeout(SOON);
    assertThat(scope.run(CancelScopeTest::sleepAndSwallow)).isTrue();
    assertThat(scope.timedOut()).isTrue();
    assertThat(scope.cancelledCaught()).isFalse();
    CancelScope.failAfter(SOON, CancelScopeTest::sleepAndSwallow);
  }

  @Test
  void aFailureOfTheBodyPassesThoughTheTimeIsOver() {
    assertThatThrownBy(
            () ->
                CancelScope.failAfter(
                    SOON,
                    () -> {
                      sleepAndSwallow();
                      throw new IOException("disk");
                    }))
        .isInstanceOf(IOException.class);
  }

  @Test
  void cancelledByHandBeforeTheTimeItIsNotTimedOut() throws Exception {
    CancelScope scope = CancelScope.withTimeout(LONG);
    assertThat(
            scope.run(
                () -> {
                  scope.cancel("by hand");
                  Selvage.checkpoint();
                }))
        .isFalse();
    assertThat(scope.timedOut()).isFalse();
    assertThat(scope.reason()).contains("by hand");
  }

  @Test
  void anOuterCancelIsNotReportedAsATimeoutByFailAfter() throws Exception {
    CancelScope outer = CancelScope.create();
    assertThat(
            outer.run(
                () -> {
                  outer.cancel();
                  CancelScope.failAfter(LONG, () -> Selvage.sleep(LONG));
                }))
        .isFalse();
    assertCancelled(outer);
  }

  @Test
  void leavingInTimeDisarmsTheTimer() throws Exception {
    CancelScope scope = CancelScope.withTimeout(LONG);
    scope.run(() -> assertThat(KernelAccess.armedTimers()).isEqualTo(1));
    assertThat(KernelAccess.armedTimers()).isZero();
    assertThat(scope.isCancelled()).isFalse();
  }

  @Test
  void aTimeoutBeginsWithTheFirstEntry() throws Exception {
    CancelScope scope = CancelScope.withTimeout(LONG);
    assertThat(scope.deadline()).isEqualTo(Deadline.NEVER);
    scope.run(() -> {});
    Deadline fixed = scope.deadline();
    assertThat(fixed).isNotEqualTo(Deadline.NEVER);
    scope.run(() -> assertThat(KernelAccess.armedTimers()).isEqualTo(1));
    assertThat(scope.deadline()).isEqualTo(fixed);
  }

  @Test
  void aDeadlineCanBeMovedAwayWhileInside() throws Exception {
    CancelScope scope = CancelScope.withTimeout(Duration.ofMillis(20));
    assertThat(
            scope.run(
                () -> {
                  scope.setDeadline(Deadline.NEVER);
                  assertThat(KernelAccess.armedTimers()).isZero();
                  scope.setDeadline(Deadline.after(LONG));
                  assertThat(KernelAccess.armedTimers()).isEqualTo(1);
                  Selvage.sleep(Duration.ofMillis(25));
                }))
        .isTrue();
    assertThat(scope.isCancelled()).isFalse();
  }

  @Test
  void aDeadlineCanBeMovedNearerWhileInside() throws Exception {
    CancelScope scope = CancelScope.withTimeout(LONG);
    assertThat(
            scope.run(
                () -> {
                  scope.setDeadline(Deadline.after(SOON));
                  Selvage.sleep(LONG);
                }))
        .isFalse();
    assertThat(scope.timedOut()).isTrue();
  }

  @ParameterizedTest
  @EnumSource
  void aDeadlineThatAnotherThreadSetsInThePastCancelsAtOnce(Kind kind) throws Exception {
    CancelScope scope = CancelScope.create();
    Running<Boolean> running = kind.start(() -> scope.run(() -> Selvage.sleep(LONG)));
    awaitCondition("it is inside", scope::isActive);
    scope.setDeadline(Deadline.after(Duration.ZERO));
    assertThat(running.get()).isFalse();
    assertThat(scope.timedOut()).isTrue();
  }

  @Test
  void settingTheDeadlineBeforeEntryArmsNothing() throws Exception {
    CancelScope scope = CancelScope.create();
    scope.setDeadline(Deadline.after(LONG));
    assertThat(KernelAccess.armedTimers()).isZero();
    assertThat(scope.run(() -> assertThat(KernelAccess.armedTimers()).isEqualTo(1))).isTrue();
  }

  @Test
  void aScopeThatIsCancelledStaysSoWhenItsDeadlineIsMoved() throws Exception {
    CancelScope scope = CancelScope.create();
    scope.cancel("first");
    scope.setDeadline(Deadline.NEVER);
    assertThat(scope.isCancelled()).isTrue();
    scope.setDeadline(Deadline.after(LONG));
    assertThat(scope.run(Selvage::checkpoint)).isFalse();
  }

  @Test
  void aDeadlineMovedWhileItsTimerRunsLeavesNoTimerBehind() throws Exception {
    for (int round = 0; round < 1_500; round++) {
      Deadline soon = Deadline.after(Duration.ofNanos(30_000));
      CancelScope scope = CancelScope.withDeadline(soon);
      scope.run(
          () -> {
            while (!soon.isExpired()) {
              Thread.onSpinWait();
            }
            scope.setDeadline(Deadline.after(LONG));
            scope.setDeadline(Deadline.after(LONG));
          });
      assertThat(KernelAccess.armedTimers()).as("round %s", round).isZero();
    }
  }

  @ParameterizedTest
  @EnumSource
  void aTimerThatComesLateInterruptsNobody(Kind kind) throws Exception {
    kind.complete(
        () -> {
          for (int each = 0; each < 300; each++) {
            int round = each;
            CancelScope.moveOnAfter(Duration.ofNanos(20_000 + round * 50L), () -> spin(round));
            assertThat(flag()).isFalse();
            Thread.sleep(0);
            Selvage.checkpoint();
          }
        });
  }

  private static void spin(int times) {
    for (int i = 0; i < times * 20; i++) {
      Thread.onSpinWait();
    }
  }

  @Test
  void theEffectiveDeadlineIsTheEarliestOfTheVisibleOnes() throws Exception {
    assertThat(CancelScope.effectiveDeadline()).isEqualTo(Deadline.NEVER);
    CancelScope early = CancelScope.withTimeout(LONG);
    CancelScope late = CancelScope.withTimeout(LONG.multipliedBy(2));
    early.run(
        () ->
            late.run(
                () -> assertThat(CancelScope.effectiveDeadline()).isEqualTo(early.deadline())));
    late.run(
        () ->
            early.run(
                () -> assertThat(CancelScope.effectiveDeadline()).isEqualTo(early.deadline())));
    late.run(
        () ->
            CancelScope.create()
                .run(() -> assertThat(CancelScope.effectiveDeadline()).isEqualTo(late.deadline())));
  }

  @Test
  void theEffectiveDeadlineHasPassedInACancelledScope() throws Exception {
    CancelScope scope = CancelScope.withTimeout(LONG);
    scope.run(
        () -> {
          scope.cancel();
          assertThat(CancelScope.effectiveDeadline().isExpired()).isTrue();
        });
  }

  @Test
  void theEffectiveDeadlineOfATaskIncludesThoseAroundItsGroup() throws Exception {
    CancelScope scope = CancelScope.withTimeout(LONG);
    scope.run(
        () ->
            assertThat(
                    TaskGroup.<Deadline, RuntimeException>call(
                        g -> g.fork(CancelScope::effectiveDeadline).join()))
                .isEqualTo(scope.deadline()));
  }

  // ---- current scopes

  @Test
  void currentIsTheInnermostScope() throws Exception {
    assertThat(CancelScope.current()).isEmpty();
    CancelScope outer = CancelScope.create();
    CancelScope inner = CancelScope.create();
    outer.run(
        () -> {
          inner.run(() -> assertThat(CancelScope.current()).containsSame(inner));
          assertThat(CancelScope.current()).containsSame(outer);
        });
    assertThat(CancelScope.current()).isEmpty();
  }

  @Test
  void currentCancelledIsTheInnermostScopeThatWasCancelledItself() throws Exception {
    CancelScope outer = CancelScope.create();
    CancelScope inner = CancelScope.create();
    outer.run(
        () ->
            inner.run(
                () -> {
                  assertThat(CancelScope.currentCancelled()).isEmpty();
                  outer.cancel();
                  assertThat(CancelScope.currentCancelled()).containsSame(outer);
                  inner.cancel();
                  assertThat(CancelScope.currentCancelled()).containsSame(inner);
                  CancelScope.shieldUnlimited()
                      .run(() -> assertThat(CancelScope.currentCancelled()).isEmpty());
                }));
  }

  @ParameterizedTest
  @EnumSource
  void aTaskInheritsTheScopesAroundItsGroup(Kind kind) throws Exception {
    CancelScope scope = CancelScope.create();
    AtomicBoolean cancelled = new AtomicBoolean();
    boolean completed =
        scope.run(
            () ->
                kind.options()
                    .run(
                        g -> {
                          Optional<CancelScope> current = g.fork(CancelScope::current).join();
                          assertThat(current).containsSame(g.scope());
                          CountDownLatch begun = new CountDownLatch(1);
                          g.fork(
                              () -> {
                                try {
                                  begun.countDown();
                                  Selvage.sleep(LONG);
                                } catch (CancelledException e) {
                                  cancelled.set(e.reason().equals("outer"));
                                  throw e;
                                }
                              });
                          Threads.await(begun);
                          scope.cancel("outer");
                        }));
    assertThat(cancelled).isTrue();
    assertThat(completed).isTrue();
  }

  // ---- several threads in one scope

  @ParameterizedTest
  @EnumSource
  void severalThreadsInOneScopeAreAllCancelledAndEachCatches(Kind kind) throws Exception {
    CancelScope scope = CancelScope.create();
    CountDownLatch inside = new CountDownLatch(5);
    List<Running<Boolean>> all = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      boolean foreign = i % 2 == 0;
      all.add(
          kind.start(
              () ->
                  scope.run(
                      () -> {
                        inside.countDown();
                        if (foreign) {
                          Thread.sleep(LONG);
                        } else {
                          Selvage.sleep(LONG);
                        }
                      })));
    }
    Threads.await(inside);
    scope.cancel();
    for (Running<Boolean> each : all) {
      assertThat(each.get()).isFalse();
    }
    assertThat(scope.isActive()).isFalse();
  }

  @Test
  void enteringAScopeTwiceOnOneThreadIsRefused() throws Exception {
    CancelScope scope = CancelScope.create();
    scope.run(
        () -> {
          assertThatThrownBy(() -> scope.run(() -> {}))
              .isInstanceOf(IllegalStateException.class)
              .hasMessageContaining("inside of this scope already");
          assertThatThrownBy(scope::enter).isInstanceOf(IllegalStateException.class);
          CancelScope.create()
              .run(
                  () ->
                      assertThatThrownBy(() -> scope.call(() -> 1))
                          .isInstanceOf(IllegalStateException.class));
        });
    assertThat(scope.isActive()).isFalse();
  }

  @Test
  void aScopeCanBeEnteredAgainLater() throws Exception {
    CancelScope scope = CancelScope.create();
    assertThat(scope.run(() -> {})).isTrue();
    scope.cancel();
    assertThat(scope.run(Selvage::checkpoint)).isFalse();
    assertThat(scope.run(Selvage::checkpoint)).isFalse();
  }

  // ---- without a body

  @Test
  void anEnteredScopeIsLeftByClose() throws Exception {
    CancelScope scope = CancelScope.create();
    EnteredScope stay = scope.enter();
    assertThat(stay.scope()).isSameAs(scope);
    assertThat(CancelScope.current()).containsSame(scope);
    assertThat(stay.toString()).contains("active");
    stay.close();
    stay.close();
    assertThat(CancelScope.current()).isEmpty();
    assertThat(scope.isActive()).isFalse();
  }

  @Test
  void anEnteredScopeRetractsButCatchesNothing() throws Exception {
    CancelScope scope = CancelScope.create();
    assertThatThrownBy(
            () -> {
              try (EnteredScope stay = scope.enter()) {
                stay.scope().cancel();
                Selvage.checkpoint();
              }
            })
        .isInstanceOf(CancelledException.class);
    assertThat(scope.cancelledCaught()).isFalse();
    try (EnteredScope stay = CancelScope.create().enter()) {
      stay.scope().cancel();
      assertThat(flag()).isTrue();
    }
    assertThat(flag()).isFalse();
    Selvage.checkpoint();
  }

  @Test
  void leavingByAnotherThreadIsRefused() throws Exception {
    CancelScope scope = CancelScope.create();
    EnteredScope stay = scope.enter();
    Throwable thrown = Kind.VIRTUAL.run(stay::close).failure();
    assertThat(thrown)
        .isInstanceOf(WrongThreadException.class)
        .hasMessageContaining("can only be left by it");
    assertThat(scope.isActive()).isTrue();
    stay.close();
    assertThat(scope.isActive()).isFalse();
  }

  @Test
  void leavingTheOuterScopeFirstCancelsAndLeavesTheInnerOneAndSaysSo() throws Exception {
    CancelScope outer = CancelScope.create();
    CancelScope inner = CancelScope.create();
    EnteredScope outerStay = outer.enter();
    EnteredScope innerStay = inner.enter();
    assertThatThrownBy(outerStay::close)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("innermost first");
    assertThat(inner.isCancelled()).isTrue();
    assertThat(inner.isActive()).isFalse();
    assertThat(outer.isActive()).isFalse();
    assertThat(CancelScope.current()).isEmpty();
    innerStay.close();
    Selvage.checkpoint();
  }

  @Test
  void aBodyThatLeavesAnEnteredScopeOpenIsToldAndBothAreLeft() throws Exception {
    CancelScope outer = CancelScope.create();
    CancelScope inner = CancelScope.create();
    assertThatThrownBy(() -> outer.run(() -> inner.enter()))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("still open");
    assertThat(inner.isActive()).isFalse();
    assertThat(outer.isActive()).isFalse();
    assertThat(CancelScope.current()).isEmpty();
    Selvage.checkpoint();
  }

  @Test
  void aFailureOfABodyThatLeavesAnEnteredScopeOpenIsKept() throws Exception {
    IOException failure = new IOException("disk");
    assertThat(
            catchThrowable(
                () ->
                    CancelScope.create()
                        .run(
                            () -> {
                              CancelScope.create().enter();
                              throw failure;
                            })))
        .isSameAs(failure);
    assertThat(failure.getSuppressed()).singleElement().isInstanceOf(IllegalStateException.class);
    assertThat(CancelScope.current()).isEmpty();
  }

  @Test
  void aScopeCannotBeClosedInsideOfACallAndCanBeClosedBehindIt() throws Exception {
    CancelScope scope = CancelScope.create();
    EnteredScope stay = scope.enter();
    Selvage.cancellable(
        () -> {
          assertThatThrownBy(stay::close)
              .isInstanceOf(IllegalStateException.class)
              .hasMessageContaining("still running");
          return 1;
        },
        () -> {});
    CancelScope.create()
        .run(() -> assertThatThrownBy(stay::close).isInstanceOf(IllegalStateException.class));
    TaskGroup.run(g -> assertThatThrownBy(stay::close).isInstanceOf(IllegalStateException.class));
    assertThat(scope.isActive()).isTrue();
    stay.close();
    assertThat(scope.isActive()).isFalse();
    assertThat(CancelScope.current()).isEmpty();
  }

  @Test
  void aGroupWhoseBodyLeavesAnEnteredScopeOpenStillEnds() throws Exception {
    CancelScope inner = CancelScope.create();
    AtomicBoolean ran = new AtomicBoolean();
    assertThatThrownBy(
            () ->
                TaskGroup.run(
                    g -> {
                      inner.enter();
                      g.fork(() -> ran.set(true));
                    }))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("still open");
    assertThat(ran).isTrue();
    assertThat(inner.isActive()).isFalse();
    assertThat(CancelScope.current()).isEmpty();
    Selvage.checkpoint();
  }

  // ---- what cancel does not do

  @ParameterizedTest
  @EnumSource
  void cancelNeverBlocksAndTakesNoLockThatUserCodeHolds(Kind kind) throws Exception {
    CancelScope scope = CancelScope.create();
    CountDownLatch inside = new CountDownLatch(1);
    Running<Boolean> running =
        kind.start(
            () ->
                scope.run(
                    () -> {
                      synchronized (scope) {
                        inside.countDown();
                        Selvage.sleep(LONG);
                      }
                    }));
    Threads.await(inside);
    assertThat(kind.call(() -> scope.cancel())).isTrue();
    assertThat(running.get()).isFalse();
  }

  @ParameterizedTest
  @EnumSource
  void ofManyWhoCancelAtOnceExactlyOneIsFirst(Kind kind) throws Exception {
    for (int round = 0; round < 200; round++) {
      CancelScope scope = CancelScope.create();
      CountDownLatch go = new CountDownLatch(1);
      List<Running<Boolean>> all = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        String reason = "reason " + i;
        all.add(
            kind.start(
                () -> {
                  Threads.await(go);
                  return scope.cancel(reason);
                }));
      }
      go.countDown();
      int first = -1;
      for (int i = 0; i < all.size(); i++) {
        if (all.get(i).get()) {
          assertThat(first).isEqualTo(-1);
          first = i;
        }
      }
      assertThat(scope.reason()).contains("reason " + first);
    }
  }

  @ParameterizedTest
  @EnumSource
  void anInterruptFromOutsideIsNoCancellation(Kind kind) throws Exception {
    CancelScope scope = CancelScope.create();
    Running<Boolean> running = kind.start(() -> scope.run(() -> Selvage.sleep(LONG)));
    awaitCondition("it is inside", scope::isActive);
    awaitBlocked(running.thread());
    running.thread().interrupt();
    assertThat(running.failure()).isExactlyInstanceOf(InterruptedException.class);
    assertThat(scope.isCancelled()).isFalse();
    assertThat(scope.cancelledCaught()).isFalse();
  }

  @Test
  void aFailureOfCleanUpThatRidesOnTheCancellationIsNotThrown() throws Exception {
    CancelScope scope = CancelScope.create();
    assertThat(
            scope.run(
                () -> {
                  try (AutoCloseable resource =
                      () -> {
                        throw new IOException("meant: clean-up fails in a test");
                      }) {
                    scope.cancel();
                    Selvage.checkpoint();
                  }
                }))
        .isFalse();
    assertCancelled(scope);
  }
}
