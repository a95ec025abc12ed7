package io.selvage.test;

import io.selvage.function.ThrowingConsumer;
import io.selvage.function.ThrowingRunnable;
import io.selvage.kernel.support.Arguments;
import io.selvage.kernel.support.Durations;
import io.selvage.test.schedule.Schedule;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/**
 * How a {@link Simulation} is to be run: strategy, limits, faults. Immutable; each {@code with}
 * copies.
 *
 * {@snippet class="io.selvage.test.TestSnippets" region="options"}
 */
public final class SimulationOptions {
  static final SimulationOptions DEFAULT = new SimulationOptions(new OptionValues());

  private final OptionValues values;

  private SimulationOptions(OptionValues values) {
    this.values = values;
  }

  private interface Change {
    void to(OptionValues values);
  }

  private SimulationOptions with(Change change) {
    OptionValues copy = values.copy();
    change.to(copy);
    return new SimulationOptions(copy);
  }

  // ---- what to set

  /**
   * {@return options for a simulation of this name, which is part of its schedules}
   *
   * @param name unless set, the class and method that ask for the run
   */
  public SimulationOptions withName(String name) {
    String legal = Schedule.legal(Objects.requireNonNull(name, "name"));
    if (legal.isEmpty()) {
      throw new IllegalArgumentException("name must not be empty");
    }
    return with(values -> values.name = legal);
  }

  /**
   * {@return options with this strategy}
   *
   * @param strategy {@link Strategy#mixed()} unless set
   */
  public SimulationOptions withStrategy(Strategy strategy) {
    Objects.requireNonNull(strategy, "strategy");
    return with(values -> values.strategy = strategy);
  }

  /**
   * {@return options whose explorations begin with this seed, and go on with the next ones}
   *
   * @param seed 0 unless set
   */
  public SimulationOptions withFirstSeed(long seed) {
    return with(values -> values.firstSeed = seed);
  }

  /**
   * {@return options with this limit of steps in a run; one that takes more fails}
   *
   * @param steps a million unless set; 1 or more
   * @throws IllegalArgumentException if it is less
   */
  public SimulationOptions withStepLimit(long steps) {
    if (steps < 1) {
      throw new IllegalArgumentException(
          "steps must be >= 1, was " + steps + "; it is the limit of a run");
    }
    return with(values -> values.stepLimit = steps);
  }

  /**
   * {@return options with this limit of real time that a task may be without a step}
   *
   * @param limit 10 seconds unless set; more than zero
   * @throws IllegalArgumentException if it is not, or longer than 100 years
   */
  public SimulationOptions withStallLimit(Duration limit) {
    if (Durations.nanos(limit, "limit") == 0) {
      throw new IllegalArgumentException(
          "limit must be more than zero, was "
              + limit
              + "; it is how long a task may be without a step");
    }
    return with(values -> values.stallLimit = limit);
  }

  /**
   * {@return options whose explorations begin no run after this much real time}
   *
   * @param budget no limit unless set
   * @throws IllegalArgumentException if it is negative or longer than 100 years
   */
  public SimulationOptions withTimeBudget(Duration budget) {
    var unused = Durations.nanos(budget, "time budget");
    return with(values -> values.budget = budget);
  }

  /** {@return options for tasks on platform threads: slower, and with the same steps} */
  public SimulationOptions withPlatformThreads() {
    return with(values -> values.platformThreads = true);
  }

  /**
   * {@return options that let tasks make raw threads}
   *
   * <p>They are not simulated: they run when they like, and fail the run if they touch a task of
   * it.
   */
  public SimulationOptions withForeignThreads() {
    return with(values -> values.foreignThreads = true);
  }

  /**
   * {@return options for explorations that report the schedule of a failure as it was found}
   *
   * <p>It is run once more, for the lines of the program that the report tells.
   */
  public SimulationOptions withoutShortening() {
    return with(values -> values.shortening = false);
  }

  /**
   * {@return options under which tasks are held up at random steps, for random times: so timeouts
   * race with what they limit}
   *
   * @param probability of each step, from 0 to 1
   * @param longest how long at most
   * @throws IllegalArgumentException if the probability is not one, or the time is negative or
   *     longer than 100 years
   */
  public SimulationOptions withDelays(double probability, Duration longest) {
    requireProbability(probability);
    var unused = Durations.nanos(longest, "longest delay");
    return with(
        values -> {
          values.delayProbability = probability;
          values.longestDelay = longest;
        });
  }

  /**
   * {@return options under which each {@linkplain io.selvage.FaultPoint fault point} of the program
   * fails with this probability, each time}
   *
   * @param probability from 0 to 1
   * @throws IllegalArgumentException if it is not
   */
  public SimulationOptions withFaults(double probability) {
    requireProbability(probability);
    return with(values -> values.faultProbability = probability);
  }

