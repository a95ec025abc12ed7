package io.selvage.test.run;

import io.selvage.function.ThrowingRunnable;
import io.selvage.kernel.simulation.Director;
import io.selvage.kernel.simulation.SimulatedMachine;
import io.selvage.kernel.simulation.SimulatedThread;
import io.selvage.test.schedule.Chooser;
import io.selvage.test.schedule.Decisions;
import io.selvage.test.schedule.Switches;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.IntSupplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Makes the choices of one run, keeps its trace, and checks its limits and invariants. */
final class RunDirector implements Director {
  private static final Pattern FOREIGN_WAIT = Pattern.compile("^(Futures|Flow|HomeThread)");

  private final RunSettings settings;
  private final RunPlan plan;
  private final InjectedCancel cancel;
  private final Chooser chooser;
  private final Decisions decisions;
  private final Trace trace;
  private final Map<Integer, Life> lives = new LinkedHashMap<>();
  private final List<Invariant> invariants = new ArrayList<>();
  private @Nullable SimulatedMachine machine;
  private boolean bodyEnded;

  private record Invariant(String name, ThrowingRunnable<?> check) {}

  RunDirector(RunSettings settings, RunPlan plan, InjectedCancel cancel, Trace.SiteRange sites) {
    this.settings = settings;
    this.plan = plan;
    this.cancel = cancel;
    this.chooser = plan.chooser();
    this.decisions = new Decisions(plan.choices());
    this.trace = new Trace(plan.keepTrace(), sites);
  }

  void direct(SimulatedMachine newMachine) {
    machine = newMachine;
  }

  private SimulatedMachine machine() {
    return Objects.requireNonNull(machine);
  }

  // ---- what the run is like

  Decisions decisions() {
    return decisions;
  }

  Trace trace() {
    return trace;
  }

  Map<Integer, Life> lives() {
    return lives;
  }

  void addInvariant(String name, ThrowingRunnable<?> check) {
    invariants.add(new Invariant(name, check));
  }

  void bodyEnded() {
    bodyEnded = true;
  }

  // ---- choices

  @Override
  public int pick(Candidates candidates, Moment moment) {
    Switches switches = plan.switches();
    if (switches != null && plan.bySwitches()) {
      return decided(candidates.size(), switches.pick(candidates), costlyFrom(candidates, moment));
    }
    int choice = 0;
    int count = candidates.size();
    if (count > 1) {
      int planned = decisions.planned(count);
      choice = planned == Decisions.FREE ? chooser.pick(candidates, moment) : planned;
    }
    if (switches != null) {
      switches.follow(candidates, choice);
    }
    return decided(count, choice, costlyFrom(candidates, moment));
  }

  /**
   * Returns the first choice that is a preemption: it leaves a thread that could go on. A thread
   * that yields goes behind the others. Any other order counts as well, as there would be endless
   * ones otherwise.
   */
  private static int costlyFrom(Candidates candidates, Moment moment) {
    return moment == Moment.BLOCK ? candidates.size() : 1;
  }

  @Override
  public int pick(int count) {
    return pickOther(count, count, () -> chooser.pick(count));
  }

  private int pickOther(int count, int costlyFrom, IntSupplier free) {
    Switches switches = plan.switches();
    if (switches != null && plan.bySwitches()) {
      return decided(count, switches.pick(count), costlyFrom);
    }
    int planned = decisions.planned(count);
    int choice = planned == Decisions.FREE ? free.getAsInt() : planned;
    if (switches != null) {
      switches.follow(choice);
    }
    return decided(count, choice, costlyFrom);
  }

  private int decided(int count, int choice, int costlyFrom) {
    if (count > 1) {
      decisions.record(count, choice, costlyFrom);
      trace.addChoice(count, choice);
    }
    if (decisions.misfits() && plan.exact()) {
      machine().fail(Execution.otherProgram(decisions, count));
    }
    return choice;
  }

  private boolean happens(double probability) {
    return probability >= 1
        || (probability > 0 && pickOther(2, 1, () -> chooser.chance(probability) ? 1 : 0) == 1);
  }

  @Override
  public boolean fails(SimulatedThread thread, String faultPoint) {
    return happens(settings.faultProbability(faultPoint));
  }

  // ---- steps

  @Override
  public long arrives(SimulatedThread thread, String operation, boolean begins) {
    long step = machine().steps();
    if (step > settings.stepLimit()) {
      machine().fail(tooManySteps());
      return 0;
    }
    trace.arrive(thread, step);
    if (begins) {
      checkInvariants(thread);
    }
    cancelIfPlanned(step);
    return happens(settings.delayProbability()) ? delay() : 0;
  }

