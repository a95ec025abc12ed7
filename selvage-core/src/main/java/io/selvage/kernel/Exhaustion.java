package io.selvage.kernel;

import org.jspecify.annotations.Nullable;

/**
 * The places at which the library allocates memory close to a step that cannot be undone. A
 * simulation can make each of them fail as if the heap were full, so that tests see the effect on
 * the step.
 *
 * <p>Outside of simulations a place costs one read.
 */
public final class Exhaustion {
  /** The prefix of the names of these places, among the fault points of a simulation. */
  public static final String PREFIX = "heap: ";

  private Exhaustion() {}

  /**
   * Marks a place at which memory is about to be allocated.
   *
   * @param place its name
   * @throws OutOfMemoryError if the simulation makes this place fail
   */
  public static void point(String place) {
    if (Step.simulating() && Step.fails(PREFIX + place)) {
      throw new OutOfMemoryError("simulated: " + place);
    }
  }

  /**
   * Runs an action that another thread waits for. Tries again until there is enough memory for it.
   *
   * @param action has no effect if it throws an {@link OutOfMemoryError}; created before it is
   *     needed
   */
  public static void insist(Runnable action) {
    boolean interrupted = false;
    try {
      while (!hasRun(action)) {
        interrupted |= pause(ThreadRecord.known());
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /**
   * In a simulation memory fails only where the simulation makes it fail, so it makes no sense to
   * wait for other threads.
   */
  private static boolean pause(@Nullable ThreadRecord self) {
    if (self == null) {
      Thread.onSpinWait();
      return false;
    }
    if (self.machine() != Machine.real()) {
      self.machine().letOthersRun(self);
      return false;
    }
    return self.machine().pause(self, true);
  }

  private static boolean hasRun(Runnable action) {
    try {
      action.run();
      return true;
    } catch (OutOfMemoryError e) {
      return false;
    }
  }
}
