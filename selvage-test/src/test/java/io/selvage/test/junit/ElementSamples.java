package io.selvage.test.junit;

import static io.selvage.test.junit.SimulationSamples.LOG;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.selvage.FaultPoint;
import io.selvage.Selvage;
import io.selvage.TaskGroup;
import io.selvage.test.SimulationRun;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;

/** Tests that use the elements of the annotation, for {@link SimulationExtensionTest}. */
final class ElementSamples {
  private ElementSamples() {}

  static class Strategies {
    @SimulationTest(seeds = 10, strategy = StrategyKind.RANDOM)
    void random() throws Exception {
      count("random");
    }

    @SimulationTest(seeds = 10, strategy = StrategyKind.PCT, depth = 2)
    void pct() throws Exception {
      count("pct");
    }

    @SimulationTest(seeds = 10, strategy = StrategyKind.ROUND_ROBIN)
    void roundRobin() throws Exception {
      count("roundRobin");
    }

    @SimulationTest(seeds = 10_000, strategy = StrategyKind.EXHAUSTIVE, preemptions = 1)
    void exhaustive() throws Exception {
      count("exhaustive");
    }

    @SimulationTest(seeds = 10, platformThreads = true)
    void onPlatformThreads() throws Exception {
      count(Thread.currentThread().isVirtual() ? "virtual" : "platform");
    }

    @SimulationTest(seeds = 10_000_000, timeBudgetMillis = 10)
    void forAWhile() throws Exception {
      Selvage.checkpoint();
    }

    @SimulationTest(
        seeds = 2,
        strategy = StrategyKind.EXHAUSTIVE,
        preemptions = 3,
        timeBudgetMillis = 60_000)
    void exhaustiveAsFarAsItGets() throws Exception {
      count("as far as it gets");
    }
  }

  private static void count(String what) throws Exception {
    LOG.add(what);
    TaskGroup.run(
        group -> {
          group.launch(Selvage::checkpoint);
          group.launch(Selvage::checkpoint);
        });
  }

  static class DoesNotGetToTheEnd {
    @SimulationTest(seeds = 5, strategy = StrategyKind.EXHAUSTIVE)
    void test() throws Exception {
      count("test");
    }
  }

  static class TakesTooManySteps {
    @SimulationTest(stepLimit = 10)
    void test() throws Exception {
      while (true) {
        Selvage.checkpoint();
      }
    }
  }

  static class Stalls {
    @SimulationTest(stallLimitMillis = 20)
    void test() throws Exception {
      Thread.sleep(60_000);
    }
  }

  static class IsHeldUp {
    @SimulationTest(delayProbability = 0.5, longestDelayMillis = 100)
    void test(SimulationRun run) throws Exception {
      Selvage.checkpoint();
      assertEquals(Duration.ZERO, run.elapsed());
    }
  }

  static class HasFaults {
    @SimulationTest(faultProbability = 0.1)
    void test() {
      if (FaultPoint.fails("disk")) {
        throw new IllegalStateException("disk full");
      }
    }
  }

  static class IsCancelledEverywhere {
    @SimulationTest(cancelEverywhere = true)
    void test() throws InterruptedException {
      LOG.add("begun");
      Selvage.checkpoint();
      Selvage.checkpoint();
      LOG.add("ended");
    }
  }

  /** Loses an item if it is cancelled at the wrong place, which only the AfterEach method sees. */
  static class LosesAnItemWhenCancelled {
    private boolean taken;
    private boolean kept;

    @SimulationTest(cancelEverywhere = true)
    void test() throws InterruptedException {
      Selvage.checkpoint();
      taken = true;
      Selvage.checkpoint();
      kept = true;
    }

    @AfterEach
    void nothingIsLost() {
      assertEquals(taken, kept, "taken, and then kept");
    }
  }

  static class FailsUncancelled {
    @SimulationTest(cancelEverywhere = true)
    void test() throws InterruptedException {
      Selvage.checkpoint();
      throw new IllegalStateException("always");
    }
  }

  // ---- composed

  @Retention(RetentionPolicy.RUNTIME)
  @SimulationTest(seeds = 3)
  @interface ThreeSeeds {}

  static class IsComposed {
    @ThreeSeeds
    void test() {
      LOG.add("test");
    }
  }
}
