package io.selvage.test.schedule;

import io.selvage.kernel.simulation.Director.Candidates;
import io.selvage.kernel.simulation.Director.Moment;

/** Each candidate is as likely as any other. */
public class RandomChooser implements Chooser {
  final SplitMix random;

  /** Creates one whose picks follow from the seed. */
  public RandomChooser(long seed) {
    random = new SplitMix(seed, "schedule");
  }

  @Override
  public int pick(Candidates candidates, Moment moment) {
    return random.below(candidates.size());
  }

  @Override
  public final int pick(int count) {
    return random.below(count);
  }

  @Override
  public final boolean chance(double probability) {
    return random.chance(probability);
  }
}
