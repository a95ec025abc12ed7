package io.selvage.test.junit;

import static java.time.Duration.ofMillis;

import io.selvage.test.Simulation;
import io.selvage.test.SimulationOptions;
import io.selvage.test.Strategy;
import org.opentest4j.TestAbortedException;

/** What a {@link SimulationTest} says, checked and as options. */
final class Settings {
  // the defaults of elements that are refused where they have no effect
  static final int SEEDS = 100;
  static final int DEPTH = 3;
  static final int PREEMPTIONS = 2;
  static final long LONGEST_DELAY = 1_000;

  private Settings() {}

  /**
   * {@return the options that an annotation asks for}
   *
   * @throws IllegalArgumentException if an element is out of its range, or has no effect
   */
  static SimulationOptions options(SimulationTest test, String name) {
    refuseBadNumbers(test);
    refuseWithoutEffect(test);
    SimulationOptions options =
        Simulation.options()
            .withName(name)
            .withFirstSeed(test.firstSeed())
            .withStrategy(strategy(test))
            .withStepLimit(test.stepLimit())
            .withStallLimit(ofMillis(test.stallLimitMillis()))
            .withFaults(test.faultProbability())
            .withReplayLine(schedule -> "@SimulationTest(schedule = \"" + schedule + "\")")
            .withAbort(TestAbortedException.class);
    if (test.delayProbability() > 0) {
      options = options.withDelays(test.delayProbability(), ofMillis(test.longestDelayMillis()));
    }
    if (test.timeBudgetMillis() > 0) {
      options = options.withTimeBudget(ofMillis(test.timeBudgetMillis()));
    }
    return test.platformThreads() ? options.withPlatformThreads() : options;
  }

  private static Strategy strategy(SimulationTest test) {
    return switch (test.strategy()) {
      case MIXED -> Strategy.mixed();
      case RANDOM -> Strategy.random();
      case PCT -> Strategy.pct(test.depth());
      case ROUND_ROBIN -> Strategy.roundRobin();
      case EXHAUSTIVE -> Strategy.exhaustive(test.preemptions());
    };
  }

  private static void refuseBadNumbers(SimulationTest test) {
    requireAtLeast(1, "seeds", test.seeds());
    requireAtLeast(1, "depth", test.depth());
    requireAtLeast(0, "preemptions", test.preemptions());
    requireAtLeast(1, "stepLimit", test.stepLimit());
    requireAtLeast(1, "stallLimitMillis", test.stallLimitMillis());
    requireAtLeast(1, "longestDelayMillis", test.longestDelayMillis());
    requireAtLeast(0, "timeBudgetMillis", test.timeBudgetMillis());
    requireProbability("delayProbability", test.delayProbability());
    requireProbability("faultProbability", test.faultProbability());
  }

  private static void requireAtLeast(long least, String element, long value) {
    if (value < least) {
      throw new IllegalArgumentException(element + " must be >= " + least + ", was " + value);
    }
  }

  private static void requireProbability(String element, double value) {
    if (!(value >= 0 && value <= 1)) {
      throw new IllegalArgumentException(element + " must be from 0 to 1, was " + value);
    }
  }

  private static void refuseWithoutEffect(SimulationTest test) {
    if (test.depth() != DEPTH && test.strategy() != StrategyKind.PCT) {
      throw withoutEffect("depth", "without strategy = PCT");
    }
    if (test.preemptions() != PREEMPTIONS && test.strategy() != StrategyKind.EXHAUSTIVE) {
      throw withoutEffect("preemptions", "without strategy = EXHAUSTIVE");
    }
    if (test.longestDelayMillis() != LONGEST_DELAY && test.delayProbability() == 0) {
      throw withoutEffect("longestDelayMillis", "without delayProbability");
    }
    if (test.cancelEverywhere() && test.seeds() != SEEDS) {
      throw withoutEffect("seeds", "with cancelEverywhere, which runs one seed: the firstSeed");
    }
    if (test.cancelEverywhere() && test.strategy() == StrategyKind.EXHAUSTIVE) {
      throw withoutEffect(
          "strategy = EXHAUSTIVE", "with cancelEverywhere, which runs one order of steps");
    }
  }

  private static IllegalArgumentException withoutEffect(String element, String why) {
    return new IllegalArgumentException(element + " has no effect " + why);
  }
}
