package io.selvage.test.junit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.selvage.Selvage;
import io.selvage.TaskGroup;
import io.selvage.channel.Channel;
import io.selvage.test.SimulationRun;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;

/**
 * Tests that pass, fail and so on, for {@link SimulationExtensionTest}. What they have done is in
 * {@link #LOG}.
 */
final class SimulationSamples {
  static final List<String> LOG = new ArrayList<>();
  static final Set<Long> SEEDS = new HashSet<>();

  private SimulationSamples() {}

  /** Two tasks that each add 1 by hand. */
  static final class Counter {
    int value;

    void add() throws InterruptedException {
      int seen = value;
      Selvage.checkpoint();
      value = seen + 1;
    }
  }

  // ---- runs

  static class Passes {
    @SimulationTest(seeds = 20, firstSeed = 7)
    void passes(SimulationRun run) throws Exception {
      SEEDS.add(run.seed());
      Selvage.sleep(Duration.ofHours(1));
      assertEquals(Duration.ofHours(1), run.elapsed());
    }
  }

  static class Defaults {
    @SimulationTest
    void passes(SimulationRun run) {
      SEEDS.add(run.seed());
    }
  }

  static class LosesUpdates {
    private final Counter counter = new Counter();

    @SimulationTest
    void counts() throws Exception {
      TaskGroup.run(
          group -> {
            group.launch(counter::add);
            group.launch(counter::add);
          });
      assertEquals(2, counter.value);
    }
  }

  // ---- instances, and what comes before and after

  static class Parent {
    int number;

    @BeforeEach
    void parentBefore() {
      LOG.add("parent before");
    }

    @AfterEach
    void parentAfter() {
      LOG.add("parent after");
    }

    @BeforeEach
    void overridden() {
      LOG.add("overridden");
    }
  }

  static class HasLifecycle extends Parent {
    HasLifecycle() {
      LOG.add("new");
    }

    @BeforeEach
    void before(SimulationRun run) throws InterruptedException {
      LOG.add("before " + number++ + " in run " + run.seed());
      Selvage.sleep(Duration.ofSeconds(1));
    }

    @Override
    @BeforeEach
    void overridden() {}

    @SimulationTest(seeds = 2)
    void test(SimulationRun run) {
      LOG.add("test " + number++ + " after " + run.elapsed());
    }

    @AfterEach
    void after(SimulationRun run) throws InterruptedException {
      Selvage.sleep(Duration.ofSeconds(1));
      LOG.add("after " + number++ + " in run " + run.seed());
    }
  }

  static class HasBothKindsOfTests {
    @BeforeEach
    void before() {
      LOG.add("before");
    }

    @Test
    void plain() {
      LOG.add("plain");
    }

    @SimulationTest(seeds = 2)
    void simulated() {
      LOG.add("simulated");
    }
  }

  static class HasNestedOnes {
    int outer;

    @BeforeEach
    void before() {
      LOG.add("outer before " + outer++);
    }

    @AfterEach
    void after() {
      LOG.add("outer after " + outer++);
    }

    @Nested
    class Inner {
      int inner;

      @BeforeEach
      void before() {
        LOG.add("inner before " + outer++ + inner++);
      }

      @SimulationTest(seeds = 2)
      void test() {
        LOG.add("test " + outer++ + inner++);
      }

      @AfterEach
      void after() {
        LOG.add("inner after " + outer++ + inner++);
      }
    }
  }

  static class InheritsNestedOnes extends HasNestedOnes {
    @BeforeEach
    void more() {
      LOG.add("more");
    }
  }

  static class FailsBefore {
    @BeforeEach
    void before() {
      throw new IllegalStateException("before");
    }

    @SimulationTest
    void test() {
      LOG.add("test");
    }

    @AfterEach
    void after() {
      LOG.add("after");
    }
  }

  static class FailsAfterwards {
    @SimulationTest
    void test() {
      throw new IllegalStateException("test");
    }

    @AfterEach
    void after() {
      throw new IllegalStateException("after");
    }
  }

  static class IsStuckAfterwards {
    private final Channel<Integer> answers = Channel.unbounded();

    @SimulationTest
    void test() {
      throw new IllegalStateException("test");
    }

    @AfterEach
    void after() throws InterruptedException {
      answers.receive();
    }
  }

  static class FailsToBeMade {
    FailsToBeMade() throws InterruptedException {
      Selvage.checkpoint();
      if (!LOG.isEmpty()) {
        throw new IllegalStateException("constructor");
      }
      LOG.add("JUnit's own");
    }

    @SimulationTest
    void test() {}
  }

  // ---- parameters

  static class HasParameters {
    HasParameters(TestInfo info) {
      LOG.add("new " + info.getDisplayName());
    }

    @BeforeEach
    void before(TestInfo info) {
      LOG.add("before " + info.getDisplayName());
    }

    @SimulationTest(seeds = 1)
    void test(TestInfo info, SimulationRun run) {
      LOG.add(info.getDisplayName() + " " + run.seed());
    }
  }

  static class HasWrongParameter {
    @SimulationTest
    void test(int number) {
      LOG.add("test" + number);
    }
  }

  static class HasWrongParameterBefore {
    @BeforeEach
    void before(StringBuilder builder) {}

    @SimulationTest
    void test() {
      LOG.add("test");
    }
  }

  static class WantsTheRunInItsConstructor {
    WantsTheRunInItsConstructor(SimulationRun run) {}

    @SimulationTest
    void test() {}
  }

  // ---- aborts

  static class Assumes {
    @SimulationTest
    void test(SimulationRun run) {
      LOG.add("run " + run.seed());
      assumeTrue(run.seed() < 3, "only small seeds");
    }
  }

  static class AssumesBefore {
    @BeforeEach
    void before() {
      assumeTrue(false, "not here");
    }

    @SimulationTest(cancelEverywhere = true)
    void test() {
      LOG.add("test");
    }

    @AfterEach
    void after() {
      LOG.add("after");
    }
  }

  static class AssumesAndFails {
    @SimulationTest
    void test() {
      assumeTrue(false, "not here");
    }

    @AfterEach
    void after() {
      throw new IllegalStateException("after");
    }
  }

  // ---- schedules

  static class ReplaysNonsense {
    @SimulationTest(schedule = "sim1:nonsense")
    void test() {
      LOG.add("test");
    }
  }
}
