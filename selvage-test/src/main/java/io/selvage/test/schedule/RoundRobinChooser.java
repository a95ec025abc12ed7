package io.selvage.test.schedule;

import io.selvage.kernel.simulation.Director.Candidates;
import io.selvage.kernel.simulation.Director.Moment;

/** The thread with the next higher number, and after the highest one the lowest again. */
public final class RoundRobinChooser extends RandomChooser {
  private int last = -1;

  /** Creates one; the seed decides where times are equal. */
  public RoundRobinChooser(long seed) {
    super(seed);
  }

  @Override
  public int pick(Candidates candidates, Moment moment) {
    int next = -1;
    int lowest = 0;
    for (int i = 0; i < candidates.size(); i++) {
      int id = candidates.get(i).id();
      if (id > last && (next < 0 || id < candidates.get(next).id())) {
        next = i;
      }
      if (id < candidates.get(lowest).id()) {
        lowest = i;
      }
    }
    int picked = next < 0 ? lowest : next;
    last = candidates.get(picked).id();
    return picked;
  }
}
