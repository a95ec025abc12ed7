package io.selvage.test.foundation;

import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import io.selvage.CancelScope;
import io.selvage.Selvage;
import io.selvage.Task;
import io.selvage.TaskGroup;
import io.selvage.test.Exploration;
import io.selvage.test.Simulation;
import io.selvage.test.SimulationOptions;
import io.selvage.test.SimulationRun;
import io.selvage.test.Strategy;
import io.selvage.test.foundation.Explored.Scenario;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/** A few tasks that call operations at random; any task may cancel a call that waits. */
abstract class RandomCalls {
  private static final int TASKS = 4;
  private static final int CALLS = 5;

  /** How a call that waits has ended. */
  enum End {
    HAPPENED,
    OUT_OF_TIME,
    CANCELLED
  }

  /** How the schedules are chosen. */
  enum Way {
    RANDOM(Strategy.random()),
    POS(Strategy.pos()),
    PCT(Strategy.pct(3)),
    MIXED(Strategy.mixed());

    private static final int SEEDS = 125;
    private static final long WITH_DELAYS = 1L << 32;

    private final Strategy strategy;

    Way(Strategy strategy) {
      this.strategy = strategy;
    }

    /** Half of the runs with delays, so that deadlines race, half without. */
    void explore(String what, Scenario scenario) {
      SimulationOptions options =
          Simulation.options()
              .withName("SyncHistoryTest." + what + "." + this)
              .withStrategy(strategy);
      long begun = System.nanoTime();
      Exploration prompt = options.explore(SEEDS, scenario);
      Exploration delayed =
          options.withFirstSeed(WITH_DELAYS).withDelays(0.1, ofSeconds(2)).explore(SEEDS, scenario);
      long runs = prompt.runs() + delayed.runs();
      if (runs > 2 * SEEDS) {
        System.out.printf(
            "%s, %s: %d schedules, %d of them different, %d steps, %.1f s%n",
            what,
            this,
            runs,
            prompt.schedules() + delayed.schedules(),
            prompt.steps() + delayed.steps(),
            (System.nanoTime() - begun) / 1e9);
      }
    }
  }

  /** A call that waits; returns false if the time was over first. */
  interface Waiting {
    boolean call() throws InterruptedException;
  }

  final RandomGenerator random;
  private final SimulationRun run;
  private final List<CancelScope> scopes = new ArrayList<>();

  RandomCalls(SimulationRun run) {
    this.run = run;
    this.random = run.random();
  }

  /** Calls one of the operations. */
  abstract void callOne() throws InterruptedException;

  /** Looks whether all is well in the end. */
  abstract void check();

  final void runAll() throws InterruptedException {
    TaskGroup.run(
        group -> {
          List<Task<?>> tasks = new ArrayList<>();
          for (int t = 0; t < TASKS; t++) {
            tasks.add(
                group.launch(
                    () -> {
                      for (int c = 0; c < CALLS; c++) {
                        callOne();
                      }
                    }));
          }
          do { // in the end, a call that waits for something that never comes is cancelled
            run.awaitAllBlocked();
            Selvage.sleep(ofSeconds(10));
            for (CancelScope scope : List.copyOf(scopes)) {
              if (scope.isActive()) {
                scope.cancel();
              }
            }
          } while (!tasks.stream().allMatch(Task::isDone));
        });
    check();
  }

  /** Calls what waits in a scope of its own. */
  final End inScope(Waiting waiting) throws InterruptedException {
    CancelScope scope = CancelScope.create();
    scopes.add(scope);
    End[] end = {End.CANCELLED};
    boolean completed = scope.run(() -> end[0] = waiting.call() ? End.HAPPENED : End.OUT_OF_TIME);
    assertThat(completed).isEqualTo(end[0] != End.CANCELLED);
    return end[0];
  }

  final void cancelAnyCall() {
    if (!scopes.isEmpty()) {
      scopes.get(random.nextInt(scopes.size())).cancel();
    }
  }

  final Duration anyTimeout() {
    return ofSeconds(random.nextInt(3));
  }

  final void dawdle() throws InterruptedException {
    switch (random.nextInt(3)) {
      case 0 -> {}
      case 1 -> Selvage.checkpoint();
      default -> Selvage.sleep(ofSeconds(1));
    }
  }
}
