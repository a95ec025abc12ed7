package io.selvage.stress.sim;

/**
 * What kills a service, and when.
 *
 * @param way how
 * @param victim the number of the service
 * @param point after how many steps: of the task that kills, or of the service if it throws
 */
record Kill(Way way, int victim, int point) {
  static final Kill NONE = new Kill(Way.NONE, 0, 0);

  /** How a service is killed. */
  enum Way {
    /** It is not. */
    NONE,
    /** It is stopped. */
    STOP,
    /** It is stopped with a grace period. */
    STOP_WITH_GRACE,
    /** It is failed from outside. */
    FAIL,
    /** Its own code throws. */
    THROW,
    /** The whole group is stopped. */
    STOP_ALL
  }

  /** {@return the same, one step later} */
  Kill later() {
    return new Kill(way, victim, point + 1);
  }
}
