package io.selvage.test.run;

import io.selvage.kernel.Machine;
import io.selvage.test.run.Execution.Program;
import io.selvage.test.schedule.Switches;
import io.selvage.test.schedule.Switches.Switch;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Makes the schedule of a failure shorter: leaves out switches while it still fails in the same
 * way.
 *
 * <p>Ever smaller groups of them are tried, as in delta debugging (Zeller, Hildebrandt: Simplifying
 * and isolating failure-inducing input, 2002).
 */
public final class Shortening {
  private static final int MOST_RUNS = 500;
  private static final Duration MOST_TIME = Duration.ofSeconds(5);

  private final RunSettings settings;
  private final Program program;
  private final long end = Machine.real().now() + MOST_TIME.toNanos();
  private final Found found;
  private final RunPlan plan;
  private RunOutcome shortest;
  private List<Switch> switches = List.of();
  private int runs;

  /** Creates one for a run that has failed. */
  public Shortening(RunSettings settings, Program program, RunOutcome failed) {
    this.settings = settings;
    this.program = program;
    this.shortest = failed;
    this.found = failed.requireFound();
    this.plan = failed.plan();
  }

  /** {@return whether the run fails again in the same way; otherwise it cannot be shortened} */
  public boolean canBeRepeated() {
    Switches noted = new Switches(List.of());
    RunOutcome again =
        run(
            RunPlan.laidDown(plan.seed(), shortest.decisions().choices(), false, plan.cancel())
                .withSwitches(noted, false));
    switches = noted.noted();
    return found.isLike(again.found())
        && again.trace().fingerprint() == shortest.trace().fingerprint();
  }

  /** {@return the run with the fewest switches that was found} */
  public RunOutcome shortened() {
    int size = switches.size();
    while (size > 0 && mayGoOn()) {
      boolean shorter = dropGroupsOf(size);
      if (size > 1) {
        size = Math.min(size / 2, Math.max(1, switches.size()));
      } else if (!shorter) {
        break;
      }
    }
    return shortest;
  }

  /** {@return how many runs were made for it} */
  public int runs() {
    return runs;
  }

  private boolean mayGoOn() {
    return runs < MOST_RUNS && Machine.real().now() - end < 0;
  }

  private boolean dropGroupsOf(int size) {
    boolean any = false;
    int from = 0;
    while (from < switches.size() && mayGoOn()) {
      List<Switch> fewer = new ArrayList<>(switches);
      fewer.subList(from, Math.min(from + size, fewer.size())).clear();
      if (failsWith(fewer)) {
        any = true;
      } else {
        from += size;
      }
    }
    return any;
  }

  private boolean failsWith(List<Switch> wanted) {
    Switches noted = new Switches(wanted);
    RunOutcome outcome =
        run(
            RunPlan.laidDown(plan.seed(), new int[0], false, plan.cancel())
                .withSwitches(noted, true));
    if (!found.isLike(outcome.found()) || noted.noted().size() >= switches.size()) {
      return false;
    }
    shortest = outcome;
    switches = noted.noted();
    return true;
  }

  private RunOutcome run(RunPlan next) {
    runs++;
    return Execution.of(settings, next, program);
  }
}
