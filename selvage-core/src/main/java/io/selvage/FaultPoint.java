package io.selvage;

import io.selvage.kernel.Step;
import io.selvage.kernel.support.Arguments;

/**
 * A named place in a program at which a test can make things fail. Outside of simulations nothing
 * ever fails here, and asking costs one read.
 *
 * {@snippet class="io.selvage.Snippets" region="fault"}
 *
 * <p>Which points fail, and how often, is said by the options of the simulation in the module
 * {@code io.selvage.test}; when they do is part of the schedule, and is replayed with it.
 */
public final class FaultPoint {
  private FaultPoint() {}

  /**
   * {@return whether what follows is to fail this time; false outside of simulations}
   *
   * <p>Any thread; never waits.
   *
   * @param name of the place, as the test knows it; not empty
   * @throws IllegalArgumentException if it is empty
   */
  public static boolean fails(String name) {
    return Step.fails(Arguments.name(name, "name"));
  }
}
