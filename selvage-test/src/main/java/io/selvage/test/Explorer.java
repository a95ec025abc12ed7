package io.selvage.test;

import io.selvage.ThrowingConsumer;
import io.selvage.kernel.Machine;
import io.selvage.kernel.SimulatedMachine;
import io.selvage.test.Execution.Outcome;
import io.selvage.test.Execution.Plan;
import io.selvage.test.SimulationFailure.Kind;
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
            ? executed(Plan.free(seed, options.strategy().begin(seed)))
            : replayed(asked));
  }

  SimulationReport replay(String schedule) {
    Schedule asked = Schedule.parse(schedule);
    return report(replayed(asked));
  }

  private Outcome replayed(Schedule schedule) {
    Outcome outcome =
        Execution.of(
            options,
            Plan.laidDown(schedule.seed(), schedule.plan(), true, schedule.cancel()),
            body);
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
                  + " one has changed since",
              "",
              null);
      throw FailureText.of(options, name, outcome, other, "replayed");
    }
    return outcome;
  }

  SimulationReport checkDeterminism(long seed) {
    Outcome once = executed(Plan.free(seed, options.strategy().begin(seed)).withTrace());
    Outcome again = executed(Plan.free(seed, options.strategy().begin(seed)).withTrace());
    String difference = Trace.difference(once.trace(), again.trace());
    if (difference != null) {
      Found found =
          new Found(
              Kind.NOT_DETERMINISTIC,
              "two runs with the same seed were not the same. The first step that differs:\n"
                  + difference.indent(2).stripTrailing()
                  + "\nSomething but the schedule decides there: the order of a hash set or map,"
                  + " identity hash codes, random numbers or clocks of the JDK, state kept from one"
                  + " run to the next",
              "",
              null);
      throw FailureText.of(options, name, again, found, "run twice");
    }
    return report(again);
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

  /** Every schedule, depth first: each run goes on from where the one before had another choice. */
  private Exploration search(long most) {
    int @Nullable [] choices = {};
    while (choices != null && runs < most && (runs == 0 || inTime())) {
      Outcome outcome = executed(Plan.laidDown(options.firstSeed(), choices, false, null));
      choices = outcome.decisions().successor(options.strategy().preemptions());
    }
    return seen(choices == null);
  }

  Exploration cancelEverywhere(long seed) {
    Schedule asked = Rerun.schedule(name);
    if (asked != null) {
      var unused = replayed(asked);
      return seen(false);
    }
    Outcome plain = executed(planToCancel(seed, Schedule.Cancel.NEVER));
    for (RunDirector.Life life : plain.lives()) {
      if (!Execution.canBeCancelled(life.thread)) {
        continue;
      }
      for (long step = life.first; step <= life.last + 1; step++) {
        if (!inTime()) {
          return seen(false);
        }
        Schedule.Cancel cancel = new Schedule.Cancel(life.thread.id(), step);
        var unused = executed(planToCancel(seed, cancel));
      }
    }
    return seen(true);
  }

  private Plan planToCancel(long seed, Schedule.Cancel cancel) {
    return Plan.free(seed, options.strategy().begin(seed)).withCancel(cancel);
  }

  private boolean inTime() {
    Duration budget = options.budget();
    return Machine.real().now() - start < (budget == null ? UNLIMITED : budget).toNanos();
  }

  // ---- what comes of it

  private Outcome executed(Plan plan) {
    Outcome outcome = Execution.of(options, plan, body);
    count(outcome);
    throwIfAborted(outcome);
    Found found = outcome.found();
    if (found == null) {
      return outcome;
    }
    if (!options.shortens() || !canBeShortened(found)) {
      throw failure(outcome, "as it was found");
    }
    Shortening shortening = new Shortening(options, body, outcome);
    if (!shortening.canBeRepeated()) {
      throw failure(
          outcome,
          "as it was found; it does not fail again in the same way, so something but the schedule"
              + " decides: see checkDeterminism");
    }
    Outcome shortest = shortening.shortened();
    String note =
        "shortened from "
            + unusual(outcome)
            + " switches to "
            + unusual(shortest)
            + " in "
            + shortening.runs()
            + " runs";
    throw failure(shortest, note);
  }

  private void throwIfAborted(Outcome outcome) {
    Found found = outcome.found();
    if (found != null) {
      options.throwIfAbort(found.getCause());
    }
  }

  /** Running it again and again would take the real time of each stall, or leave threads behind. */
  private static boolean canBeShortened(Found found) {
    return found.kind() != Kind.STALLED && found.kind() != Kind.INTERRUPTED;
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