  @Override
  public void idles() {
    if (machine().steps() > settings.stepLimit()) {
      machine().fail(tooManySteps());
    }
    cancelIfPlanned(machine().steps());
  }

  private void cancelIfPlanned(long step) {
    Life target = lives.get(cancel.targetAt(step));
    if (target != null) {
      cancel.cancel(target.thread());
    }
  }

  @Override
  public void starts(SimulatedThread thread) {
    if (plan.keepLives()) {
      lives.put(thread.id(), new Life(thread, machine().steps() + 1, machine().steps() + 1));
    }
  }

  @Override
  public void ends(SimulatedThread thread) {
    lives.computeIfPresent(thread.id(), (id, life) -> life.endingAt(machine().steps()));
  }

  private long delay() {
    int pieces = 16;
    int choice = pick(pieces);
    return settings.longestDelay().toNanos() / pieces * (choice + 1);
  }

  @Override
  public void takes(SimulatedThread thread, String operation, boolean begins) {
    trace.take(thread, machine().now(), operation, begins);
  }

  @SuppressWarnings("InterruptedExceptionSwallowed") // the cause of the failure
  private void checkInvariants(SimulatedThread before) {
    for (int i = 0; i < invariants.size(); i++) { // a check may add one
      Invariant invariant = invariants.get(i);
      try {
        invariant.check().run();
      } catch (Throwable broken) {
        machine()
            .fail(
                new Found(
                    Problem.INVARIANT,
                    "invariant '"
                        + invariant.name()
                        + "' does not hold when "
                        + before.name()
                        + " gets to its next step: "
                        + Found.told(broken),
                    tasks(),
                    broken));
        return;
      }
    }
  }

  // ---- failures of the run

  private Found tooManySteps() {
    return new Found(
        Problem.STEP_LIMIT,
        "more than "
            + settings.stepLimit()
            + " steps; does it run in circles? A loop that polls keeps time from passing. Otherwise"
            + " raise the limit with withStepLimit"
            + cancel.aboutLoops(),
        tasks(),
        null);
  }

  @Override
  public Throwable stuck() {
    return bodyEnded
        ? new Found(
            Problem.LEAK,
            "the body has ended, but not everything that it started: these wait for ever",
            tasks(),
            null)
        : new Found(
            Problem.DEADLOCK,
            "deadlock: no task can run, and none waits for a time" + aboutForeignWakers(),
            tasks(),
            null);
  }

  /** A result from a thread of the JDK comes too late or never: that looks like a deadlock. */
  private String aboutForeignWakers() {
    boolean waitsForOthers =
        machine().alive().stream()
            .map(thread -> thread.record().lastOperation())
            .anyMatch(operation -> operation != null && FOREIGN_WAIT.matcher(operation).find());
    return waitsForOthers
        ? ". The code that completes a future, or serves a publisher or a home thread, must be"
            + " simulated, too: the run does not wait for the common pool and the timers of the JDK"
        : "";
  }

  @Override
  public Throwable stalled(SimulatedThread thread) {
    Thread stuck = thread.record().thread();
    if (thread.awaitsProcessor()) {
      return new Found(
          Problem.STALLED,
          "task '"
              + thread.name()
              + "' is to run, but its thread has not got a processor for "
              + settings.stallLimit()
              + ": others hold all of them, such as endless loops in virtual threads, maybe of"
              + " earlier runs that were left behind",
          tasks(),
          null);
    }
    Throwable where = new Throwable("where " + thread.name() + " is, " + stuck.getState());
    where.setStackTrace(stuck.getStackTrace());
    return new Found(
        Problem.STALLED,
        "task '"
            + thread.name()
            + "' has not got to a Selvage operation for "
            + settings.stallLimit()
            + ", its thread is "
            + stuck.getState()
            + ". In a simulation no other task runs meanwhile: a task must not wait for anything but"
            + " Selvage operations (no Thread.sleep, no lock that is held across an operation, no"
            + " real I/O), and must call Selvage.checkpoint in long computations",
        tasks(),
        where);
  }

  @Override
  public @Nullable Throwable uncaught(String message, Throwable failure) {
    if (cancel.explains(failure)) {
      return null;
    }
    return new Found(
        Problem.UNCAUGHT,
        message
            + ", and no code receives that (outside of simulations it goes to the log; give the group"
            + " or the service an uncaught handler if it is meant): "
            + Found.told(failure),
        tasks(),
        failure);
  }

  @Override
  public RuntimeException meddled(String what) {
    return new Found(
        Problem.FOREIGN_THREAD,
        what
            + "; only what Selvage starts is simulated: use TaskGroup.fork or a service, or a"
            + " simulation withForeignThreads if the thread does not take part",
        "",
        new IllegalStateException("here"));
  }

  private String tasks() {
    return Execution.tasks(machine());
  }
}