  /**
   * {@return options under which the fault point of this name fails with this probability, each
   * time}
   *
   * @param name of the {@linkplain io.selvage.FaultPoint fault point}
   * @param probability from 0 to 1
   * @throws IllegalArgumentException if it is not
   */
  public SimulationOptions withFault(String name, double probability) {
    Arguments.name(name, "name");
    requireProbability(probability);
    return with(
        values -> {
          Map<String, Double> faults = new TreeMap<>(values.faults);
          faults.put(name, probability);
          values.faults = faults;
        });
  }

  /**
   * {@return options under which only these tasks are cancelled by {@link #cancelEverywhere}}
   *
   * @param names tells by its name whether a task is meant; the body is called {@code main}. Unless
   *     set, all are
   */
  public SimulationOptions withCancelTargets(Predicate<String> names) {
    Objects.requireNonNull(names, "names");
    return with(values -> values.cancelTargets = names);
  }

  /**
   * {@return options whose failures say this way to replay a schedule instead of {@link #replay}}
   *
   * @param line makes it of the schedule {@code sim1:...}
   */
  public SimulationOptions withReplayLine(UnaryOperator<String> line) {
    Objects.requireNonNull(line, "line");
    return with(values -> values.replayLine = line);
  }

  /**
   * {@return options under which an exception of this type is no failure of the body: it ends all
   * runs, and is thrown as it is}
   *
   * <p>For the exceptions by which the assumptions of a test framework say that a test makes no
   * sense here.
   *
   * @param type of the exception
   */
  public SimulationOptions withAbort(Class<? extends RuntimeException> type) {
    Objects.requireNonNull(type, "type");
    return with(values -> values.abort = type);
  }

  private static void requireProbability(double probability) {
    if (!(probability >= 0 && probability <= 1)) {
      throw new IllegalArgumentException("probability must be from 0 to 1, was " + probability);
    }
  }

  // ---- running

  /**
   * Runs {@code body} once; see {@link Simulation#run(long, ThrowingRunnable)}.
   *
   * @param seed decides everything
   * @param body the program
   * @return what the run was like
   * @throws SimulationFailure if it goes wrong
   * @throws IllegalStateException if the calling thread is in a simulation already
   */
  public SimulationReport run(long seed, ThrowingRunnable<? extends Exception> body) {
    return explorer(Simulation.ignoringRun(body)).run(seed);
  }

  /**
   * Runs {@code body} once; see {@link Simulation#run(long, ThrowingConsumer)}.
   *
   * @param seed decides everything
   * @param body the program; gets the run
   * @return what the run was like
   * @throws SimulationFailure if it goes wrong
   * @throws IllegalStateException if the calling thread is in a simulation already
   */
  public SimulationReport run(
      long seed, ThrowingConsumer<? super SimulationRun, ? extends Exception> body) {
    return explorer(body).run(seed);
  }

  /**
   * Runs {@code body} under many seeds; see {@link Simulation#explore(int, ThrowingRunnable)}.
   *
   * @param runs how many at most; 1 or more
   * @param body the program
   * @return what was seen
   * @throws SimulationFailure if a run goes wrong
   * @throws IllegalArgumentException if {@code runs} is less than 1
   * @throws IllegalStateException if the calling thread is in a simulation already
   */
  public Exploration explore(int runs, ThrowingRunnable<? extends Exception> body) {
    return explorer(Simulation.ignoringRun(body)).explore(runs);
  }

  /**
   * Runs {@code body} under many seeds; see {@link Simulation#explore(int, ThrowingConsumer)}.
   *
   * @param runs how many at most; 1 or more
   * @param body the program; gets the run
   * @return what was seen
   * @throws SimulationFailure if a run goes wrong
   * @throws IllegalArgumentException if {@code runs} is less than 1
   * @throws IllegalStateException if the calling thread is in a simulation already
   */
  public Exploration explore(
      int runs, ThrowingConsumer<? super SimulationRun, ? extends Exception> body) {
    return explorer(body).explore(runs);
  }

  /**
   * Runs {@code body} in the order of a schedule; see {@link Simulation#replay(String,
   * ThrowingRunnable)}.
   *
   * @param schedule the line {@code sim1:...}
   * @param body the program that it is from
   * @return what the run was like; it went well
   * @throws SimulationFailure if it goes wrong, or if the schedule does not fit the program
   * @throws IllegalArgumentException if {@code schedule} is not a schedule
   * @throws IllegalStateException if the calling thread is in a simulation already
   */
  public SimulationReport replay(String schedule, ThrowingRunnable<? extends Exception> body) {
    return replay(schedule, Simulation.ignoringRun(body));
  }

