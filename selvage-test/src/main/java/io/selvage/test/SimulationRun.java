package io.selvage.test;

import io.selvage.Task;
import io.selvage.function.ThrowingRunnable;
import io.selvage.kernel.Step;
import io.selvage.kernel.ThreadRecord;
import io.selvage.kernel.simulation.SimulatedMachine;
import io.selvage.kernel.simulation.SimulatedThread;
import io.selvage.kernel.support.Arguments;
import io.selvage.test.run.Execution;
import io.selvage.test.run.KitCode;
import io.selvage.test.schedule.SplitMix;
import java.time.Clock;
import java.time.Duration;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.Objects;
import java.util.random.RandomGenerator;

/**
 * The run that a body of a {@link Simulation} is in: its time, its random numbers, its invariants.
 *
 * {@snippet class="io.selvage.test.TestSnippets" region="run"}
 *
 * <p><b>Threads.</b> The body and all its tasks may use it; they never run at the same time.
 */
@KitCode
public final class SimulationRun {
  private final Execution execution;
  private final SimulatedMachine machine;
  private final SplitMix random;

  SimulationRun(Execution execution) {
    this.execution = execution;
    this.machine = execution.machine();
    this.random = new SplitMix(execution.seed(), "program");
  }

  /** {@return the seed of this run} */
  public long seed() {
    return execution.seed();
  }

  /** {@return random numbers for the program, the same for the same seed} */
  public RandomGenerator random() {
    return random;
  }

  /** {@return how much time has passed in this run} */
  public Duration elapsed() {
    return Duration.ofNanos(machine.now());
  }

  /** {@return how many steps there have been} */
  public long steps() {
    return machine.steps();
  }

  /** {@return a clock for the program, which begins at the start of the year 2000, UTC} */
  public Clock clock() {
    InstantSource source = machine::instant;
    return source.withZone(ZoneOffset.UTC);
  }

  /**
   * Checks something at every operation of every task from now on.
   *
   * <p>The check is called between two operations, on whatever thread; it must not wait. Tasks may
   * be in the middle of an operation meanwhile, so it should look at what belongs to the test, or
   * at what holds at any moment.
   *
   * @param name for the failure
   * @param check throws if the invariant does not hold
   */
  public void invariant(String name, ThrowingRunnable<? extends Exception> check) {
    execution.addInvariant(Arguments.name(name, "name"), Objects.requireNonNull(check, "check"));
  }

  /**
   * Interrupts the thread of a task, as code outside of Selvage does with {@link
   * Thread#interrupt()}, but at a point of the schedule: when the task runs next, or at once if it
   * waits.
   *
   * @param task of this run
   * @return whether the task was still alive
   */
  public boolean interrupt(Task<?> task) {
    Objects.requireNonNull(task, "task");
    for (SimulatedThread thread : machine.alive()) {
      if (thread.record().task() == task) {
        machine.interruptFromOutside(thread);
        return true;
      }
    }
    return false;
  }

  /**
   * Raises a signal of the operating system, at a point of the schedule: all receivers of it in
   * this run get it. The signal does not leave the simulation.
   *
   * {@snippet class="io.selvage.test.TestSnippets" region="raise"}
   *
   * @param name without "SIG", such as {@code "TERM"}
   * @return whether there was a receiver; without one nothing happens, whereas a real process does
   *     what it does by default, and ends by most signals
   * @throws IllegalArgumentException if Linux has no such signal
   */
  public boolean raise(String name) {
    Objects.requireNonNull(name, "name");
    Step.before("SimulationRun.raise");
    return machine.raise(name);
  }

  /**
   * Waits until no other task can run unless time passes: all have got as far as they can.
   *
   * @throws IllegalStateException if the calling thread is not part of this run
   */
  public void awaitAllBlocked() {
    ThreadRecord self = ThreadRecord.current();
    if (self.machine() != machine) {
      throw new IllegalStateException(
          Thread.currentThread() + " is not part of this simulation; only its tasks may call this");
    }
    machine.awaitIdle(self);
  }

  @Override
  public String toString() {
    return "SimulationRun[seed " + seed() + ", step " + steps() + ", " + elapsed() + "]";
  }
}
