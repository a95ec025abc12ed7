package io.selvage.test.run;

import io.selvage.test.schedule.Decisions;
import io.selvage.test.schedule.Schedule;
import java.time.Duration;
import java.util.Collection;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What is known about a run after its end.
 *
 * @param plan what was laid down
 * @param found what is wrong with it, or null
 * @param leftThreads whether there are some that did not end with it
 * @param alsoThrown by the body, besides that; or null
 * @param decisions the choices
 * @param trace the steps
 * @param lives when each task lived, if that was noted
 * @param steps how many
 * @param elapsed how much time has passed in it
 */
public record RunOutcome(
    RunPlan plan,
    @Nullable Found found,
    boolean leftThreads,
    @Nullable Throwable alsoThrown,
    Decisions decisions,
    Trace trace,
    Collection<Life> lives,
    long steps,
    Duration elapsed) {

  /** {@return what is wrong with it; only of a run that has failed} */
  public Found requireFound() {
    return Objects.requireNonNull(found);
  }

  /** {@return the schedule that replays it, as text} */
  public String schedule(String name) {
    return Schedule.of(name, plan.seed(), decisions.choices(), plan.cancel(), trace.fingerprint())
        .text();
  }
}
