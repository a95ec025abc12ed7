package io.selvage.test;

import io.selvage.ThrowingConsumer;
import io.selvage.kernel.Machine;
import io.selvage.test.Execution.Outcome;
import io.selvage.test.Execution.Plan;
import java.time.Duration;
import java.util.Arrays;

/**
 * Makes the schedule of a failure shorter: replaces choices by the usual one while it still fails
 * in the same way.
 *
 * <p>First the end is cut off, then ever smaller groups of choices are tried, as in delta debugging
 * (Zeller, Hildebrandt: Simplifying and isolating failure-inducing input, 2002).
 */
final class Shortening {
  private static final int MOST_RUNS = 500;
  private static final Duration MOST_TIME = Duration.ofSeconds(5);

  private final SimulationOptions options;
  private final ThrowingConsumer<? super SimulationRun, ?> body;
  private final long end = Machine.real().now() + MOST_TIME.toNanos();
  private Outcome shortest;
  private int runs;

  Shortening(
      SimulationOptions options, ThrowingConsumer<? super SimulationRun, ?> body, Outcome failed) {
    this.options = options;
    this.body = body;
    this.shortest = failed;
  }

  Outcome shortened() {
    cutEnd();
    boolean shorter = true;
    while (shorter && mayGoOn()) {
      shorter = false;
      for (int size = Math.max(1, unusual() / 2); size > 0 && mayGoOn(); size /= 2) {
        shorter |= dropGroupsOf(size);
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

  private int[] choices() {
    return shortest.decisions().choices();
  }

  private int unusual() {
    return (int) Arrays.stream(choices()).filter(choice -> choice != 0).count();
  }

  private void cutEnd() {
    int fails = choices().length;
    int passes = -1;
    while (fails - passes > 1 && mayGoOn()) {
      int middle = (fails + passes) >>> 1;
      if (tryOut(Arrays.copyOf(choices(), Math.min(middle, choices().length)))) {
        fails = Math.min(middle, choices().length);
      } else {
        passes = middle;
      }
    }
  }

  private boolean dropGroupsOf(int size) {
    boolean any = false;
    int from = 0;
    while (from < unusual() && mayGoOn()) {
      int[] fewer = choices();
      int seen = 0;
      for (int i = 0; i < fewer.length; i++) {
        if (fewer[i] != 0 && seen++ >= from && seen <= from + size) {
          fewer[i] = 0;
        }
      }
      if (tryOut(fewer)) {
        any = true;
      } else {
        from += size;
      }
    }
    return any;
  }

  /** Returns whether these choices fail in the same way, and are fewer. */
  private boolean tryOut(int[] choices) {
    runs++;
    int before = unusual();
    Plan plan = Plan.laidDown(shortest.plan().seed(), choices, false, shortest.plan().cancel());
    Outcome outcome = Execution.of(options, plan, body);
    if (!Execution.requireFound(shortest).isLike(outcome.found())) {
      return false;
    }
    Outcome old = shortest;
    shortest = outcome;
    if (unusual() < before || choices().length < old.decisions().choices().length) {
      return true;
    }
    shortest = old;
    return false;
  }
}
