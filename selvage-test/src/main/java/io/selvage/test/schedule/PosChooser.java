package io.selvage.test.schedule;

import io.selvage.kernel.simulation.Director.Candidates;
import io.selvage.kernel.simulation.Director.Moment;

/** Each thread has a priority until it is picked, and then draws another. */
public final class PosChooser extends PriorityChooser {

  /** Creates one whose priorities follow from the seed. */
  public PosChooser(long seed) {
    super(seed);
  }

  @Override
  public int pick(Candidates candidates, Moment moment) {
    int best = highest(candidates);
    setPriority(candidates.get(best).id(), UNDRAWN);
    return best;
  }
}
