package io.selvage;

import io.selvage.kernel.Step;
import io.selvage.kernel.support.Arguments;

/**
 * A named place in a program at which a test can make things fail. Outside of simulations it never
 * fails, and the check costs one read.
 *
 * {@snippet class="io.selvage.Snippets" region="fault"}
 *
 * <p>The options of the simulation in the module {@code io.selvage.test} define which points fail,
 * and how often. The times at which they fail are part of the schedule, and are replayed with it.
 */
public final class FaultPoint {
  private FaultPoint() {}

  /**
   * {@return whether the following code must fail this time; false outside of simulations}
   *
   * <p>Any thread; never waits.
   *
   * @param name the name of the place, as used by the test; not empty
   * @throws IllegalArgumentException if it is empty
   */
  public static boolean fails(String name) {
    return Step.fails(Arguments.name(name, "name"));
  }
}
