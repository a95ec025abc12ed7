package io.selvage.test;

import io.selvage.kernel.simulation.Director.Candidates;
import io.selvage.kernel.simulation.Director.Moment;
import java.util.Arrays;
import java.util.Objects;

/**
 * How a {@link Simulation} picks the task that runs next, at each step.
 *
 * {@snippet class="io.selvage.test.TestSnippets" region="strategy"}
 *
 * <p>Immutable; the same strategy and seed give the same picks.
 */
public final class Strategy {
  private static final int MIXED_DEPTHS = 4;

  @FunctionalInterface
  private interface Factory {
    Chooser begin(long seed);
  }

  private static final Strategy RANDOM = new Strategy("random", RandomChooser::new);
  private static final Strategy ROUND_ROBIN =
      new Strategy("round robin", seed -> new RoundRobin(seed));
  private static final Strategy POS = new Strategy("POS", PosChooser::new);
  private static final Strategy MIXED = new Strategy("mixed", Strategy::beginMixed);

  private final String name;
  private final Factory factory;
  private final int preemptions; // of the exhaustive one; -1 for the others

  private Strategy(String name, Factory factory) {
    this(name, factory, -1);
  }

  private Strategy(String name, Factory factory, int preemptions) {
    this.name = name;
    this.factory = factory;
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
    return Objects.requireNonNull(factory.begin(seed));
  }

  @Override
  public String toString() {
    return name;
  }

  /** Evenly random. */
  private static class RandomChooser implements Chooser {
    final SplitMix random;

    RandomChooser(long seed) {
      random = new SplitMix(seed, "schedule");
    }

    @Override
    public int pick(Candidates candidates, Moment moment) {
      return random.below(candidates.size());
    }

    @Override
    public int pick(int count) {
      return random.below(count);
    }

    @Override
    public boolean chance(double probability) {
      return random.chance(probability);
    }
  }

  /** The one with the next higher number, and then from the start again. */
  private static final class RoundRobin extends RandomChooser {
    private int last = -1;

    RoundRobin(long seed) {
      super(seed);
    }

    @Override
    public int pick(Candidates candidates, Moment moment) {
      int next = -1;
      int lowest = 0;
      for (int i = 0; i < candidates.size(); i++) {
        int id = candidates.get(i).id();
        if (id > last && (next < 0 || id < candidates.get(next).id())) {
          next = i;
        }
        if (id < candidates.get(lowest).id()) {
          lowest = i;
        }
      }
      int picked = next < 0 ? lowest : next;
      last = candidates.get(picked).id();
      return picked;
    }
  }

  /** Random priorities of tasks. */
  private static class PriorityChooser extends RandomChooser {
    static final long UNDRAWN = 0;

    private long[] priorities = new long[16]; // by number

    PriorityChooser(long seed) {
      super(seed);
    }

    final int highest(Candidates candidates) {
      int best = 0;
      for (int i = 1; i < candidates.size(); i++) {
        if (priority(candidates.get(i).id()) > priority(candidates.get(best).id())) {
          best = i;
        }
      }
      return best;
    }

    final long priority(int id) {
      if (id >= priorities.length) {
        priorities = Arrays.copyOf(priorities, Math.max(id + 1, priorities.length * 2));
      }
      if (priorities[id] == UNDRAWN) {
        priorities[id] = (random.nextLong() >>> 1) | 1;
      }
      return priorities[id];
    }

    final void setPriority(int id, long priority) {
      var unused = priority(id); // makes room
      priorities[id] = priority;
    }
  }

  /** Each task has a priority until it is picked, and then draws another. */
  private static final class PosChooser extends PriorityChooser {
    PosChooser(long seed) {
      super(seed);
    }

    @Override
    public int pick(Candidates candidates, Moment moment) {
      int best = highest(candidates);
      setPriority(candidates.get(best).id(), UNDRAWN);
      return best;
    }
  }

  /** Lasting priorities, and a few points at which the highest one falls. */
  private static final class PctChooser extends PriorityChooser {
    private static final int LOG_LENGTH = 14;
    private static final int PATIENCE = 1000; // so that a task that polls does not keep others out

    private final long[] changes; // ascending
    private int changed;
    private int lastId = -1;
    private int inARow;
    private long picks;
    private long lowest = -1;

    PctChooser(int depth, long seed) {
      super(seed);
      changes = new long[depth - 1];
      for (int i = 0; i < changes.length; i++) {
        changes[i] = Math.round(Math.pow(2, random.nextDouble() * LOG_LENGTH));
      }
      Arrays.sort(changes);
    }

    @Override
    public int pick(Candidates candidates, Moment moment) {
      picks++;
      if (moment == Moment.YIELD) {
        fall(candidates.get(candidates.size() - 1).id());
      } else if (moment == Moment.STEP && changed < changes.length && changes[changed] <= picks) {
        changed++;
        fall(candidates.get(0).id());
      } else if (moment == Moment.STEP && inARow >= PATIENCE) {
        fall(candidates.get(0).id());
      }
      int best = highest(candidates);
      int id = candidates.get(best).id();
      inARow = id == lastId ? inARow + 1 : 0;
      lastId = id;
      return best;
    }

    private void fall(int id) {
      setPriority(id, lowest--);
    }
  }
}
