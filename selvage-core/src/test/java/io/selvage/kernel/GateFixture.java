package io.selvage.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selvage.LeakCheck;
import io.selvage.kernel.TestCause.TestCancelled;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.extension.ExtendWith;

/** The gate of the thread of a test. */
@ExtendWith(LeakCheck.class)
abstract class GateFixture {
  static final TestCause WHY = new TestCause("why");
  static final TestCause OTHER = new TestCause("other");
  final ThreadRecord self = ThreadRecord.current();
  final Gate gate = self.gate;

  Region enter(boolean shield) {
    Region region = self.enter("scope", shield, null);
    self.entered(region, null);
    return region;
  }

  /** The record of a task that runs on {@code thread} and has not begun. */
  ThreadRecord taskOn(Thread thread) {
    return ThreadRecord.forTask(thread, Scheduler.parallel(), self.root(), "task", failure -> {});
  }

  /** A canceller that is called once. */
  static CancelRequests once(Runnable canceller) {
    return new CancelRequests(canceller, 1, 1, false);
  }

  static boolean flag() {
    return Thread.currentThread().isInterrupted();
  }

  static boolean takeFlag() {
    return Thread.interrupted();
  }

  void assertArmedFor(Region region) {
    assertThat(gate).hasToString("Gate[" + region + "]");
  }

  void assertNextOperationReports() {
    assertThatThrownBy(self::checkpoint).isInstanceOf(TestCancelled.class);
  }

  void assertSpent() {
    assertThat(gate).hasToString("Gate[SPENT]");
  }

  @AfterEach
  void isArmedForTheRootAgain() {
    assertArmedFor(self.root());
  }
}
