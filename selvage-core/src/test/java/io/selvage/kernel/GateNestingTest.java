package io.selvage.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import io.selvage.Threads.Kind;
import org.junit.jupiter.api.Test;

/** What a gate does between the regions of a thread: shields, and what the outer one hears. */
class GateNestingTest extends GateFixture {
  // ---- shields

  @Test
  void aShieldHidesAnInterruptFromOutsideUntilItIsLeft() {
    Thread.currentThread().interrupt();
    Region shield = enter(true);
    assertThat(flag()).isFalse();
    self.leave(shield, false);
    assertThat(takeFlag()).isTrue();
  }

  @Test
  void aShieldHidesOurInterruptAndTheOuterRegionAssertsItAgain() {
    Region outer = enter(false);
    outer.cancel(WHY);
    assertThat(flag()).isTrue();
    Region shield = enter(true);
    assertThat(flag()).isFalse();
    self.leave(shield, false);
    assertThat(flag()).isTrue();
    self.leave(outer, false);
    assertThat(flag()).isFalse();
  }

  @Test
  void aShieldBelowTwoCancelledRegionsHidesAndBothAssertThemselves() {
    Region outer = enter(false);
    Region middle = enter(false);
    outer.cancel(WHY);
    Region shield = enter(true);
    assertThat(flag()).isFalse();
    self.leave(shield, false);
    assertThat(flag()).isTrue();
    self.leave(middle, false);
    assertThat(flag()).isTrue();
    self.leave(outer, false);
    assertThat(flag()).isFalse();
  }

  @Test
  void aShieldHidesBothAndBothComeBack() {
    Region outer = enter(false);
    Thread.currentThread().interrupt();
    outer.cancel(WHY);
    Region shield = enter(true);
    assertThat(flag()).isFalse();
    self.leave(shield, false);
    assertThat(flag()).isTrue();
    self.leave(outer, false);
    assertThat(takeFlag()).isTrue();
  }

  @Test
  void aShieldWithinAShieldHandsTheInterruptOutward() {
    Region outer = enter(true);
    Thread.currentThread().interrupt();
    Region inner = enter(true);
    assertThat(flag()).isFalse();
    self.leave(inner, false);
    assertThat(flag()).isFalse();
    self.leave(outer, false);
    assertThat(takeFlag()).isTrue();
  }

  @Test
  void aCheckpointInAShieldSetsAnInterruptFromOutsideAside() throws Exception {
    Region shield = enter(true);
    Region inner = enter(false);
    Thread.currentThread().interrupt();
    self.checkpoint();
    assertThat(flag()).isFalse();
    self.leave(inner, false);
    assertThat(flag()).isFalse();
    self.leave(shield, false);
    assertThat(takeFlag()).isTrue();
  }

  @Test
  void theOwnCancelOfAShieldIsDelivered() {
    Region shield = enter(true);
    shield.cancel(WHY);
    assertThat(flag()).isTrue();
    self.leave(shield, false);
    assertThat(flag()).isFalse();
  }

  @Test
  void anInterruptThatHasBeenSeenBeforeAShieldIsNotIssuedAnewBehindIt() {
    Region outer = enter(false);
    outer.cancel(WHY);
    assertThat(takeFlag()).isTrue();
    Region shield = enter(true);
    self.leave(shield, false);
    assertThat(flag()).isFalse();
    self.leave(outer, false);
  }

  // ---- what the outer region hears of it

  @Test
  void anUndeliveredInterruptOfTheOuterRegionIsAssertedAgainBehindTheInnerOne() {
    Region outer = enter(false);
    Region inner = enter(false);
    outer.cancel(WHY);
    assertThat(flag()).isTrue();
    self.leave(inner, false);
    assertThat(flag()).isTrue();
    self.leave(outer, false);
    assertThat(flag()).isFalse();
  }

  @Test
  void aCancellationInFlightNeedsNoFurtherInterrupt() {
    Region outer = enter(false);
    Region inner = enter(false);
    outer.cancel(WHY);
    assertNextOperationReports();
    self.leave(inner, true);
    assertThat(flag()).isFalse();
    assertSpent();
    self.leave(outer, true);
  }

  @Test
  void theOuterRegionAssertsItsOwnCancellationBehindAnInnerOneCancelledByItself() {
    Region outer = enter(false);
    Region inner = enter(false);
    inner.cancel(OTHER);
    assertNextOperationReports();
    outer.cancel(WHY);
    assertThat(flag()).isFalse();
    self.leave(inner, false);
    assertThat(flag()).isTrue();
    self.leave(outer, false);
  }

