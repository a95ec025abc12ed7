package io.selvage.stress.soak;

import io.selvage.stress.run.PartRun;
import io.selvage.stress.run.StressPart;

/** The soak while foreign code blocks all carriers of virtual threads. */
public final class BlockedCarriersPart implements StressPart {
  /** Creates the part. */
  public BlockedCarriersPart() {}

  @Override
  public String name() {
    return "blocked-carriers";
  }

  @Override
  public String title() {
    return "the soak while initializers of classes block all carriers of virtual threads again and"
        + " again";
  }

  @Override
  public int weight() {
    return 6;
  }

  @Override
  public void run(PartRun run) throws InterruptedException {
    BlockedCarriers faults = new BlockedCarriers(run.random(2));
    Soak.run(run, faults);
    run.expect(faults.starved() > 0, "the carriers could not be blocked");
  }
}
