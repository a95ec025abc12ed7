package io.selvage.kernel;

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
    if (Step.possible() && Step.fails(PREFIX + place)) {
      throw new OutOfMemoryError("simulated: " + place);
    }
  }
}
