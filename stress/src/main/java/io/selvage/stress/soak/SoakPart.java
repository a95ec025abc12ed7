package io.selvage.stress.soak;

import io.selvage.stress.run.PartRun;
import io.selvage.stress.run.StressPart;

/** The soak with random faults. */
public final class SoakPart implements StressPart {
  /** Creates the part. */
  public SoakPart() {}

  @Override
  public String name() {
    return "soak";
  }

  @Override
  public String title() {
    return "channels, groups, pools, requests, locks and services on real threads, with random"
        + " cancels, interrupts, deadlines, closes and failures; the heap and the threads stay flat";
  }

  @Override
  public int weight() {
    return 16;
  }

  @Override
  public void run(PartRun run) throws InterruptedException {
    Soak.run(run, new RandomFaults(run.random(2)));
  }
}
