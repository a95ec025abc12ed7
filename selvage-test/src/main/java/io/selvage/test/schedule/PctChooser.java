package io.selvage.test.schedule;

import io.selvage.kernel.simulation.Director.Candidates;
import io.selvage.kernel.simulation.Director.Moment;
import java.util.Arrays;

/** Lasting priorities, and a few points at which the highest one falls. */
public final class PctChooser extends PriorityChooser {
  private static final int LOG_LENGTH = 14;
  private static final int PATIENCE = 1000; // so that a thread that polls does not keep others out

  private final long[] changes; // ascending
  private int changed;
  private int lastId = -1;
  private int inARow;
  private long picks;
  private long lowest = -1;

  /**
   * Creates one whose priorities and points follow from the seed.
   *
   * @param depth one more than the number of points
   */
  public PctChooser(int depth, long seed) {
    super(seed);
    changes = new long[depth - 1];
    for (int i = 0; i < changes.length; i++) {
      changes[i] = Math.round(Math.pow(2, random.nextDouble() * LOG_LENGTH));
    }
    Arrays.sort(changes);
  }

  @Override
  public int pick(Candidates candidates, Moment moment) {
    picks++;
    if (moment == Moment.YIELD) {
      fall(candidates.get(candidates.size() - 1).id());
    } else if (moment == Moment.STEP && changed < changes.length && changes[changed] <= picks) {
      changed++;
      fall(candidates.get(0).id());
    } else if (moment == Moment.STEP && inARow >= PATIENCE) {
      fall(candidates.get(0).id());
    }
    int best = highest(candidates);
    int id = candidates.get(best).id();
    inARow = id == lastId ? inARow + 1 : 0;
    lastId = id;
    return best;
  }

  private void fall(int id) {
    setPriority(id, lowest--);
  }
}