  /**
   * Runs {@code body} in the order of a schedule; see {@link Simulation#replay(String,
   * ThrowingConsumer)}.
   *
   * @param schedule the line {@code sim1:...}
   * @param body the program that it is from; gets the run
   * @return what the run was like; it went well
   * @throws SimulationFailure if it goes wrong, or if the schedule does not fit the program
   * @throws IllegalArgumentException if {@code schedule} is not a schedule
   * @throws IllegalStateException if the calling thread is in a simulation already
   */
  public SimulationReport replay(
      String schedule, ThrowingConsumer<? super SimulationRun, ? extends Exception> body) {
    Objects.requireNonNull(schedule, "schedule");
    return explorer(body).replay(schedule);
  }

  /**
   * Cancels everything everywhere: runs {@code body} once as it is, and then once more for each
   * task (the body is one) and each step while that lives, cancelling it there. With one order of
   * steps this covers every point at which a single cancellation can come.
   *
   * {@snippet class="io.selvage.test.TestSnippets" region="cancelEverywhere"}
   *
   * <p>A run goes wrong as any other does: by what the body throws, by invariants, by leaks, also
   * of the interrupt flag. So the body is to check in the end that nothing was lost.
   *
   * <p><b>No failure</b> is what only says that something was cancelled, once the run has cancelled
   * a task:
   *
   * <ul>
   *   <li>the cancellation of the body, whatever its reason: if a time limit or a cancel of the
   *       program itself came first, the outermost cancelled scope decides, and that is the run's;
   *   <li>any exception that means "interrupted", if the body was told that it is cancelled; or one
   *       with the cancellation as its cause;
   *   <li>that a cancelled task, group or future has no result, whatever cancelled it;
   *   <li>a {@link io.selvage.TaskFailedException} with only such failures.
   * </ul>
   *
   * <p><b>A failure</b> is everything else, also if the cancellation has led to it: a time limit
   * that runs out because the task that was waited for is gone, a race that has no task left to win
   * it, a failure beside the cancellation or suppressed on it. If the program means it, let the
   * body catch it, or leave those tasks out by {@link #withCancelTargets}.
   *
   * @param seed decides the order
   * @param body the program
   * @return what was seen
   * @throws SimulationFailure if a run goes wrong
   * @throws IllegalStateException if the calling thread is in a simulation already
   */
  public Exploration cancelEverywhere(long seed, ThrowingRunnable<? extends Exception> body) {
    return explorer(Simulation.ignoringRun(body)).cancelEverywhere(seed);
  }

  /**
   * Cancels everything everywhere; see {@link #cancelEverywhere(long, ThrowingRunnable)}.
   *
   * @param seed decides the order
   * @param body the program; gets the run
   * @return what was seen
   * @throws SimulationFailure if a run goes wrong
   * @throws IllegalStateException if the calling thread is in a simulation already
   */
  public Exploration cancelEverywhere(
      long seed, ThrowingConsumer<? super SimulationRun, ? extends Exception> body) {
    return explorer(body).cancelEverywhere(seed);
  }

  /**
   * Runs {@code body} twice with one seed, and fails if the two runs differ in a step.
   *
   * @param seed decides everything
   * @param body the program
   * @return what the runs were like
   * @throws SimulationFailure if a run goes wrong, or the two are not the same: the first step that
   *     differs is in the message
   * @throws IllegalStateException if the calling thread is in a simulation already
   */
  public SimulationReport checkDeterminism(long seed, ThrowingRunnable<? extends Exception> body) {
    return explorer(Simulation.ignoringRun(body)).checkDeterminism(seed);
  }

  /**
   * Runs {@code body} twice with one seed; see {@link #checkDeterminism(long, ThrowingRunnable)}.
   *
   * @param seed decides everything
   * @param body the program; gets the run
   * @return what the runs were like
   * @throws SimulationFailure if a run goes wrong, or the two are not the same
   * @throws IllegalStateException if the calling thread is in a simulation already
   */
  public SimulationReport checkDeterminism(
      long seed, ThrowingConsumer<? super SimulationRun, ? extends Exception> body) {
    return explorer(body).checkDeterminism(seed);
  }

  private Explorer explorer(ThrowingConsumer<? super SimulationRun, ? extends Exception> body) {
    Objects.requireNonNull(body, "body");
    return new Explorer(values, values.name == null ? Names.ofCaller() : values.name, body);
  }

  @Override
  public String toString() {
    return "SimulationOptions[" + values.strategy + ", at most " + values.stepLimit + " steps]";
  }
}
