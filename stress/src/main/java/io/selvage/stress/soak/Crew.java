package io.selvage.stress.soak;

import io.selvage.stress.run.Figure;
import io.selvage.stress.run.PartRun;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.LongAdder;

/** Workers that share some objects for one round, and know what must hold at its end. */
abstract class Crew {
  private final LongAdder done = new LongAdder();

  /** What a worker does again and again; a cancellation and an interrupt just pass. */
  interface Work {
    void step(SplittableRandom random) throws InterruptedException;
  }

  /** Adds the workers to the round. */
  abstract void join(Round round);

  /** Injects a fault of its own, such as a close; returns whether it has done so. */
  boolean fault(SplittableRandom random) {
    return false;
  }

  /** All workers have ended: counts what is lost, doubled or wrong. */
  abstract void check(PartRun run) throws InterruptedException;

  /**
   * {@return whether its operations can succeed; not after a close, or if nothing is left to do}
   */
  boolean canSucceed() {
    return true;
  }

  /** An operation has succeeded. */
  final void succeeded() {
    done.increment();
  }

  /** {@return how many operations have succeeded} */
  final long successes() {
    return done.sum();
  }

  /** Counts this as wrong, with a message, unless it holds. */
  final void expect(PartRun run, boolean holds, String message) {
    if (!holds) {
      run.add(Figure.WRONG, 1);
      run.fail(getClass().getSimpleName() + ": " + message);
    }
  }

  @Override
  public String toString() {
    return getClass().getSimpleName();
  }
}
