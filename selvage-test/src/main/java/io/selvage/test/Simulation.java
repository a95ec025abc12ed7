package io.selvage.test;

import io.selvage.function.ThrowingConsumer;
import io.selvage.function.ThrowingRunnable;
import io.selvage.test.run.KitCode;
import java.util.Objects;

/**
 * Runs a concurrent program one task at a time, in an order that a seed decides: at every Selvage
 * operation another task may go first. Time passes only when nothing can run, so hours take
 * milliseconds.
 *
 * {@snippet class="io.selvage.test.TestSnippets" region="explore"}
 *
 * <p>A run is the same each time: the same seed or schedule gives the same steps, in every JVM. A
 * run that goes wrong throws a {@link SimulationFailure} with a line that replays it; the same line
 * in the system property {@code selvage.schedule} or the environment variable {@code
 * SELVAGE_SCHEDULE} makes the simulation of that name run this schedule and no other. {@code
 * selvage.seed} ({@code SELVAGE_SEED}) makes explorations run one seed, {@code selvage.seeds}
 * ({@code SELVAGE_SEEDS}) multiplies how many they run.
 *
 * <p><b>What is simulated</b>: the body, everything that it forks, services, deadlines, timers.
 * Groups with a limit and loops work as they do otherwise. <b>What is not</b>: raw threads and
 * executors (refused where a thread is made; one that is there already, as those of the common
 * pool, when it wakes, starts or cancels a simulated one), real blocking calls and locks that are
 * held across a Selvage operation (found by a watchdog), clocks and random numbers of the JDK, the
 * order of hash sets (found by {@link SimulationOptions#checkDeterminism}).
 *
 * <p><b>Threads.</b> Any thread that is not in a simulation itself. Simulations on different
 * threads do not touch each other.
 */
@KitCode
public final class Simulation {
  private Simulation() {}

  /** {@return the options to start from: limits, strategy, faults} */
  public static SimulationOptions options() {
    return SimulationOptions.DEFAULT;
  }

  /**
   * Runs {@code body} once.
   *
   * @param seed decides everything
   * @param body the program; it may throw what it likes
   * @return what the run was like
   * @throws SimulationFailure if it goes wrong
   * @throws IllegalStateException if the calling thread is in a simulation already
   */
  public static SimulationReport run(long seed, ThrowingRunnable<? extends Exception> body) {
    return options().run(seed, body);
  }

  /**
   * Runs {@code body} once.
   *
   * @param seed decides everything
   * @param body the program; gets the run
   * @return what the run was like
   * @throws SimulationFailure if it goes wrong
   * @throws IllegalStateException if the calling thread is in a simulation already
   */
  public static SimulationReport run(
      long seed, ThrowingConsumer<? super SimulationRun, ? extends Exception> body) {
    return options().run(seed, body);
  }

  /**
   * Runs {@code body} under many seeds, until one goes wrong.
   *
   * @param runs how many; 1 or more
   * @param body the program, made anew by each run: it must not keep anything from one to the next
   * @return what was seen
   * @throws SimulationFailure if a run goes wrong; with the shortest schedule that was found for it
   * @throws IllegalArgumentException if {@code runs} is less than 1
   * @throws IllegalStateException if the calling thread is in a simulation already
   */
  public static Exploration explore(int runs, ThrowingRunnable<? extends Exception> body) {
    return options().explore(runs, body);
  }

  /**
   * Runs {@code body} under many seeds, until one goes wrong.
   *
   * @param runs how many; 1 or more
   * @param body the program; gets the run, and must not keep anything from one to the next
   * @return what was seen
   * @throws SimulationFailure if a run goes wrong; with the shortest schedule that was found for it
   * @throws IllegalArgumentException if {@code runs} is less than 1
   * @throws IllegalStateException if the calling thread is in a simulation already
   */
  public static Exploration explore(
      int runs, ThrowingConsumer<? super SimulationRun, ? extends Exception> body) {
    return options().explore(runs, body);
  }

  /**
   * Runs {@code body} once, in the order of a schedule that a failure has given.
   *
   * @param schedule the line {@code sim1:...}
   * @param body the program that it is from
   * @return what the run was like; it went well
   * @throws SimulationFailure if it goes wrong, as before; or if the schedule does not fit the
   *     program
   * @throws IllegalArgumentException if {@code schedule} is not a schedule
   * @throws IllegalStateException if the calling thread is in a simulation already
   */
  public static SimulationReport replay(
      String schedule, ThrowingRunnable<? extends Exception> body) {
    return options().replay(schedule, body);
  }

  /**
   * Runs {@code body} once, in the order of a schedule that a failure has given.
   *
   * @param schedule the line {@code sim1:...}
   * @param body the program that it is from; gets the run
   * @return what the run was like; it went well
   * @throws SimulationFailure if it goes wrong, as before; or if the schedule does not fit the
   *     program
   * @throws IllegalArgumentException if {@code schedule} is not a schedule
   * @throws IllegalStateException if the calling thread is in a simulation already
   */
  public static SimulationReport replay(
      String schedule, ThrowingConsumer<? super SimulationRun, ? extends Exception> body) {
    return options().replay(schedule, body);
  }

  static ThrowingConsumer<SimulationRun, Exception> ignoringRun(
      ThrowingRunnable<? extends Exception> body) {
    Objects.requireNonNull(body, "body");
    return run -> body.run();
  }
}
