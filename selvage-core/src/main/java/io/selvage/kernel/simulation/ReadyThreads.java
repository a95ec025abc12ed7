package io.selvage.kernel.simulation;

import io.selvage.kernel.simulation.Director.Moment;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The threads of a simulation that can run and do not have the turn, in the order in which they
 * became ready. Not thread-safe.
 */
final class ReadyThreads implements Director.Candidates {
  private SimulatedThread[] threads = new SimulatedThread[16];
  private int count;
  private @Nullable SimulatedThread first;
  private @Nullable SimulatedThread last;

  boolean isEmpty() {
    return count == 0;
  }

  /** Reserves space for {@code most} threads, so that {@link #add} needs no memory. */
  void reserve(int most) {
    if (most > threads.length) {
      threads = Arrays.copyOf(threads, most * 2);
    }
  }

  void add(SimulatedThread thread) {
    threads[count++] = thread;
  }

  /**
   * Removes the picked thread.
   *
   * @param self the thread that has the turn, if it can continue; it is not in this list
   * @return {@code self}, or a thread that was in this list
   */
  SimulatedThread pick(Director director, @Nullable SimulatedThread self, Moment moment) {
    first = moment == Moment.STEP ? self : null;
    last = moment == Moment.YIELD ? self : null;
    int index = director.pick(this, moment);
    if (first != null) {
      index--;
    }
    return index < 0 || index == count ? Objects.requireNonNull(self) : remove(index);
  }

  private SimulatedThread remove(int index) {
    SimulatedThread thread = threads[index];
    System.arraycopy(threads, index + 1, threads, index, --count - index);
    return thread;
  }

  @Override
  public int size() {
    return count + (first != null || last != null ? 1 : 0);
  }

  @Override
  public SimulatedThread get(int index) {
    if (first != null) {
      return index == 0 ? first : threads[index - 1];
    }
    return index == count ? Objects.requireNonNull(last) : threads[index];
  }
}
