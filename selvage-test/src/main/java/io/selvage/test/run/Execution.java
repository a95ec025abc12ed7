package io.selvage.test.run;

import io.selvage.function.ThrowingRunnable;
import io.selvage.kernel.simulation.SimulatedMachine;
import io.selvage.kernel.simulation.SimulatedThread;
import io.selvage.kernel.support.SimulationAbandoned;
import io.selvage.observe.Dump;
import io.selvage.test.run.Trace.SiteRange;
import io.selvage.test.schedule.Decisions;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** One run of a simulation. */
@KitCode
public final class Execution {
  private final RunSettings settings;
  private final RunPlan plan;
  private final Program program;
  private final InjectedCancel cancel;
  private final RunDirector director;
  private final SimulatedMachine machine;
  private volatile @Nullable Throwable thrownByBody; // written by the body's thread

  /** The program that is run; it receives the run that it is part of. */
  public interface Program {
    /** Runs it; called on the first thread of the run. */
    void run(Execution execution) throws Exception;
  }

  private Execution(RunSettings settings, RunPlan plan, Program program, SiteRange sites) {
    this.settings = settings;
    this.plan = plan;
    this.program = program;
    this.cancel = new InjectedCancel(plan.cancel());
    this.director = new RunDirector(settings, plan, cancel, sites);
    this.machine =
        new SimulatedMachine(director, settings.platformThreads(), settings.foreignThreads());
    director.direct(machine);
  }

  /** Runs a program once. */
  public static RunOutcome of(RunSettings settings, RunPlan plan, Program program) {
    return withSites(settings, plan, program, SiteRange.NONE);
  }

  /** Runs a program once, and keeps the lines of the program for these steps. */
  public static RunOutcome withSites(
      RunSettings settings, RunPlan plan, Program program, SiteRange sites) {
    return new Execution(settings, plan, program, sites).run();
  }

  // ---- for the program

  /** {@return the seed of the program's own random numbers} */
  public long seed() {
    return plan.seed();
  }

  /** {@return the machine that the run is on} */
  public SimulatedMachine machine() {
    return machine;
  }

  /** Adds a check that runs before each operation from now on. */
  public void addInvariant(String name, ThrowingRunnable<?> check) {
    director.addInvariant(name, check);
  }

  // ---- the run

  private RunOutcome run() {
    Found found;
    try {
      found = asFound(machine.run(this::runBody, settings.stallLimit().toNanos()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      found = new Found(Problem.INTERRUPTED, "interrupted while the simulation ran", "", e);
    }
    if (found == null && machine.timers() > 0) {
      found =
          new Found(
              Problem.LEAK,
              "the body has ended, but timers are armed: " + machine.timers(),
              "",
              null);
    }
    return new RunOutcome(
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

  /** The part is the exception that the injected cancellation does not explain. */
  private static Found failed(Throwable thrown, Throwable part) {
    String beside =
        Found.causes(thrown).contains(part) ? "" : ", and beside it: " + Found.told(part);
    return new Found(Problem.FAILED, "the body failed: " + Found.told(thrown) + beside, "", thrown);
  }

  /**
   * A body that has thrown may get stuck in its cleanup, so that its exception would not be seen;
   * it must not be lost. An exception that the end of the run has thrown into it says nothing.
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
        found.problem(),
        found.getMessage()
            + "\n  These threads did not end when the run was given up, and are left behind: "
            + left.stream().map(SimulatedThread::name).collect(Collectors.joining(", ")),
        found.tasks(),
        found.getCause());
  }

  @SuppressWarnings("InterruptedExceptionSwallowed") // the failure of the run
  private void runBody() {
    try {
      runProgram();
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
          new Found(Problem.LEAK, "the body has ended with its interrupt flag set", "", null));
    }
  }

  /** The body is in a scope only if it may be cancelled; the scope takes no step. */
  private void runProgram() throws Exception {
    if (plan.keepLives()) {
      cancel.runBody(machine, () -> program.run(this));
    } else {
      program.run(this);
    }
  }

  static Found otherProgram(Decisions decisions, int count) {
    return new Found(
        Problem.OTHER_PROGRAM,
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
}
