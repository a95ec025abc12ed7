package io.selvage.test;

import io.selvage.kernel.simulation.Director.Candidates;
import io.selvage.kernel.simulation.Director.Moment;

/** A {@link Strategy} at work in one run. */
interface Chooser {

  /** Goes on with what runs, and takes turns only when it must: what is left of a schedule. */
  Chooser STEADY = (candidates, moment) -> 0;

  /** Picks one of at least two threads. */
  int pick(Candidates candidates, Moment moment);

  /** Picks one of at least two things that are not threads. */
  default int pick(int count) {
    return 0;
  }

  /** {@return whether something that happens with this probability happens now} */
  default boolean chance(double probability) {
    return false;
  }
}
