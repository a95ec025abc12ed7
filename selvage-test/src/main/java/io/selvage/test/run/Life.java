package io.selvage.test.run;

import io.selvage.kernel.simulation.SimulatedThread;

/**
 * The steps between the start and the end of a thread.
 *
 * @param thread the thread
 * @param first the first step while it lives
 * @param last the last one
 */
public record Life(SimulatedThread thread, long first, long last) {

  Life endingAt(long step) {
    return new Life(thread, first, step);
  }

  /** {@return whether the thread can be cancelled by itself} */
  public boolean isCancellable() {
    return InjectedCancel.isPossible(thread);
  }
}
