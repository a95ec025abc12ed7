package io.selvage.kernel.simulation;

import io.selvage.kernel.jvm.Errand;

/** Runs foreign code of the library, each time on a new thread of the run. Guarded by the turn. */
final class Errands {
  /*
   * Errand.place:  0 ──prepare──▶ PREPARED ──run──▶ RUNNING ──asks for a delay──▶ 0, with a timer ──▶ PREPARED ...
   *                any ──forget──▶ FORGOTTEN: no further run begins
   */
  private final SimulatedMachine machine;
  private final OwnThreads ownThreads;

  Errands(SimulatedMachine machine, OwnThreads ownThreads) {
    this.machine = machine;
    this.ownThreads = ownThreads;
  }

  static void prepare(Errand errand) {
    errand.place = Errand.PREPARED;
  }

  /** A new thread each time, so that the schedule decides about each of its steps. */
  void run(Errand errand) {
    if (machine.isAbandoned() || errand.place != Errand.PREPARED) {
      return;
    }
    machine.refuseOthers("cancels a simulated one");
    errand.place = Errand.RUNNING;
    Runnable body =
        () -> OwnThreads.runGuarded("a canceller or a report failed", () -> runOnItsThread(errand));
    ownThreads.start(ownThreads.make("canceller", body, false));
  }

  private void runOnItsThread(Errand errand) {
    long delay = errand.run();
    if (delay >= 0 && errand.place == Errand.RUNNING && !machine.isAbandoned()) {
      errand.place = 0; // the timer will run it
      errand.timer = machine.callAt(machine.now() + delay, () -> runAgain(errand));
    }
  }

  private void runAgain(Errand errand) {
    if (errand.place == 0) {
      prepare(errand);
      run(errand);
    }
  }

  static void forget(Errand errand) {
    errand.place = Errand.FORGOTTEN;
    if (errand.timer != null) {
      errand.timer.cancel();
    }
  }
}
