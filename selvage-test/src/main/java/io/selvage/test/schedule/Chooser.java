package io.selvage.test.schedule;

import io.selvage.kernel.simulation.Director.Candidates;
import io.selvage.kernel.simulation.Director.Moment;

/** A strategy at work in one run: it makes the choices that are not laid down. */
public interface Chooser {

  /** Lets the running thread continue, and takes turns only when it must. */
  Chooser STEADY = (candidates, moment) -> 0;

  /** {@return the index of one of at least two threads} */
  int pick(Candidates candidates, Moment moment);

  /** {@return the index of one of at least two things that are not threads} */
  default int pick(int count) {
    return 0;
  }

  /** {@return whether something that happens with this probability happens now} */
  default boolean chance(double probability) {
    return false;
  }
}
