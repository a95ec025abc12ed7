package io.selvage.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import io.selvage.Threads.Kind;
import org.junit.jupiter.api.Test;

/** The states of a gate, and which interrupts its thread keeps. */
class GateTest extends GateFixture {
  // ---- transitions

  @Test
  void isClosedUntilItIsOpened() {
    ThreadRecord task = taskOn(Thread.ofVirtual().unstarted(() -> {}));
    assertThat(task.gate).hasToString("Gate[CLOSED]");
    task.gate.deliver(task.root());
    assertThat(task.thread.isInterrupted()).isFalse();
    task.gate.open(task.root());
    assertThat(task.gate).hasToString("Gate[" + task.root() + "]");
  }

  @Test
  void enteringAndLeavingMovesTheArmedRegion() {
    Region outer = enter(false);
    assertArmedFor(outer);
    Region inner = enter(false);
    assertArmedFor(inner);
    self.leave(inner, false);
    assertArmedFor(outer);
    self.leave(outer, false);
  }

  @Test
  void deliveryInterruptsOnceAndSpendsTheGate() {
    Region region = enter(false);
    gate.deliver(region);
    assertSpent();
    assertThat(region.wasInterrupted()).isTrue();
    assertThat(takeFlag()).isTrue();
    gate.deliver(region);
    assertThat(flag()).isFalse();
    self.leave(region, false);
  }

  @Test
  void leavingRetractsWhatWasNotDelivered() {
    Region region = enter(false);
    self.leave(region, false);
    gate.deliver(region);
    assertThat(flag()).isFalse();
    assertThat(region.wasInterrupted()).isFalse();
  }

  @Test
  void leavingClearsWhatWasDelivered() {
    Region region = enter(false);
    gate.deliver(region);
    self.leave(region, false);
    assertThat(flag()).isFalse();
  }

  @Test
  void aReportSpendsTheGateAndALateDelivererLoses() {
    Region region = enter(false);
    region.becomeCancelled(WHY);
    assertNextOperationReports();
    assertSpent();
    gate.deliver(region);
    assertThat(flag()).isFalse();
    self.leave(region, true);
  }

  @Test
  void aReportClearsTheFlagThatWasDelivered() {
    Region region = enter(false);
    region.cancel(WHY);
    assertThat(flag()).isTrue();
    assertNextOperationReports();
    assertThat(flag()).isFalse();
    self.leave(region, true);
  }

  @Test
  void aFlagThatIsSetAgainDoesNotCountAsOneFromOutsideWhenInterruptsAreMuted() {
    Region region = enter(false);
    region.becomeCancelled(WHY);
    assertNextOperationReports();
    Thread.currentThread().interrupt();
    assertThat(self.muteInterrupts()).isFalse();
    assertThat(flag()).isFalse();
    self.leave(region, true);
    assertThat(flag()).isFalse();
  }

  @Test
  void retractSpendsTheGateAndALateDelivererLoses() {
    Region region = enter(false);
    self.retract(region);
    assertSpent();
    gate.deliver(region);
    assertThat(flag()).isFalse();
    self.leave(region, false);
  }

  @Test
  void closeIsFinal() throws Exception {
    Kind.VIRTUAL.complete(
        () -> {
          ThreadRecord task = taskOn(Thread.currentThread());
          assertThat(task.begin()).isTrue();
          task.end();
          assertThat(task.gate).hasToString("Gate[CLOSED]");
          task.gate.deliver(task.root());
          assertThat(flag()).isFalse();
        });
  }

  @Test
  void closeClearsAnInterruptThatWasDelivered() throws Exception {
    Kind.VIRTUAL.complete(
        () -> {
          ThreadRecord task = taskOn(Thread.currentThread());
          task.begin();
          task.gate.deliver(task.root());
          assertThat(flag()).isTrue();
          task.end();
          assertThat(flag()).isFalse();
        });
  }

  @Test
  void aDelivererForACoveredRegionDoesNothing() {
    Region outer = enter(false);
    Region inner = enter(false);
    gate.deliver(outer);
    assertThat(flag()).isFalse();
    assertArmedFor(inner);
    self.leave(inner, false);
    self.leave(outer, false);
  }

  @Test
  void aCoveredRegionAssertsItselfWhenTheInnerOneIsLeft() {
    Region outer = enter(false);
    Region shield = enter(true);
    outer.cancel(WHY);
    assertThat(flag()).isFalse();
    self.leave(shield, false);
    assertThat(flag()).isTrue();
    assertThat(outer.wasInterrupted()).isTrue();
    self.leave(outer, false);
    assertThat(flag()).isFalse();
  }

  // ---- interrupts from outside

  @Test
  void anInterruptFromOutsideSurvivesARegion() {
    Region region = enter(false);
    Thread.currentThread().interrupt();
    self.leave(region, false);
    assertThat(takeFlag()).isTrue();
  }

  @Test
  void anInterruptFromOutsideThatWasThereBeforeOursSurvivesTheRegion() {
    Region region = enter(false);
    Thread.currentThread().interrupt();
    region.cancel(WHY);
    self.leave(region, false);
    assertThat(takeFlag()).isTrue();
  }

  @Test
  void anInterruptFromOutsideIsSetAsideByAReportAndGivenBackOnLeaving() {
    Region region = enter(false);
    Thread.currentThread().interrupt();
    region.cancel(WHY);
    assertNextOperationReports();
    assertThat(flag()).isFalse();
    self.leave(region, true);
    assertThat(takeFlag()).isTrue();
  }

  @Test
  void aFlagThatIsSetAgainAfterAReportEndsWithTheRegion() {
    Region region = enter(false);
    region.cancel(WHY);
    assertNextOperationReports();
    Thread.currentThread().interrupt();
    self.leave(region, true);
    assertThat(takeFlag()).isFalse();
  }

  @Test
  void anInterruptFromOutsideThatIsGivenBackIsKeptApartFromTheOuterOnesOwn() {
    Region outer = enter(false);
    Region inner = enter(false);
    Thread.currentThread().interrupt();
    inner.cancel(WHY);
    assertNextOperationReports();
    outer.cancel(OTHER);
    self.leave(inner, false);
    assertThat(flag()).isTrue();
    self.leave(outer, false);
    assertThat(takeFlag()).isTrue();
  }
}
