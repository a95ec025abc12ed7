package io.selvage.stress.soak;

import io.selvage.stress.run.PartRun;
import io.selvage.stress.run.StressPart;

/** The soak in a process that is stopped and continued. */
public final class StoppedProcessPart implements StressPart {
  /** Creates the part. */
  public StoppedProcessPart() {}

  @Override
  public String name() {
    return "stopped-process";
  }

  @Override
  public String title() {
    return "the soak in a process that is stopped and continued at random moments";
  }

  @Override
  public int weight() {
    return 6;
  }

  @Override
  public boolean isStoppedAndContinued() {
    return true;
  }

  @Override
  public void run(PartRun run) throws InterruptedException {
    Soak.run(run, new RandomFaults(run.random(2)));
  }
}
