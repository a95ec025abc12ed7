package io.selvage;

import static io.selvage.Bodies.failWith;
import static io.selvage.Checks.assertCancelled;
import static io.selvage.Threads.LONG;
import static io.selvage.Threads.awaitBlocked;
import static io.selvage.Threads.awaitCondition;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.selvage.CancelledException.Source;
import io.selvage.Threads.Kind;
import io.selvage.Threads.Running;
import io.selvage.function.ThrowingConsumer;
import io.selvage.kernel.support.Durations;
import io.selvage.service.LogCapture;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

@ExtendWith(LeakCheck.class)
class CancelScopeTest {
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
  void isActiveWhileAThreadIsInside() throws Exception {
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
    assertThatThrownBy(() -> CancelScope.moveOnAfter(null))
        .isInstanceOf(NullPointerException.class);
    assertThatThrownBy(() -> CancelScope.moveOnAt(null)).isInstanceOf(NullPointerException.class);
    assertThatThrownBy(() -> CancelScope.shield(null)).isInstanceOf(NullPointerException.class);
    assertThat(scope.isCancelled()).isFalse();
    assertThat(scope.isActive()).isFalse();
  }

  static List<ThrowingConsumer<Duration, Exception>> takersOfATimeout() {
    return List.of(
        CancelScope::moveOnAfter,
        CancelScope::shield,
        d -> CancelScope.moveOnAfter(d).run(() -> {}),
        d -> CancelScope.moveOnAfter(d).call(() -> 1),
        d -> CancelScope.failAfter(d).run(() -> {}),
        d -> CancelScope.failAfter(d).call(() -> 1));
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
    assertThat(CancelScope.moveOnAfter(Durations.MAX).call(() -> 1)).contains(1);
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
                          g.launch(
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
  void exactlyOneOfManyThreadsThatCancelAtOnceIsFirst(Kind kind) throws Exception {
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
  void aFailureOfCleanUpThatRidesOnTheCancellationIsLoggedAndNotThrown() throws Exception {
    try (LogCapture logged = new LogCapture()) {
      CancelScope scope = CancelScope.create();
      assertThat(
              scope.run(
                  () -> {
                    try (AutoCloseable resource =
                        () -> failWith(new IOException("meant: clean-up fails in a test"))) {
                      scope.cancel();
                      Selvage.checkpoint();
                    }
                  }))
          .isFalse();
      assertCancelled(scope);
      assertThat(logged.messages())
          .singleElement()
          .asString()
          .contains("the clean-up of a cancelled scope on ");
    }
  }
}
