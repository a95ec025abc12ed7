package io.selvage.test;

import io.selvage.function.ThrowingConsumer;
import io.selvage.kernel.Machine;
import io.selvage.kernel.simulation.SimulatedMachine;
import io.selvage.test.run.Execution;
import io.selvage.test.run.Found;
import io.selvage.test.run.KitCode;
import io.selvage.test.run.Life;
import io.selvage.test.run.Problem;
import io.selvage.test.run.RunOutcome;
import io.selvage.test.run.RunPlan;
import io.selvage.test.run.RunSettings;
import io.selvage.test.run.Shortening;
import io.selvage.test.run.Trace;
import io.selvage.test.run.Trace.SiteRange;
import io.selvage.test.schedule.Schedule;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The runs of one simulation: one of them, many, or those that a schedule asks for. */
@KitCode
final class Explorer {
  private final OptionValues options;
  private final RunSettings settings;
  private final String name;
  private final Execution.Program program;
  private final Set<Integer> fingerprints = new HashSet<>();
  private final long start = Machine.real().now();
  private long runs;
  private long steps;

  Explorer(OptionValues options, String name, ThrowingConsumer<? super SimulationRun, ?> body) {
    if (SimulatedMachine.isInside()) {
      throw new IllegalStateException(
          "simulation '" + name + "' was begun inside of a simulation; run one after the other");
    }
    this.options = options;
    this.settings = options.forRuns();
    this.name = name;
    this.program = execution -> body.accept(new SimulationRun(execution));
  }

  // ---- one run

  SimulationReport run(long seed) {
    if (options.strategy.isExhaustive()) {
      throw new IllegalArgumentException(
          "an exhaustive strategy has no seeds: use explore, or another strategy");
    }
    Schedule asked = Rerun.schedule(name);
    return report(
        asked == null
            ? executedOnce(RunPlan.free(seed, options.strategy.begin(seed)))
            : replayed(asked));
  }

  SimulationReport replay(String schedule) {
    Schedule asked = Schedule.parse(schedule);
    return report(replayed(asked));
  }

  private RunOutcome replayed(Schedule schedule) {
    RunOutcome outcome =
        Execution.withSites(
            settings,
            RunPlan.laidDown(schedule.seed(), schedule.plan(), true, schedule.cancel()),
            program,
            SiteRange.ALL);
    count(outcome);
    throwIfAborted(outcome);
    boolean same = outcome.trace().fingerprint() == schedule.trace();
    Found found = outcome.found();
    if (found != null) {
      String note =
          same
              ? "replayed"
              : "replayed, but not step by step: the schedule is of another program, or this one has"
                  + " changed since";
      throw failure(outcome, note);
    }
    if (!same) {
      Found other =
          new Found(
              Problem.OTHER_PROGRAM,
              "the schedule of '"
                  + schedule.name()
                  + "' leads somewhere else, and to no failure; it is from another program, or this"
                  + " one has changed since; faults and delays must be those of the failure, too",
              "",
              null);
      throw FailureText.of(options, name, outcome, other, "replayed");
    }
    return outcome;
  }

  SimulationReport checkDeterminism(long seed) {
    RunOutcome once = executedOnce(RunPlan.free(seed, options.strategy.begin(seed)).withTrace());
    RunOutcome again = executedOnce(RunPlan.free(seed, options.strategy.begin(seed)).withTrace());
    String difference = Trace.difference(once.trace(), again.trace());
    if (difference != null) {
      throw notDeterministic(
          again,
          "two runs with the same seed were not the same. The first step that differs:\n"
              + difference.indent(2).stripTrailing());
    }
    return report(again);
  }

  private SimulationFailure notDeterministic(RunOutcome outcome, String what) {
    Found found =
        new Found(
            Problem.NOT_DETERMINISTIC,
            what
                + "\nSomething but the schedule decides there: the order of a hash set or map,"
                + " identity hash codes, random numbers or clocks of the JDK, state kept from one run"
                + " to the next",
            "",
            null);
    return FailureText.of(options, name, outcome, found, "run " + runs);
  }

  // ---- many runs

  Exploration explore(int count) {
    if (count < 1) {
      throw new IllegalArgumentException("runs must be >= 1, was " + count);
    }
    Schedule asked = Rerun.schedule(name);
    if (asked != null) {
      var unused = replayed(asked);
      return seen(false);
    }
    if (options.strategy.isExhaustive()) {
      return search(count * Rerun.factor());
    }
    Long only = Rerun.seed();
    long first = only == null ? options.firstSeed : only;
    long most = only == null ? count * Rerun.factor() : 1;
    while (runs < most && (runs == 0 || inTime())) {
      long seed = first + runs;
      var unused = executed(RunPlan.free(seed, options.strategy.begin(seed)));
    }
    return seen(runs == most);
  }

