package io.selvage.stress.sim;

import io.selvage.stress.run.PartRun;
import io.selvage.stress.run.StressPart;

/** Sweeps over programs on all kinds of objects. */
public final class SimulationPart implements StressPart {
  /** Creates the part. */
  public SimulationPart() {}

  @Override
  public String name() {
    return "simulation";
  }

  @Override
  public String title() {
    return "programs on channels, selects, locks, groups, pools, requests and services, simulated by"
        + " all strategies; each task cancelled at each step";
  }

  @Override
  public int weight() {
    return 12;
  }

  @Override
  public void run(PartRun run) {
    Sweep sweep = new Sweep(run);
    for (long round = 0; !run.isOver(); round++) {
      sweep.explore(Programs.all(), round);
    }
  }
}
