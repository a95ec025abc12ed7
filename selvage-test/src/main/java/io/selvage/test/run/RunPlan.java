package io.selvage.test.run;

import io.selvage.test.schedule.Chooser;
import io.selvage.test.schedule.Schedule;
import io.selvage.test.schedule.Switches;
import org.jspecify.annotations.Nullable;

/**
 * What is laid down about a run before it begins.
 *
 * @param seed of the program's own random numbers
 * @param chooser makes the choices that are not laid down
 * @param choices those that are, from the start
 * @param exact whether a choice that does not fit is a failure
 * @param cancel where to cancel a task
 * @param keepTrace whether all steps are kept
 * @param keepLives whether it is noted when each task lived; needed to cancel one
 * @param switches notes the unusual choices, or null
 * @param bySwitches whether these make the choices
 */
@SuppressWarnings("ArrayRecordComponent") // never changed, never compared
public record RunPlan(
    long seed,
    Chooser chooser,
    int[] choices,
    boolean exact,
    Schedule.@Nullable Cancel cancel,
    boolean keepTrace,
    boolean keepLives,
    @Nullable Switches switches,
    boolean bySwitches) {
  private static final int[] NOTHING = {};

  /** {@return a plan without any choices} */
  public static RunPlan free(long seed, Chooser chooser) {
    return new RunPlan(seed, chooser, NOTHING, false, null, false, false, null, false);
  }

  /** {@return a plan with these choices, and the usual ones after them} */
  public static RunPlan laidDown(
      long seed, int[] choices, boolean exact, Schedule.@Nullable Cancel cancel) {
    return new RunPlan(
        seed, Chooser.STEADY, choices, exact, cancel, false, cancel != null, null, false);
  }

  /** {@return this plan, for a run that keeps all its steps} */
  public RunPlan withTrace() {
    return new RunPlan(seed, chooser, choices, exact, cancel, true, keepLives, null, false);
  }

  /** {@return this plan, for a run that notes when each task lived} */
  public RunPlan withLives() {
    return new RunPlan(seed, chooser, choices, exact, cancel, keepTrace, true, null, false);
  }

  /** {@return this plan, for a run in which a task is cancelled} */
  public RunPlan withCancel(Schedule.Cancel newCancel) {
    return new RunPlan(seed, chooser, choices, exact, newCancel, keepTrace, true, null, false);
  }

  RunPlan withSwitches(Switches newSwitches, boolean choosing) {
    return new RunPlan(
        seed, chooser, choices, exact, cancel, keepTrace, keepLives, newSwitches, choosing);
  }
}
