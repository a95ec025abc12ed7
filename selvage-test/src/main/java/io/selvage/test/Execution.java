package io.selvage.test;

import io.selvage.function.ThrowingConsumer;
import io.selvage.kernel.simulation.SimulatedMachine;
import io.selvage.kernel.simulation.SimulatedThread;
import io.selvage.kernel.support.SimulationAbandoned;
import io.selvage.observe.Dump;
import io.selvage.test.SimulationFailure.Kind;
import io.selvage.test.Trace.SiteRange;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** One run of a simulation. */
final class Execution {
  private final SimulationOptions options;
  private final Plan plan;
  private final ThrowingConsumer<? super SimulationRun, ?> body;
  private final InjectedCancel cancel;
  private final RunDirector director;
  private final SimulatedMachine machine;
  private volatile @Nullable Throwable thrownByBody; // written by the body's thread

  /**
   * What a run is to be like.
   *
   * @param seed of the program's own random numbers
   * @param chooser makes the choices that are not laid down
   * @param choices those that are, from the start
   * @param exact whether a choice that does not fit is a failure
   * @param cancel where to cancel a task
   * @param keepTrace whether all steps are kept
   * @param keepLives whether it is noted when each task lived; needed to cancel one
   * @param switches notes the unusual choices, or null
   * @param bySwitches whether these make the choices
   */
  @SuppressWarnings("ArrayRecordComponent") // never changed, never compared
  record Plan(
      long seed,
      Chooser chooser,
      int[] choices,
      boolean exact,
      Schedule.@Nullable Cancel cancel,
      boolean keepTrace,
      boolean keepLives,
      @Nullable Switches switches,
      boolean bySwitches) {
    private static final int[] NOTHING = {};

    static Plan free(long seed, Chooser chooser) {
      return new Plan(seed, chooser, NOTHING, false, null, false, false, null, false);
    }

    static Plan laidDown(
        long seed, int[] choices, boolean exact, Schedule.@Nullable Cancel cancel) {
      return new Plan(
          seed, Chooser.STEADY, choices, exact, cancel, false, cancel != null, null, false);
    }

    Plan withTrace() {
      return new Plan(seed, chooser, choices, exact, cancel, true, keepLives, null, false);
    }

    Plan withLives() {
      return new Plan(seed, chooser, choices, exact, cancel, keepTrace, true, null, false);
    }

    Plan withCancel(Schedule.Cancel newCancel) {
      return new Plan(seed, chooser, choices, exact, newCancel, keepTrace, true, null, false);
    }

    Plan withSwitches(Switches newSwitches, boolean choosing) {
      return new Plan(
          seed, chooser, choices, exact, cancel, keepTrace, keepLives, newSwitches, choosing);
    }
  }

  /**
   * What a run was like.
   *
   * @param found what is wrong with it, or null
   * @param leftThreads whether there are some that did not end with it
   * @param alsoThrown by the body, besides that; or null
   */
  record Outcome(
      Plan plan,
      @Nullable Found found,
      boolean leftThreads,
      @Nullable Throwable alsoThrown,
      Decisions decisions,
      Trace trace,
      Collection<RunDirector.Life> lives,
      long steps,
      Duration elapsed) {

    String schedule(String name) {
      return Schedule.of(name, plan.seed(), decisions.choices(), plan.cancel(), trace.fingerprint())
          .text();
    }
  }

  private Execution(
      SimulationOptions options,
      Plan plan,
      ThrowingConsumer<? super SimulationRun, ?> body,
      SiteRange sites) {
    this.options = options;
    this.plan = plan;
    this.body = body;
    this.cancel = new InjectedCancel(plan.cancel());
    this.director = new RunDirector(options, plan, cancel, sites);
    this.machine =
        new SimulatedMachine(
            director, options.onPlatformThreads(), options.foreignThreadsAllowed());
    director.direct(machine);
  }

  static Outcome of(
      SimulationOptions options, Plan plan, ThrowingConsumer<? super SimulationRun, ?> body) {
    return new Execution(options, plan, body, SiteRange.NONE).run();
  }

