package io.selvage.test;

import io.selvage.function.ThrowingConsumer;
import io.selvage.kernel.Machine;
import io.selvage.test.Execution.Outcome;
import io.selvage.test.Execution.Plan;
import io.selvage.test.Switches.Switch;
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
final class Shortening {
  private static final int MOST_RUNS = 500;
  private static final Duration MOST_TIME = Duration.ofSeconds(5);

  private final SimulationOptions options;
  private final ThrowingConsumer<? super SimulationRun, ?> body;
  private final long end = Machine.real().now() + MOST_TIME.toNanos();
  private final Found found;
  private final Plan plan;
  private Outcome shortest;
  private List<Switch> switches = List.of();
  private int runs;

  Shortening(
      SimulationOptions options, ThrowingConsumer<? super SimulationRun, ?> body, Outcome failed) {
    this.options = options;
    this.body = body;
    this.shortest = failed;
    this.found = Execution.requireFound(failed);
    this.plan = failed.plan();
  }

  /** {@return whether the run fails again in the same way; otherwise it cannot be shortened} */
  boolean canBeRepeated() {
    Switches noted = new Switches(List.of());
    Outcome again =
        run(
            Plan.laidDown(plan.seed(), shortest.decisions().choices(), false, plan.cancel())
                .withSwitches(noted, false));
    switches = noted.noted();
    return found.isLike(again.found())
        && again.trace().fingerprint() == shortest.trace().fingerprint();
  }

  Outcome shortened() {
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

  int runs() {
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
    Outcome outcome =
        run(Plan.laidDown(plan.seed(), new int[0], false, plan.cancel()).withSwitches(noted, true));
    if (!found.isLike(outcome.found()) || noted.noted().size() >= switches.size()) {
      return false;
    }
    shortest = outcome;
    switches = noted.noted();
    return true;
  }

  private Outcome run(Plan next) {
    runs++;
    return Execution.of(options, next, body);
  }
}
