package io.selvage.stress.soak;

import io.selvage.stress.run.PartRun;

/** What goes wrong in a round. */
interface Faults {

  /**
   * Injects one fault, or a few; called again and again, on a thread of its own, until the round is
   * over.
   */
  void inject(Round round, PartRun run) throws InterruptedException;
}
