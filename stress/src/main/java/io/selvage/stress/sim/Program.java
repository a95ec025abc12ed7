package io.selvage.stress.sim;

import io.selvage.function.ThrowingConsumer;
import io.selvage.test.SimulationRun;
import java.util.Arrays;

/**
 * A program to be simulated; it throws if something is lost or wrong.
 *
 * @param name the name in schedules
 * @param body what is run; it keeps nothing from one run to the next
 */
record Program(String name, ThrowingConsumer<SimulationRun, Exception> body) {

  /** Throws unless this holds. */
  static void require(boolean holds, String message, Object... values) {
    if (!holds) {
      throw new AssertionError(message + " " + Arrays.toString(values));
    }
  }
}
