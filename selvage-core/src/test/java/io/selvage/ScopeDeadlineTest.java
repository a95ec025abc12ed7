package io.selvage;

import static io.selvage.Checks.assertCancelled;
import static io.selvage.Checks.flag;
import static io.selvage.Threads.LONG;
import static io.selvage.Threads.awaitCondition;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import io.selvage.CancelledException.Source;
import io.selvage.Threads.Kind;
import io.selvage.Threads.Running;
import io.selvage.kernel.KernelAccess;
import io.selvage.sync.Event;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@ExtendWith(LeakCheck.class)
class ScopeDeadlineTest {
  private static final Duration SOON = Duration.ofMillis(2);

  @ParameterizedTest
  @EnumSource
  void moveOnAfterCancelsTheBodyAndReturnsEmpty(Kind kind) throws Exception {
    kind.complete(
        () -> {
          assertThat(CancelScope.moveOnAfter(SOON).call(Bodies::never)).isEmpty();
          assertThat(CancelScope.moveOnAfter(SOON).run(() -> Selvage.sleep(LONG))).isFalse();
          assertThat(CancelScope.moveOnAfter(SOON).run(() -> Thread.sleep(LONG))).isFalse();
          Selvage.checkpoint();
        });
  }

  @Test
  void moveOnAfterReturnsTheResultThatIsThereInTime() throws Exception {
    assertThat(CancelScope.moveOnAfter(LONG).call(() -> "value")).contains("value");
    assertThat(CancelScope.moveOnAfter(LONG).run(() -> {})).isTrue();
    assertThat(KernelAccess.armedTimers()).isZero();
  }

  @Test
  void aResultOfNullIsRefusedOutsideOfTheScope() throws Exception {
    assertThatThrownBy(() -> CancelScope.moveOnAfter(LONG).call(() -> (String) null))
        .isInstanceOf(NullPointerException.class)
        .hasMessageContaining("use run");
    assertThatThrownBy(() -> CancelScope.failAfter(LONG).call(() -> (String) null))
        .isInstanceOf(NullPointerException.class);
    Selvage.checkpoint();
  }

  @Test
  void failAfterThrowsATimeoutException() throws Exception {
    assertThatThrownBy(() -> CancelScope.failAfter(SOON).call(Bodies::never))
        .isExactlyInstanceOf(TimeoutException.class)
        .hasMessageContaining("timed out");
    assertThatThrownBy(() -> CancelScope.failAfter(SOON).run(() -> Selvage.sleep(LONG)))
        .isExactlyInstanceOf(TimeoutException.class);
    assertThat(CancelScope.failAfter(LONG).call(() -> "value")).isEqualTo("value");
    CancelScope.failAfter(LONG).run(() -> {});
  }

  @Test
  void aDeadlineSaysSo() throws Exception {
    CancelScope scope = CancelScope.moveOnAfter(SOON);
    Throwable[] seen = new Throwable[1];
    scope.run(() -> seen[0] = catchThrowable(() -> Selvage.sleep(LONG)));
    assertThat(scope.timedOut()).isTrue();
    assertThat(scope.reason()).get(STRING).startsWith("deadline after " + SOON);
    assertThat(seen[0])
        .isInstanceOfSatisfying(
            CancelledException.class, e -> assertThat(e.source()).isEqualTo(Source.DEADLINE));
  }