  /** A run whose trace tells lines of the program. */
  static Outcome withSites(
      SimulationOptions options,
      Plan plan,
      ThrowingConsumer<? super SimulationRun, ?> body,
      SiteRange sites) {
    return new Execution(options, plan, body, sites).run();
  }

  private Outcome run() {
    Found found;
    try {
      found = asFound(machine.run(this::runBody, options.stallLimit().toNanos()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      found = new Found(Kind.INTERRUPTED, "interrupted while the simulation ran", "", e);
    }
    if (found == null && machine.timers() > 0) {
      found =
          new Found(
              Kind.LEAK, "the body has ended, but timers are armed: " + machine.timers(), "", null);
    }
    return new Outcome(
        plan,
        withThreadsLeft(found),
        found != null && !machine.alive().isEmpty(),
        alsoThrown(found),
        director.decisions(),
        director.trace(),
        director.lives().values(),
        machine.steps(),
        Duration.ofNanos(machine.now()));
  }

  private static @Nullable Found asFound(@Nullable Throwable failure) {
    if (failure == null || failure instanceof Found) {
      return (Found) failure;
    }
    return failed(failure, failure);
  }

  /** The part matters that has to do with the program, not with a cancellation put into it. */
  private static Found failed(Throwable thrown, Throwable part) {
    String beside =
        Found.causes(thrown).contains(part) ? "" : ", and beside it: " + Found.told(part);
    return new Found(Kind.FAILED, "the body failed: " + Found.told(thrown) + beside, "", thrown);
  }

  /**
   * A body that has thrown may get stuck in its cleanup before anybody sees why: that is not to be
   * lost. What the end of the run itself has thrown into it says nothing.
   */
  private @Nullable Throwable alsoThrown(@Nullable Found found) {
    Throwable thrown = thrownByBody;
    for (Throwable part : Found.causes(thrown)) {
      if (found == null
          || part == found.getCause()
          || part instanceof Found
          || part instanceof SimulationAbandoned) {
        return null;
      }
    }
    return thrown;
  }

  /** A thread that does not end when its run is over is a leak of the test; say so. */
  private @Nullable Found withThreadsLeft(@Nullable Found found) {
    List<SimulatedThread> left = machine.alive();
    if (found == null || left.isEmpty()) {
      return found;
    }
    return new Found(
        found.kind(),
        found.getMessage()
            + "\n  These threads did not end when the run was given up, and are left behind: "
            + left.stream().map(SimulatedThread::name).collect(Collectors.joining(", ")),
        found.tasks(),
        found.getCause());
  }

  @SuppressWarnings("InterruptedExceptionSwallowed") // the failure of the run
  private void runBody() {
    try {
      runBody(new SimulationRun(plan.seed(), machine, director));
      refuseFlag();
    } catch (Throwable thrown) {
      Throwable unexplained = cancel.unexplainedByBody(thrown);
      if (unexplained == null) {
        refuseFlag();
      } else {
        thrownByBody = thrown;
        machine.fail(failed(thrown, unexplained)); // one that has failed keeps its failure
      }
    }
    director.bodyEnded();
  }

  private void refuseFlag() {
    if (Thread.currentThread().isInterrupted()) {
      machine.fail(
          new Found(Kind.LEAK, "the body has ended with its interrupt flag set", "", null));
    }
  }

  /** The body is in a scope only if it may be cancelled; that takes no step, so both run alike. */
  private void runBody(SimulationRun run) throws Exception {
    if (plan.keepLives()) {
      cancel.runBody(machine, body, run);
    } else {
      body.accept(run);
    }
  }

  static Found otherProgram(Decisions decisions, int count) {
    return new Found(
        Kind.OTHER_PROGRAM,
        "the schedule does not fit: choice "
            + decisions.misfit()
            + " picks one that is not there, only "
            + count
            + " can run; it is from another program, or this one has changed since",
        "",
        null);
  }

  /** {@return the tree of tasks of this simulation; any thread} */
  static String tasks(SimulatedMachine machine) {
    return machine.lookedAt(Dump::take).text().stripTrailing();
  }

  static Found requireFound(Outcome outcome) {
    return Objects.requireNonNull(outcome.found());
  }
}
