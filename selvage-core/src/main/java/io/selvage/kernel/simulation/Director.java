package io.selvage.kernel.simulation;

import org.jspecify.annotations.Nullable;

/**
 * Decides what happens on a {@link SimulatedMachine}. All methods are called on the thread that has
 * the turn, unless their description says something else, and never at the same time.
 */
public interface Director {

  /** The threads that can run now. */
  interface Candidates {

    /** {@return how many; at least 1} */
    int size();

    /**
     * {@return one of them; the thread that has the turn comes first, or last if it yields, and is
     * missing if it cannot continue. The others are in the order in which they became ready}
     */
    SimulatedThread get(int index);
  }

  /** The situation of the thread that has the turn when a choice is made. */
  enum Moment {
    /** It could continue, and is the first candidate. */
    STEP,
    /** It yields to other threads, and is the last candidate. */
    YIELD,
    /** It waits or has ended, and is no candidate. */
    BLOCK
  }

  /**
   * Picks the thread that runs next; called also if there is only one candidate.
   *
   * @return an index into the candidates
   */
  int pick(Candidates candidates, Moment moment);

  /**
   * Picks one of {@code count} equal things that are not threads, for example timers of the same
   * time.
   */
  int pick(int count);

  /** A thread is started; it has not had the turn yet. */
  void starts(SimulatedThread thread);

  /** A thread has ended. */
  void ends(SimulatedThread thread);

  /**
   * No thread can run: time passes next, unless this method changes something. Counts as a step.
   */
  void idles();

  /**
   * A thread reaches a step; everything before the step is done. After this call the next thread is
   * picked.
   *
   * @return for how many nanoseconds the thread is delayed; usually 0
   */
  long arrives(SimulatedThread thread, String operation, boolean begins);

  /** A thread continues with the step that it has reached. */
  void takes(SimulatedThread thread, String operation, boolean begins);

  /** {@return whether this fault point must fail now} */
  boolean fails(SimulatedThread thread, String faultPoint);

  /**
   * No thread can run, and none ever will.
   *
   * @return the failure of the run
   */
  Throwable stuck();

  /**
   * The thread that has the turn has not reached a step for too long. Called on the thread that
   * runs the simulation.
   *
   * @return the failure of the run
   */
  Throwable stalled(SimulatedThread thread);

  /**
   * A failure occurred that no other code can receive.
   *
   * @return the failure of the run, or null if the run must not fail
   */
  @Nullable Throwable uncaught(String message, Throwable failure);

  /**
   * A thread that is not part of the simulation used one of its objects. Called on that thread.
   *
   * @return the failure of the run
   */
  RuntimeException meddled(String what);
}
