package io.selvage.time;

/** What an {@link Interval} does after a tick that was asked for later than it was due. */
public enum LateTick {
  /** The next tick comes one period after the late one. */
  RESTART,
  /**
   * The next tick comes at the next point in time of the original schedule; others are left out.
   */
  SKIP,
  /**
   * The ticks that are overdue come at once, one after the other, until the schedule is reached.
   */
  BURST
}