  @Test
  void foreignCodeThatConsumedTheInterruptWasToldOnceForBothRegions() {
    Region outer = enter(false);
    Region inner = enter(false);
    outer.cancel(WHY);
    assertThat(takeFlag()).isTrue();
    self.leave(inner, false);
    assertThat(flag()).isFalse();
    assertThat(outer.wasInterrupted()).isTrue();
    self.leave(outer, false);
  }

  @Test
  void aRegionEnteredBelowOneThatWasToldInheritsThatAndIsNotToldAgain() {
    Region outer = enter(false);
    outer.cancel(WHY);
    assertThat(takeFlag()).isTrue();
    Region inner = enter(false);
    assertThat(inner.wasInterrupted()).isTrue();
    assertThat(flag()).isFalse();
    self.leave(inner, false);
    self.leave(outer, false);
  }

  @Test
  void aRegionCancelledOnEntryInterruptsAtOnce() {
    Region region = self.enter("scope", false, null);
    self.entered(region, WHY);
    assertThat(flag()).isTrue();
    self.leave(region, false);
    assertThat(flag()).isFalse();
  }

  @Test
  void mutingRetractsAndTellsWhetherAnInterruptFromOutsideWasPending() {
    Region region = enter(false);
    assertThat(self.muteInterrupts()).isFalse();
    Thread.currentThread().interrupt();
    assertThat(self.muteInterrupts()).isTrue();
    assertThat(flag()).isFalse();
    gate.deliver(region);
    assertThat(flag()).isFalse();
    self.leave(region, false);
  }

  @Test
  void mutingForgetsOurOwnInterrupt() {
    Region region = enter(false);
    region.cancel(WHY);
    assertThat(self.muteInterrupts()).isFalse();
    assertThat(flag()).isFalse();
    self.leave(region, false);
  }

  @Test
  void anInterruptThatMutingHasTakenBackIsIssuedAnewToTheRegionAround() {
    Region outer = enter(false);
    outer.cancel(WHY);
    Region inner = enter(false);
    Region innermost = enter(false);
    assertThat(self.muteInterrupts()).isFalse();
    assertThat(flag()).isFalse();
    self.leave(innermost, false);
    assertThat(flag()).isTrue();
    self.leave(inner, false);
    assertThat(flag()).isTrue();
    self.leave(outer, false);
    assertThat(flag()).isFalse();
  }

  @Test
  void anInterruptThatHasBeenSeenBeforeMutingIsNotIssuedAnew() {
    Region outer = enter(false);
    outer.cancel(WHY);
    Region inner = enter(false);
    assertThat(takeFlag()).isTrue();
    assertThat(self.muteInterrupts()).isFalse();
    self.leave(inner, false);
    assertThat(flag()).isFalse();
    self.leave(outer, false);
  }

  @Test
  void mutingInsideOfAShieldLeavesWhatIsOutsideAlone() {
    Region outer = enter(false);
    Region shield = enter(true);
    Region inner = enter(false);
    shield.cancel(OTHER);
    assertThat(self.muteInterrupts()).isFalse();
    self.leave(inner, false);
    assertThat(flag()).isTrue();
    self.leave(shield, false);
    assertThat(flag()).isFalse();
    self.leave(outer, false);
  }

  @Test
  void mutingInsideOfAShieldDoesNotReviveWhatWasSeenOutside() {
    Region outer = enter(false);
    outer.cancel(WHY);
    assertThat(takeFlag()).isTrue();
    Region shield = enter(true);
    shield.cancel(OTHER);
    assertThat(self.muteInterrupts()).isFalse();
    self.leave(shield, false);
    assertThat(flag()).isFalse();
    self.leave(outer, false);
  }

  @Test
  void mutingATaskLeavesTheThreadOfItsGroupAlone() throws Exception {
    Region outer = enter(false);
    outer.cancel(WHY);
    assertThat(takeFlag()).isTrue();
    Kind.VIRTUAL.complete(
        () -> {
          ThreadRecord task =
              ThreadRecord.forTask(
                  Thread.currentThread(), Scheduler.parallel(), outer, "task", failure -> {});
          task.begin();
          task.gate.deliver(task.root());
          assertThat(task.muteInterrupts()).isFalse();
          task.end();
        });
    assertThat(outer.delivered).isTrue();
    self.leave(outer, false);
  }
}