  /**
   * Every schedule: those without preemptions, then those with one, and so on, so that what is
   * found has as few as can be. For each number depth first: each run goes on from where the one
   * before had another choice. That passes by the schedules with fewer preemptions, which do not
   * count again.
   */
  private Exploration search(long most) {
    for (int limit = 0; limit <= options.strategy.preemptions(); limit++) {
      int @Nullable [] choices = {};
      while (choices != null) {
        if (runs == most || (runs > 0 && !inTime())) {
          return seen(false);
        }
        RunPlan plan = RunPlan.laidDown(options.firstSeed, choices, false, null);
        RunOutcome outcome = Execution.of(settings, plan, program);
        if (outcome.found() != null || outcome.decisions().preemptions() == limit) {
          count(outcome);
        }
        checked(outcome);
        if (outcome.decisions().departsFromPlan()) {
          throw notDeterministic(
              outcome, "a run that began as another one did not go on as that one did");
        }
        choices = outcome.decisions().successor(limit);
      }
    }
    return seen(true);
  }

  Exploration cancelEverywhere(long seed) {
    Schedule asked = Rerun.schedule(name);
    if (asked != null) {
      var unused = replayed(asked);
      return seen(false);
    }
    RunOutcome plain = executed(planToCancel(seed));
    for (Life life : plain.lives()) {
      if (!life.isCancellable() || !options.cancelTargets.test(life.thread().name())) {
        continue;
      }
      for (long step = life.first(); step <= life.last(); step++) {
        if (!inTime()) {
          return seen(false);
        }
        RunPlan plan = planToCancel(seed).withCancel(new Schedule.Cancel(life.thread().id(), step));
        var unused = executed(plan);
      }
    }
    return seen(true);
  }

  private RunPlan planToCancel(long seed) {
    return RunPlan.free(seed, options.strategy.begin(seed)).withLives();
  }

  private boolean inTime() {
    return !options.isOutOfBudget(Machine.real().now() - start);
  }

  // ---- what comes of it

  /** As it is, once. */
  private RunOutcome executedOnce(RunPlan plan) {
    RunOutcome outcome = Execution.withSites(settings, plan, program, SiteRange.FIRST);
    count(outcome);
    throwIfAborted(outcome);
    if (outcome.found() != null) {
      throw failure(outcome, "as it was found");
    }
    return outcome;
  }

  /** One of many; if it fails it is run again, for a shorter schedule. */
  private RunOutcome executed(RunPlan plan) {
    RunOutcome outcome = Execution.of(settings, plan, program);
    count(outcome);
    checked(outcome);
    return outcome;
  }

  /** Throws if a run has gone wrong, with the shortest schedule that there is for that. */
  private void checked(RunOutcome outcome) {
    throwIfAborted(outcome);
    Found found = outcome.found();
    if (found == null) {
      return;
    }
    if (!canBeRunAgain(outcome)) {
      throw failure(outcome, "as it was found");
    }
    if (!options.shortening) {
      throw failure(withSites(outcome), "as it was found");
    }
    Shortening shortening = new Shortening(settings, program, outcome);
    if (!shortening.canBeRepeated()) {
      throw failure(
          outcome,
          "as it was found; it does not fail again in the same way, so something but the schedule"
              + " decides: see checkDeterminism");
    }
    RunOutcome shortest = shortening.shortened();
    throw failure(withSites(shortest), howShortened(outcome, shortest, shortening.runs()));
  }

  /** The same run once more, with the lines of the program in its trace. */
  private RunOutcome withSites(RunOutcome outcome) {
    RunPlan plan =
        RunPlan.laidDown(
            outcome.plan().seed(), outcome.decisions().choices(), false, outcome.plan().cancel());
    RunOutcome again = Execution.withSites(settings, plan, program, outcome.trace().sitesWanted());
    return again.found() != null && again.trace().fingerprint() == outcome.trace().fingerprint()
        ? again
        : outcome;
  }

  private void throwIfAborted(RunOutcome outcome) {
    Found found = outcome.found();
    if (found != null) {
      options.throwIfAbort(found.getCause());
    }
  }

  /** Running it again and again would take the real time of each stall, or leave threads behind. */
  private static boolean canBeRunAgain(RunOutcome outcome) {
    Problem problem = outcome.requireFound().problem();
    return problem != Problem.STALLED && problem != Problem.INTERRUPTED && !outcome.leftThreads();
  }

  private static String howShortened(RunOutcome outcome, RunOutcome shortest, int runs) {
    long before = unusual(outcome);
    return before == 0
        ? "as it was found, without switches"
        : "shortened from "
            + before
            + (before == 1 ? " switch to " : " switches to ")
            + unusual(shortest)
            + " in "
            + runs
            + (runs == 1 ? " run" : " runs");
  }

  private static long unusual(RunOutcome outcome) {
    return Arrays.stream(outcome.decisions().choices()).filter(choice -> choice != 0).count();
  }

  private void count(RunOutcome outcome) {
    runs++;
    steps += outcome.steps();
    fingerprints.add(outcome.trace().fingerprint());
  }

  private SimulationFailure failure(RunOutcome outcome, String note) {
    return FailureText.of(
        options, name, outcome, outcome.requireFound(), "run " + runs + ", " + note);
  }

  private Exploration seen(boolean complete) {
    return new Exploration(runs, steps, fingerprints.size(), complete);
  }

  private SimulationReport report(RunOutcome outcome) {
    return new SimulationReport(
        outcome.plan().seed(),
        outcome.steps(),
        outcome.elapsed(),
        outcome.schedule(name),
        outcome.trace().fingerprint());
  }
}
