package io.selvage.test;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A run of a {@link Simulation} has gone wrong. The message has everything to look at it again: the
 * schedule as a line to paste, the last steps, and the tasks with what they wait for. What the
 * program threw is the cause.
 */
public final class SimulationFailure extends AssertionError {
  private static final long serialVersionUID = 1L;

  /** What can go wrong. */
  public enum Kind {
    /** The body threw: an assertion, or a failure of the program. */
    FAILED,
    /** A failure that no code could receive: it would have gone to the log. */
    UNCAUGHT,
    /** Nothing can run any more, and no time is waited for. */
    DEADLOCK,
    /**
     * The body has ended and left something: a thread that never ends, a timer, an interrupt flag.
     */
    LEAK,
    /** An invariant did not hold after a step. */
    INVARIANT,
    /** There were more steps than allowed: a livelock, or a limit that is too low. */
    STEP_LIMIT,
    /** A task ran on without a step for too long in real time, or is blocked outside of Selvage. */
    STALLED,
    /** A thread that is not simulated was made, or took part. */
    FOREIGN_THREAD,
    /** Two runs of one schedule were not the same. */
    NOT_DETERMINISTIC,
    /** The schedule that was to be replayed does not fit the program. */
    OTHER_PROGRAM,
    /** The thread that runs the simulation was interrupted. */
    INTERRUPTED
  }

  /** What went wrong. */
  private final Kind kind;

  /** Of the run. */
  private final long seed;

  /** To be replayed. */
  private final @Nullable String schedule;

  SimulationFailure(
      Kind kind, String message, long seed, @Nullable String schedule, @Nullable Throwable cause) {
    super(message, cause);
    this.kind = kind;
    this.seed = seed;
    this.schedule = schedule;
  }

  /** {@return what went wrong} */
  public Kind kind() {
    return kind;
  }

  /** {@return the seed of the run that failed first} */
  public long seed() {
    return seed;
  }

  /**
   * {@return the schedule to replay it with, as short as it could be made; see {@link
   * Simulation#replay}. Empty if there was no run}
   */
  public Optional<String> schedule() {
    return Optional.ofNullable(schedule);
  }
}
