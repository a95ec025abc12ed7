package io.selvage.test;

import io.selvage.test.schedule.Chooser;
import io.selvage.test.schedule.PctChooser;
import io.selvage.test.schedule.PosChooser;
import io.selvage.test.schedule.RandomChooser;
import io.selvage.test.schedule.RoundRobinChooser;
import java.util.function.LongFunction;

/**
 * How a {@link Simulation} picks the task that runs next, at each step.
 *
 * {@snippet class="io.selvage.test.TestSnippets" region="strategy"}
 *
 * <p>Immutable; the same strategy and seed give the same picks.
 */
public final class Strategy {
  private static final int MIXED_DEPTHS = 4;

  private static final Strategy RANDOM = new Strategy("random", RandomChooser::new);
  private static final Strategy ROUND_ROBIN = new Strategy("round robin", RoundRobinChooser::new);
  private static final Strategy POS = new Strategy("POS", PosChooser::new);
  private static final Strategy MIXED = new Strategy("mixed", Strategy::beginMixed);

  private final String name;
  private final LongFunction<Chooser> choosers; // by seed
  private final int preemptions; // of the exhaustive one; -1 for the others

  private Strategy(String name, LongFunction<Chooser> choosers) {
    this(name, choosers, -1);
  }

  private Strategy(String name, LongFunction<Chooser> choosers, int preemptions) {
    this.name = name;
    this.choosers = choosers;
    this.preemptions = preemptions;
  }

  /**
   * {@return the strategy unless another is set: by turns random, POS, and PCT of depth 1 to 4,
   * from one seed to the next}
   */
  public static Strategy mixed() {
    return MIXED;
  }

  private static Chooser beginMixed(long seed) {
    return switch (Math.floorMod(seed, 3)) {
      case 0 -> new RandomChooser(seed);
      case 1 -> new PosChooser(seed);
      default -> new PctChooser(1 + Math.floorMod(Math.floorDiv(seed, 3L), MIXED_DEPTHS), seed);
    };
  }

  /** {@return each task that can run is as likely as any other, at each step} */
  public static Strategy random() {
    return RANDOM;
  }

  /**
   * {@return the next step of each task has a random priority: the highest that can be taken is,
   * and the task gets another one for the step after it}
   *
   * <p>A step with a low priority is held up for long: so this finds bugs at which one task must
   * wait at the wrong place while others get far, and needs no depth. After Yuan, Yang, Gu: Partial
   * order aware concurrency sampling (2018).
   */
  public static Strategy pos() {
    return POS;
  }

  /**
   * {@return tasks with random priorities: the highest that can run does, and at {@code depth - 1}
   * random steps the running one falls to the lowest}
   *
   * <p>Finds bugs that need few but exact switches better than random picks do. After Burckhardt,
   * Kothari, Musuvathi, Nagarakatte: A randomized scheduler with probabilistic guarantees of
   * finding bugs (2010). There the steps are drawn evenly from a known length; here the length is
   * not known, so their logarithm is drawn evenly, and more seeds are needed.
   *
   * @param depth how many orderings the bug needs; mostly 1 to 5
   * @throws IllegalArgumentException if it is less than 1
   */
  public static Strategy pct(int depth) {
    if (depth < 1) {
      throw new IllegalArgumentException("depth must be >= 1, was " + depth);
    }
    return new Strategy("PCT of depth " + depth, seed -> new PctChooser(depth, seed));
  }

  /**
   * {@return each task in turn, one step each; seeds make a difference only where times are equal}
   */
  public static Strategy roundRobin() {
    return ROUND_ROBIN;
  }

  /**
   * {@return every schedule in which a task that could go on is left at most {@code preemptions}
   * times, one after the other, instead of one for each seed; first those where it is left least
   * often}
   *
   * <p>A task that yields ({@link io.selvage.Selvage#checkpoint}) goes behind the others; another
   * order there counts as a preemption, and so do a fault and a delay.
   *
   * <p>For small programs: the number of schedules grows with the number of steps to the power of
   * the preemptions. Most bugs need one or two (Musuvathi, Qadeer: Iterative context bounding,
   * 2007).
   *
   * @param preemptions 0 or more
   * @throws IllegalArgumentException if it is negative
   */
  public static Strategy exhaustive(int preemptions) {
    if (preemptions < 0) {
      throw new IllegalArgumentException("preemptions must be >= 0, was " + preemptions);
    }
    return new Strategy(
        "exhaustive up to " + preemptions + " preemptions", seed -> Chooser.STEADY, preemptions);
  }

  boolean isExhaustive() {
    return preemptions >= 0;
  }

  int preemptions() {
    return preemptions;
  }

  Chooser begin(long seed) {
    return choosers.apply(seed);
  }

  @Override
  public String toString() {
    return name;
  }
}
