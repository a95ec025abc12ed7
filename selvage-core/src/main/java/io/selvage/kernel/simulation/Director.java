package io.selvage.kernel.simulation;

import org.jspecify.annotations.Nullable;

/**
 * Who decides what happens on a {@link SimulatedMachine}. All methods are called on the thread that
 * has the turn, unless they say something else, and never at the same time.
 */
public interface Director {

  /** The threads that can run now. */
  interface Candidates {

    /** {@return how many; at least 1} */
    int size();

    /**
     * {@return one of them; the one whose turn it is comes first, or last if it yields, and is
     * missing if it cannot go on. The others are in the order in which they became ready}
     */
    SimulatedThread get(int index);
  }

  /** How the thread that has the turn gets to a choice. */
  enum Moment {
    /** It could go on, and is the first candidate. */
    STEP,
    /** It lets others go first, and is the last candidate. */
    YIELD,
    /** It waits or has ended, and is no candidate. */
    BLOCK
  }

  /**
   * Picks who runs next; called also if there is no choice.
   *
   * @return an index into the candidates
   */
  int pick(Candidates candidates, Moment moment);

  /** Picks one of {@code count} equals, other than threads: such as timers of one moment. */
  int pick(int count);

  /** A thread is started; it has not got the turn yet. */
  void starts(SimulatedThread thread);

  /** A thread has ended. */
  void ends(SimulatedThread thread);

  /** Nobody can run: time passes next, unless this changes something. Counts as a step. */
  void idles();

  /**
   * A thread gets to a step; what it did before is done. Afterwards the next one is picked.
   *
   * @return for how many nanoseconds the thread is to be held up; mostly 0
   */
  long arrives(SimulatedThread thread, String operation, boolean begins);

  /** A thread goes on with the step it has got to. */
  void takes(SimulatedThread thread, String operation, boolean begins);

  /** {@return whether this fault point is to fail now} */
  boolean fails(SimulatedThread thread, String faultPoint);

  /**
   * Nothing can run, and nothing ever will.
   *
   * @return what the run fails with
   */
  Throwable stuck();

  /**
   * The thread that has the turn has not got to a step for too long. Called on the thread that runs
   * the simulation.
   *
   * @return what the run fails with
   */
  Throwable stalled(SimulatedThread thread);

  /**
   * Something failed, and nobody can receive that.
   *
   * @return what the run fails with, or null if it is no failure of the run
   */
  @Nullable Throwable uncaught(String message, Throwable failure);

  /**
   * A thread that is not part of the simulation meddles with it. Called on that thread.
   *
   * @return what the run fails with
   */
  RuntimeException meddled(String what);
}
