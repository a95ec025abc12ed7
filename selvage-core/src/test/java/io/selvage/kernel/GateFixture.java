package io.selvage.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import io.selvage.LeakCheck;
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

  static boolean flag() {
    return Thread.currentThread().isInterrupted();
  }

  static boolean takeFlag() {
    return Thread.interrupted();
  }

  void assertArmedFor(Region region) {
    assertThat(gate).hasToString("Gate[" + region + "]");
  }

  void assertSpent() {
    assertThat(gate).hasToString("Gate[SPENT]");
  }

  @AfterEach
  void isArmedForTheRootAgain() {
    assertArmedFor(self.root());
  }
}
