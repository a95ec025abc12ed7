package io.selvage.kernel;

import org.jspecify.annotations.Nullable;

/**
 * The places at which the library allocates near a step that cannot be taken back. A simulation can
 * make each of them fail as if the heap were full, so that tests see what becomes of the step.
 *
 * <p>Outside of simulations a place costs one read.
 */
public final class Exhaustion {
  /** What the names of these places begin with, among the fault points of a simulation. */
  public static final String PREFIX = "heap: ";

  private Exhaustion() {}

  /**
   * Memory is about to be allocated here.
   *
   * @param place its name
   * @throws OutOfMemoryError if the simulation wants that
   */
  public static void point(String place) {
    if (Step.simulating() && Step.fails(PREFIX + place)) {
      throw new OutOfMemoryError("simulated: " + place);
    }
  }

  /**
   * Runs what must happen, as somebody waits for it: again and again, until there is memory for it.
   *
   * @param action has had no effect if it throws an {@link OutOfMemoryError}; made before it is
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

  /** In a simulation only what it makes fail fails, so there is nobody to wait for. */
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