  @Test
  void aDeadlineThatHasPassedCancelsOnEntry() throws Exception {
    for (CancelScope scope :
        List.of(
            CancelScope.moveOnAfter(Duration.ZERO),
            CancelScope.moveOnAt(Deadline.after(Duration.ZERO)),
            CancelScope.moveOnAt(Deadline.after(Duration.ZERO).plus(LONG.negated())))) {
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
    CancelScope scope = CancelScope.moveOnAfter(SOON);
    assertThat(scope.run(ScopeDeadlineTest::sleepAndSwallow)).isTrue();
    assertThat(scope.timedOut()).isTrue();
    assertThat(scope.cancelledCaught()).isFalse();
    CancelScope.failAfter(SOON).run(ScopeDeadlineTest::sleepAndSwallow);
  }

  @Test
  void aFailureOfTheBodyPassesThoughTheTimeIsOver() {
    assertThatThrownBy(
            () ->
                CancelScope.failAfter(SOON)
                    .call(
                        () -> {
                          sleepAndSwallow();
                          throw new IOException("disk");
                        }))
        .isInstanceOf(IOException.class);
  }

  @Test
  void cancelledByHandBeforeTheTimeItIsNotTimedOut() throws Exception {
    CancelScope scope = CancelScope.moveOnAfter(LONG);
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
                  CancelScope.failAfter(LONG).run(() -> Selvage.sleep(LONG));
                }))
        .isFalse();
    assertCancelled(outer);
  }

  @Test
  void leavingInTimeDisarmsTheTimer() throws Exception {
    CancelScope scope = CancelScope.moveOnAfter(LONG);
    scope.run(() -> assertThat(KernelAccess.armedTimers()).isEqualTo(1));
    assertThat(KernelAccess.armedTimers()).isZero();
    assertThat(scope.isCancelled()).isFalse();
  }

  @Test
  void theTimerStaysArmedWhileAThreadIsInside() throws Exception {
    CancelScope scope = CancelScope.moveOnAfter(LONG);
    Running<Boolean> other = Kind.VIRTUAL.start(() -> scope.run(() -> new Event().await()));
    awaitCondition("it is inside", () -> KernelAccess.armedTimers() == 1);
    scope.run(() -> {});
    assertThat(KernelAccess.armedTimers()).isEqualTo(1);
    scope.cancel();
    assertThat(other.get()).isFalse();
    assertThat(KernelAccess.armedTimers()).isZero();
  }

  @Test
  void aScopeThatIsCancelledArmsNothingOnEntry() throws Exception {
    CancelScope scope = CancelScope.moveOnAfter(LONG);
    scope.cancel();
    scope.run(() -> assertThat(KernelAccess.armedTimers()).isZero());
  }

  @Test
  void aDeadlineThatIsSetBeforeTheFirstEntryReplacesTheTimeout() throws Exception {
    CancelScope scope = CancelScope.moveOnAfter(LONG);
    scope.setDeadline(Deadline.NEVER);
    scope.run(() -> assertThat(KernelAccess.armedTimers()).isZero());
    assertThat(scope.deadline()).isEqualTo(Deadline.NEVER);
  }

  @Test
  void aTimeoutBeginsWithTheFirstEntry() throws Exception {
    CancelScope scope = CancelScope.moveOnAfter(LONG);
    assertThat(scope.deadline()).isEqualTo(Deadline.NEVER);
    scope.run(() -> {});
    Deadline fixed = scope.deadline();
    assertThat(fixed).isNotEqualTo(Deadline.NEVER);
    scope.run(() -> assertThat(KernelAccess.armedTimers()).isEqualTo(1));
    assertThat(scope.deadline()).isEqualTo(fixed);
  }

  @Test
  void aDeadlineCanBeMovedAwayWhileInside() throws Exception {
    CancelScope scope = CancelScope.moveOnAfter(LONG);
    assertThat(
            scope.run(
                () -> {
                  Deadline before = scope.deadline();
                  scope.setDeadline(Deadline.NEVER);
                  assertThat(KernelAccess.armedTimers()).isZero();
                  assertThat(CancelScope.effectiveDeadline()).isEqualTo(Deadline.NEVER);
                  scope.setDeadline(before.plus(LONG));
                  assertThat(KernelAccess.armedTimers()).isEqualTo(1);
                  Selvage.checkpoint();
                }))
        .isTrue();
    assertThat(scope.isCancelled()).isFalse();
  }

  @Test
  void aDeadlineCanBeMovedNearerWhileInside() throws Exception {
    CancelScope scope = CancelScope.moveOnAfter(LONG);
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
      CancelScope scope = CancelScope.moveOnAt(soon);
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
  void aTimerThatComesLateInterruptsNoThread(Kind kind) throws Exception {
    kind.complete(
        () -> {
          for (int each = 0; each < 300; each++) {
            int round = each;
            CancelScope.moveOnAfter(Duration.ofNanos(20_000 + round * 50L)).run(() -> spin(round));
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
    CancelScope early = CancelScope.moveOnAfter(LONG);
    CancelScope late = CancelScope.moveOnAfter(LONG.multipliedBy(2));
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
    CancelScope scope = CancelScope.moveOnAfter(LONG);
    scope.run(
        () -> {
          scope.cancel();
          assertThat(CancelScope.effectiveDeadline().isExpired()).isTrue();
        });
  }

  @Test
  void theEffectiveDeadlineOfATaskIncludesThoseAroundItsGroup() throws Exception {
    CancelScope scope = CancelScope.moveOnAfter(LONG);
    scope.run(
        () ->
            assertThat(
                    TaskGroup.<Deadline, RuntimeException>call(
                        g -> g.fork(CancelScope::effectiveDeadline).join()))
                .isEqualTo(scope.deadline()));
  }
}
