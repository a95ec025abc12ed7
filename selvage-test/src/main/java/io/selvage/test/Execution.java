package io.selvage.test;

import static java.util.Collections.newSetFromMap;

import io.selvage.CancelScope;
import io.selvage.CancelledException;
import io.selvage.EnteredScope;
import io.selvage.Selvage;
import io.selvage.Task;
import io.selvage.TaskCancelledException;
import io.selvage.TaskFailedException;
import io.selvage.ThrowingConsumer;
import io.selvage.kernel.SimulatedMachine;
import io.selvage.kernel.SimulatedThread;
import io.selvage.kernel.SimulationAbandoned;
import io.selvage.test.SimulationFailure.Kind;
import io.selvage.test.Trace.SiteRange;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** One run of a simulation. */
final class Execution {
  private static final String INJECTED = "cancelled by the simulation";

  private final SimulationOptions options;
  private final Plan plan;
  private final ThrowingConsumer<? super SimulationRun, ?> body;
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
    this.director = new RunDirector(options, plan, sites);
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
    return new Found(Kind.FAILED, "the body failed: " + Found.told(failure), "", failure);
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
      SimulationRun run = new SimulationRun(plan.seed(), machine, director);
      runBody(run);
      if (Thread.currentThread().isInterrupted()) {
        machine.fail(
            new Found(Kind.LEAK, "the body has ended with its interrupt flag set", "", null));
      }
    } catch (Throwable thrown) {
      if (plan.cancel() == null || !isInjected(thrown, newSetFromMap(new IdentityHashMap<>()))) {
        thrownByBody = thrown;
        machine.fail(thrown); // a run that has failed already keeps its failure
      }
    }
    director.bodyEnded();
  }

  /**
   * That a task which was cancelled on purpose has no result is no failure of the program.
   *
   * @param outer what this is a part of; some have themselves as a part
   */
  private static boolean isInjected(Throwable thrown, Set<Throwable> outer) {
    outer.add(thrown);
    boolean injected =
        switch (thrown) {
          case CancelledException cancelled -> cancelled.reason().equals(INJECTED);
          case TaskCancelledException cancelled -> cancelled.reason().equals(INJECTED);
          case TaskFailedException failed ->
              failed.failures().stream().allMatch(each -> isInjected(each, outer));
          default -> {
            Throwable cause = thrown.getCause();
            yield cause != null && !outer.contains(cause) && isInjected(cause, outer);
          }
        };
    injected &=
        Arrays.stream(thrown.getSuppressed())
            .allMatch(each -> outer.contains(each) || isInjected(each, outer));
    outer.remove(thrown);
    return injected;
  }

  /** The body is in a scope only if it may be cancelled; that takes no step, so both run alike. */
  private void runBody(SimulationRun run) throws Exception {
    if (!plan.keepLives()) {
      body.accept(run);
      return;
    }
    CancelScope scope = CancelScope.create();
    director.onCancelMain(() -> scope.cancel(INJECTED));
    EnteredScope stay = machine.withoutSteps(scope::enter);
    try {
      body.accept(run);
    } finally {
      machine.withoutSteps(stay::close);
    }
  }

  static void cancel(SimulatedThread thread) {
    if (thread.record().task() instanceof Task<?> task) {
      task.cancel(INJECTED);
    }
  }

  /** {@return whether a thread can be cancelled as such} */
  static boolean canBeCancelled(SimulatedThread thread) {
    return thread.id() == 0 || thread.record().root().parent() != null;
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
    return machine.lookedAt(Selvage::dump).text().stripTrailing();
  }

  static Found requireFound(Outcome outcome) {
    return Objects.requireNonNull(outcome.found());
  }
}
