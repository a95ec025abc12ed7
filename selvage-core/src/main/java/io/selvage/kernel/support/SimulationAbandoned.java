package io.selvage.kernel.support;

/**
 * Thrown in each thread of a failed simulation, at its next step, to end the thread. The failure
 * itself is known already.
 */
public final class SimulationAbandoned extends Error {
  private static final long serialVersionUID = 1L;

  /** Creates an exception without a stack trace. */
  public SimulationAbandoned() {
    super("the simulation has ended", null, false, false);
  }
}
