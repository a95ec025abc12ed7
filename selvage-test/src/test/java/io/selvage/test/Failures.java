package io.selvage.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.selvage.function.ThrowingConsumer;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** Catches the failures of simulations. */
public final class Failures {
  private Failures() {}

  /** {@return the failure that a simulation throws; it must throw one} */
  public static SimulationFailure thrownBy(ThrowingCallable simulation) {
    SimulationFailure failure = catchThrowableOfType(SimulationFailure.class, simulation);
    assertThat(failure).as("a failure of the simulation").isNotNull();
    return failure;
  }

  /** {@return the failure of one run of this body} */
  static SimulationFailure ofRun(
      SimulationOptions options, ThrowingConsumer<SimulationRun, ?> body) {
    return thrownBy(() -> options.run(1, body));
  }
}
