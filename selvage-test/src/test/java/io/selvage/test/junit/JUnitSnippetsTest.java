package io.selvage.test.junit;

import static org.assertj.core.api.Assertions.assertThat;

import io.selvage.test.SimulationFailure;
import io.selvage.test.SimulationFailure.Kind;
import org.junit.jupiter.api.Test;

/** Runs the examples of the Javadoc. */
class JUnitSnippetsTest {

  @Test
  void theyRun() {
    Kit.passes(JUnitSnippets.ParcelsTest.class, 1);
    Kit.passes(JUnitSnippets.HeartTest.class, 1);
  }

  /** The schedule of an example is none of any program. */
  @Test
  void theScheduleIsRead() {
    assertThat(Kit.failureOf(JUnitSnippets.PaymentTest.class))
        .isInstanceOfSatisfying(
            SimulationFailure.class,
            failure -> assertThat(failure.kind()).isEqualTo(Kind.OTHER_PROGRAM));
  }
}
