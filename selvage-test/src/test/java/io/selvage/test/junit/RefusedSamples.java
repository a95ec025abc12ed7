package io.selvage.test.junit;

import static io.selvage.test.junit.SimulationSamples.LOG;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/** Tests that {@link SimulationExtension} refuses, for {@link SimulationExtensionTest}. */
final class RefusedSamples {
  private RefusedSamples() {}

  static class BadElements {
    @SimulationTest(seeds = 0)
    void seeds() {}

    @SimulationTest(strategy = StrategyKind.PCT, depth = 0)
    void depth() {}

    @SimulationTest(strategy = StrategyKind.EXHAUSTIVE, preemptions = -1)
    void preemptions() {}

    @SimulationTest(stepLimit = 0)
    void stepLimit() {}

    @SimulationTest(stallLimitMillis = 0)
    void stallLimitMillis() {}

    @SimulationTest(stallLimitMillis = Long.MAX_VALUE)
    void endlessStallLimit() {}

    @SimulationTest(delayProbability = 1.5)
    void delayProbability() {}

    @SimulationTest(delayProbability = 0.5, longestDelayMillis = 0)
    void longestDelayMillis() {}

    @SimulationTest(faultProbability = Double.NaN)
    void faultProbability() {}

    @SimulationTest(timeBudgetMillis = -1)
    void timeBudgetMillis() {}

    @SimulationTest(depth = 5)
    void depthAlone() {}

    @SimulationTest(preemptions = 5)
    void preemptionsAlone() {}

    @SimulationTest(longestDelayMillis = 5)
    void longestDelayAlone() {}

    @SimulationTest(cancelEverywhere = true, seeds = 5)
    void cancelEverywhereWithSeeds() {}

    @SimulationTest(cancelEverywhere = true, strategy = StrategyKind.EXHAUSTIVE)
    void cancelEverywhereExhaustively() {}

    @BeforeEach
    @AfterEach
    void log() {
      LOG.add("run");
    }
  }

  @TestInstance(TestInstance.Lifecycle.PER_CLASS)
  static class HasOneInstance {
    @SimulationTest
    void test() {
      LOG.add("test");
    }
  }

  static class IsATemplate {
    @RepeatedTest(1)
    @SimulationTest(seeds = 1)
    void test() {
      LOG.add("test");
    }
  }

  @ExtendWith(SimulationExtension.class)
  static class RegistersTheExtension {
    @Test
    void test() {
      LOG.add("test");
    }
  }
}
