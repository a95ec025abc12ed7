package io.selvage.costs;

import io.selvage.kernel.simulation.FirstCandidate;
import io.selvage.kernel.simulation.SimulatedMachine;
import java.util.concurrent.TimeUnit;

/**
 * How often the threads of an operation park and are woken.
 *
 * @param parks calls of the machine that block a thread
 * @param unparks calls of the machine that let a blocked thread continue
 */
record Switches(double parks, double unparks) {
  private static final long STALL = TimeUnit.SECONDS.toNanos(60);

  /**
   * {@return the switches of one operation} They are counted in two simulations, the second of
   * which performs it twice as often: the difference has no costs of the start and the end. A
   * thread runs there until it waits, so the numbers are always the same.
   */
  static Switches of(HotOperation operation) throws Exception {
    int times = operation.simulated();
    SimulatedMachine once = simulated(operation, times);
    SimulatedMachine twice = simulated(operation, 2 * times);
    return new Switches(
        rounded(twice.parks() - once.parks(), times),
        rounded(twice.unparks() - once.unparks(), times));
  }

  private static double rounded(long count, int times) {
    return Math.round(100.0 * count / times) / 100.0;
  }

  private static SimulatedMachine simulated(HotOperation operation, int times) throws Exception {
    SimulatedMachine machine = new SimulatedMachine(new FirstCandidate(), false, false);
    Throwable failure = machine.run(() -> perform(operation, times), STALL);
    if (failure != null) {
      throw new AssertionError(operation.name() + " failed in its simulation", failure);
    }
    return machine;
  }

  private static void perform(HotOperation operation, int times) {
    try {
      operation.body().perform(times);
    } catch (Exception failure) {
      throw new IllegalStateException(failure);
    }
  }
}
