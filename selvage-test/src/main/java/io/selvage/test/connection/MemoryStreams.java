package io.selvage.test.connection;

import io.selvage.test.schedule.SplitMix;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Makes connections in memory, for tests of what speaks a protocol over a stream of bytes.
 *
 * {@snippet class="io.selvage.test.connection.ConnectionSnippets" region="streams"}
 *
 * <p>The ends are {@link MemoryStream}s, which have hooks to delay, to fail and to look. They work
 * in simulations and outside of them, and no real I/O is done.
 */
public final class MemoryStreams {
  /** As much as a socket or a pipe has, roughly. */
  private static final int CAPACITY = 1 << 16;

  private MemoryStreams() {}

  /** {@return a connection that keeps up to 64 KiB in each direction} */
  public static StreamPair<MemoryStream> pair() {
    return pair(CAPACITY);
  }

  /**
   * {@return a connection that keeps up to {@code capacity} bytes in each direction, and whose
   * operations move as much as they can}
   *
   * @param capacity zero or more; with zero nothing is kept, and a send waits until a receive takes
   *     some of its bytes
   * @throws IllegalArgumentException if it is negative
   */
  public static StreamPair<MemoryStream> pair(int capacity) {
    return pair(capacity, null, null);
  }

  /**
   * {@return a connection whose operations move random numbers of bytes: at least one, at most what
   * is possible}
   *
   * {@snippet class="io.selvage.test.connection.ConnectionSnippets" region="randomSizes"}
   *
   * @param capacity zero or more, as in {@link #pair(int)}
   * @param sizes asked here, and never again: in a simulation {@link
   *     io.selvage.test.SimulationRun#random()}
   * @throws IllegalArgumentException if the capacity is negative
   */
  public static StreamPair<MemoryStream> pair(int capacity, RandomGenerator sizes) {
    Objects.requireNonNull(sizes, "sizes");
    return pair(capacity, new SplitMix(sizes.nextLong()), new SplitMix(sizes.nextLong()));
  }

  private static StreamPair<MemoryStream> pair(
      int capacity, @Nullable SplitMix toRight, @Nullable SplitMix toLeft) {
    if (capacity < 0) {
      throw new IllegalArgumentException("capacity must be >= 0, was " + capacity);
    }
    ReentrantLock lock = new ReentrantLock();
    BytePipe right = new BytePipe(lock, capacity, toRight);
    BytePipe left = new BytePipe(lock, capacity, toLeft);
    return new StreamPair<>(
        new MemoryStream("left", lock, left, right), new MemoryStream("right", lock, right, left));
  }
}
