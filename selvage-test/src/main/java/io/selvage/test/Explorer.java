package io.selvage.test;

import io.selvage.function.ThrowingConsumer;
import io.selvage.kernel.Machine;
import io.selvage.kernel.simulation.SimulatedMachine;
import io.selvage.test.Execution.Outcome;
import io.selvage.test.Execution.Plan;
import io.selvage.test.SimulationFailure.Kind;
import io.selvage.test.Trace.SiteRange;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The runs of one simulation: one of them, many, or those that a schedule asks for. */
final class Explorer {
  private static final Duration UNLIMITED = Duration.ofDays(36_500);

  private final SimulationOptions options;
  private final String name;
  private final ThrowingConsumer<? super SimulationRun, ?> body;
  private final Set<Integer> fingerprints = new HashSet<>();
  private final long start = Machine.real().now();
  private long runs;
  private long steps;

  Explorer(
      SimulationOptions options, String name, ThrowingConsumer<? super SimulationRun, ?> body) {
    if (SimulatedMachine.isInside()) {
      throw new IllegalStateException(
          "simulation '" + name + "' was begun inside of a simulation; run one after the other");
    }
    this.options = options;
    this.name = name;
    this.body = body;
  }

  // ---- one run

  SimulationReport run(long seed) {
    if (options.strategy().isExhaustive()) {
      throw new IllegalArgumentException(
          "an exhaustive strategy has no seeds: use explore, or another strategy");
    }
    Schedule asked = Rerun.schedule(name);
    return report(
        asked == null
            ? executedOnce(Plan.free(seed, options.strategy().begin(seed)))
            : replayed(asked));
  }

  SimulationReport replay(String schedule) {
    Schedule asked = Schedule.parse(schedule);
    return report(replayed(asked));
  }

  private Outcome replayed(Schedule schedule) {
    Outcome outcome =
        Execution.withSites(
            options,
            Plan.laidDown(schedule.seed(), schedule.plan(), true, schedule.cancel()),
            body,
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
              Kind.OTHER_PROGRAM,
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
    Outcome once = executedOnce(Plan.free(seed, options.strategy().begin(seed)).withTrace());
    Outcome again = executedOnce(Plan.free(seed, options.strategy().begin(seed)).withTrace());
    String difference = Trace.difference(once.trace(), again.trace());
    if (difference != null) {
      throw notDeterministic(
          again,
          "two runs with the same seed were not the same. The first step that differs:\n"
              + difference.indent(2).stripTrailing());
    }
    return report(again);
  }

  private SimulationFailure notDeterministic(Outcome outcome, String what) {
    Found found =
        new Found(
            Kind.NOT_DETERMINISTIC,
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
    if (options.strategy().isExhaustive()) {
      return search(count * Rerun.factor());
    }
    Long only = Rerun.seed();
    long first = only == null ? options.firstSeed() : only;
    long most = only == null ? count * Rerun.factor() : 1;
    while (runs < most && (runs == 0 || inTime())) {
      long seed = first + runs;
      var unused = executed(Plan.free(seed, options.strategy().begin(seed)));
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
    for (int limit = 0; limit <= options.strategy().preemptions(); limit++) {
      int @Nullable [] choices = {};
      while (choices != null) {
        if (runs == most || (runs > 0 && !inTime())) {
          return seen(false);
        }
        Plan plan = Plan.laidDown(options.firstSeed(), choices, false, null);
        Outcome outcome = Execution.of(options, plan, body);
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
    Outcome plain = executed(planToCancel(seed));
    for (RunDirector.Life life : plain.lives()) {
      if (!InjectedCancel.isPossible(life.thread) || !options.isCancelTarget(life.thread.name())) {
        continue;
      }
      for (long step = life.first; step <= life.last; step++) {
        if (!inTime()) {
          return seen(false);
        }
        Plan plan = planToCancel(seed).withCancel(new Schedule.Cancel(life.thread.id(), step));
        var unused = executed(plan);
      }
    }
    return seen(true);
  }

  private Plan planToCancel(long seed) {
    return Plan.free(seed, options.strategy().begin(seed)).withLives();
  }

  private boolean inTime() {
    Duration budget = options.budget();
    return Machine.real().now() - start < (budget == null ? UNLIMITED : budget).toNanos();
  }

  // ---- what comes of it

  /** As it is, once. */
  private Outcome executedOnce(Plan plan) {
    Outcome outcome = Execution.withSites(options, plan, body, SiteRange.FIRST);
    count(outcome);
    throwIfAborted(outcome);
    if (outcome.found() != null) {
      throw failure(outcome, "as it was found");
    }
    return outcome;
  }

  /** One of many; if it fails it is run again, for a shorter schedule. */
  private Outcome executed(Plan plan) {
    Outcome outcome = Execution.of(options, plan, body);
    count(outcome);
    checked(outcome);
    return outcome;
  }

  /** Throws if a run has gone wrong, with the shortest schedule that there is for that. */
  private void checked(Outcome outcome) {
    throwIfAborted(outcome);
    Found found = outcome.found();
    if (found == null) {
      return;
    }
    if (!canBeRunAgain(outcome)) {
      throw failure(outcome, "as it was found");
    }
    if (!options.shortens()) {
      throw failure(withSites(outcome), "as it was found");
    }
    Shortening shortening = new Shortening(options, body, outcome);
    if (!shortening.canBeRepeated()) {
      throw failure(
          outcome,
          "as it was found; it does not fail again in the same way, so something but the schedule"
              + " decides: see checkDeterminism");
    }
    Outcome shortest = shortening.shortened();
    throw failure(withSites(shortest), howShortened(outcome, shortest, shortening.runs()));
  }

  /** The same run once more, with the lines of the program in its trace. */
  private Outcome withSites(Outcome outcome) {
    Plan plan =
        Plan.laidDown(
            outcome.plan().seed(), outcome.decisions().choices(), false, outcome.plan().cancel());
    Outcome again = Execution.withSites(options, plan, body, outcome.trace().sitesWanted());
    return again.found() != null && again.trace().fingerprint() == outcome.trace().fingerprint()
        ? again
        : outcome;
  }

  private void throwIfAborted(Outcome outcome) {
    Found found = outcome.found();
    if (found != null) {
      options.throwIfAbort(found.getCause());
    }
  }

  /** Running it again and again would take the real time of each stall, or leave threads behind. */
  private static boolean canBeRunAgain(Outcome outcome) {
    Kind kind = Execution.requireFound(outcome).kind();
    return kind != Kind.STALLED && kind != Kind.INTERRUPTED && !outcome.leftThreads();
  }

  private static String howShortened(Outcome outcome, Outcome shortest, int runs) {
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

  private static long unusual(Outcome outcome) {
    return Arrays.stream(outcome.decisions().choices()).filter(choice -> choice != 0).count();
  }

  private void count(Outcome outcome) {
    runs++;
    steps += outcome.steps();
    fingerprints.add(outcome.trace().fingerprint());
  }

  private SimulationFailure failure(Outcome outcome, String note) {
    return FailureText.of(
        options, name, outcome, Execution.requireFound(outcome), "run " + runs + ", " + note);
  }

  private Exploration seen(boolean complete) {
    return new Exploration(runs, steps, fingerprints.size(), complete);
  }

  private SimulationReport report(Outcome outcome) {
    return new SimulationReport(
        outcome.plan().seed(),
        outcome.steps(),
        outcome.elapsed(),
        outcome.schedule(name),
        outcome.trace().fingerprint());
  }
}
