package io.selvage.test.run;

/**
 * The kinds of what can be wrong with a run: the constants of {@code SimulationFailure.Kind}, which
 * describes them, under the same names. This package does not use the public one.
 */
public enum Problem {
  /** The body threw. */
  FAILED,
  /** A failure that no code receives. */
  UNCAUGHT,
  /** No thread can run, and none waits for a time. */
  DEADLOCK,
  /** The body has left something behind. */
  LEAK,
  /** An invariant did not hold. */
  INVARIANT,
  /** Too many steps. */
  STEP_LIMIT,
  /** Too much real time without a step. */
  STALLED,
  /** A thread that is not simulated took part. */
  FOREIGN_THREAD,
  /** Two runs of one schedule differ. */
  NOT_DETERMINISTIC,
  /** The schedule does not fit the program. */
  OTHER_PROGRAM,
  /** The thread that runs the simulation was interrupted. */
  INTERRUPTED
}
