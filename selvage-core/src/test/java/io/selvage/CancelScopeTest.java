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
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

@ExtendWith(LeakCheck.class)
class CancelScopeTest {
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
    assertThat(completed).isFalse();
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
