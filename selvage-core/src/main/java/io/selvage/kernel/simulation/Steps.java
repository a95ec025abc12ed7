package io.selvage.kernel.simulation;

import java.util.function.Supplier;

/** Counts the steps of a run, and calls the director at each. Guarded by the turn. */
final class Steps {
  private final Director director;
  private volatile long count; // written by the thread that has the turn
  private boolean excluded; // the director or the simulation works: its actions are no steps

  Steps(Director director) {
    this.director = director;
  }

  /** {@return how many steps there have been; any thread} */
  long count() {
    return count;
  }

  @SuppressWarnings("NonAtomicVolatileUpdate") // only the thread that has the turn writes
  void add() {
    count++;
  }

  /** {@return whether what happens now is no step} */
  boolean areExcluded() {
    return excluded;
  }

  /** {@return for how many nanoseconds the director delays a thread that reaches a step} */
  long arrive(SimulatedThread self, String operation, boolean begins) {
    add();
    excluded = true;
    try {
      return director.arrives(self, operation, begins);
    } finally {
      excluded = false;
    }
  }

  /** No thread can run: this is a step as well. */
  void idle() {
    add();
    runExcluded(director::idles);
  }

  /** Runs an action that is no part of the schedule. */
  void runExcluded(Runnable action) {
    excluded = true;
    try {
      action.run();
    } finally {
      excluded = false;
    }
  }

  /** As {@link #runExcluded}, with a result. */
  <T> T callExcluded(Supplier<T> action) {
    excluded = true;
    try {
      return action.get();
    } finally {
      excluded = false;
    }
  }

  /** Refuses a wait in an action that is no part of the schedule. */
  void refuseToWait(Object where) {
    if (excluded) {
      throw new IllegalStateException("an invariant must not wait, it did in " + where);
    }
  }
}
