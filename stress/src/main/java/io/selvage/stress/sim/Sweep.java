package io.selvage.stress.sim;

import io.selvage.stress.run.Figure;
import io.selvage.stress.run.PartRun;
import io.selvage.test.Exploration;
import io.selvage.test.Simulation;
import io.selvage.test.SimulationFailure;
import io.selvage.test.SimulationOptions;
import io.selvage.test.Strategy;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Simulates programs by all strategies, and counts. A program that has failed is left out. */
final class Sweep {
  private static final int RUNS = 40;

  /** A way to explore. */
  private record Mode(String name, SimulationOptions options) {
    static Mode of(String name, Strategy strategy) {
      return new Mode(name, Simulation.options().withStrategy(strategy));
    }
  }

  private static final List<Mode> MODES =
      List.of(
          Mode.of("mixed", Strategy.mixed()),
          Mode.of("random", Strategy.random()),
          Mode.of("pos", Strategy.pos()),
          Mode.of("pct1", Strategy.pct(1)),
          Mode.of("pct2", Strategy.pct(2)),
          Mode.of("pct3", Strategy.pct(3)),
          Mode.of("pct4", Strategy.pct(4)),
          Mode.of("round-robin", Strategy.roundRobin()),
          Mode.of("exhaustive1", Strategy.exhaustive(1)),
          Mode.of("exhaustive2", Strategy.exhaustive(2)),
          new Mode("delays", Simulation.options().withDelays(0.1, Duration.ofMillis(5))));

  private final PartRun run;
  private final Set<String> failed = new HashSet<>();

  Sweep(PartRun run) {
    this.run = run;
    for (Figure figure : List.of(Figure.SCHEDULES, Figure.FAULTS, Figure.LOST, Figure.WRONG)) {
      run.set(figure, 0);
    }
  }

  /** Explores each program in each way, and cancels each task of it at each step. */
  void explore(List<Program> programs, long round) {
    long firstSeed = firstSeed(round);
    for (Program program : programs) {
      for (Mode mode : MODES) {
        SimulationOptions options =
            mode.options()
                .withFirstSeed(firstSeed)
                .withTimeBudget(run.left())
                .withName(program.name() + "." + mode.name());
        attempt(program.name(), () -> count(options.explore(RUNS, program.body())));
      }
      cancelEverywhere(program, firstSeed);
    }
  }

  /** Cancels each task of the program at each step. */
  void cancelEverywhere(Program program, long seed) {
    SimulationOptions options =
        Simulation.options()
            .withName(program.name() + ".cancel")
            .withCancelTargets(name -> !name.endsWith(Programs.CLOSER));
    attempt(
        program.name(),
        () -> {
          Exploration seen = options.cancelEverywhere(seed, program.body());
          count(seen);
          run.add(Figure.FAULTS, seen.runs() - 1); // the first run is without a cancel
        });
  }

  /** {@return the first seed of this round: no round has one of another} */
  long firstSeed(long round) {
    return run.random(0).nextInt() * 1_000_000L + round * RUNS;
  }

  private void count(Exploration seen) {
    run.add(Figure.SCHEDULES, seen.schedules());
    run.add(Figure.OPERATIONS, seen.steps());
  }

  /** Runs a simulation of this program, unless the time is over or the program has failed. */
  void attempt(String program, Runnable simulation) {
    if (run.isOver() || failed.contains(program)) {
      return;
    }
    try {
      simulation.run();
    } catch (SimulationFailure failure) {
      failed.add(program);
      boolean lost =
          failure.kind() == SimulationFailure.Kind.DEADLOCK
              || failure.kind() == SimulationFailure.Kind.LEAK;
      run.add(lost ? Figure.LOST : Figure.WRONG, 1);
      run.fail(
          "simulation of "
              + program
              + ": "
              + failure.kind()
              + "; SELVAGE_SCHEDULE='"
              + failure.schedule().orElse("")
              + "' replays it");
      failure.printStackTrace(System.out);
    }
  }
}
