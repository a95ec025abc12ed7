package io.selvage.stress.run;

import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The run of a part: how long it may take, the seed of its choices, what it has counted.
 *
 * <p><b>Threads.</b> Any.
 */
public final class PartRun {
  private static final int MAX_MESSAGES = 20;
  private static final long MAX_GROWTH_KIB = 16 << 10;

  /** Threads that the JDK and the library make when they are first needed. */
  private static final int MAX_MORE_THREADS = 16;

  private final long seed;
  private final long end; // nanoTime
  private final Map<Figure, AtomicLong> values = new EnumMap<>(Figure.class);
  private final AtomicInteger failures = new AtomicInteger();
  private volatile @Nullable Footprint begin;

  /** Creates a run that may take so long. */
  public PartRun(long seed, Duration time) {
    this.seed = seed;
    this.end = System.nanoTime() + time.toNanos();
  }

  /** {@return the seed of all choices} */
  public long seed() {
    return seed;
  }

  /** {@return random numbers from the seed; the same number gives the same ones} */
  public SplittableRandom random(long number) {
    return new SplittableRandom(seed * 0x9E3779B97F4A7C15L + number);
  }

  /** {@return whether the time is over} */
  public boolean isOver() {
    return System.nanoTime() - end >= 0;
  }

  /** {@return how much time is left; not negative} */
  public Duration left() {
    return Duration.ofNanos(Math.max(0, end - System.nanoTime()));
  }

  /** Counts. */
  public void add(Figure figure, long more) {
    counter(figure).addAndGet(more);
  }

  /** Sets a figure. */
  public void set(Figure figure, long value) {
    counter(figure).set(value);
  }

  private AtomicLong counter(Figure figure) {
    synchronized (values) {
      return values.computeIfAbsent(figure, each -> new AtomicLong());
    }
  }

  /** {@return what was counted until now} */
  public Figures figures() {
    Map<Figure, Long> now = new EnumMap<>(Figure.class);
    synchronized (values) {
      values.forEach((figure, value) -> now.put(figure, value.get()));
    }
    return Figures.of(now);
  }

  /** Notes that the part has failed, for this reason. */
  public void fail(String message) {
    if (failures.incrementAndGet() <= MAX_MESSAGES) {
      System.out.println(PartMain.FAILURE + message);
    }
  }

  /** Fails unless this holds. */
  public void expect(boolean holds, String message) {
    if (!holds) {
      fail(message);
    }
  }

  /** {@return whether the part has failed} */
  public boolean hasFailed() {
    return failures.get() > 0 || !figures().problems().isEmpty();
  }

  /**
   * Says that the part is warm and has nothing running: from now on neither its heap nor its
   * threads may grow. To be called once; a part that does not call it may grow.
   */
  public void warm() throws InterruptedException {
    Footprint footprint = Footprint.take();
    begin = footprint;
    set(Figure.HEAP_BEGIN, footprint.heapKib());
    set(Figure.THREADS_BEGIN, footprint.threads());
  }

  /** Compares the heap and the threads with those at the begin. */
  void checkFootprint() throws InterruptedException {
    Footprint first = begin;
    if (first == null) {
      return;
    }
    Footprint last = Footprint.take();
    // the last threads may be about to end
    for (int i = 0; i < 50 && last.threads() > first.threads() + MAX_MORE_THREADS; i++) {
      Thread.sleep(100);
      last = Footprint.take();
    }
    set(Figure.HEAP_END, last.heapKib());
    set(Figure.THREADS_END, last.threads());
    expect(
        last.heapKib() - first.heapKib() <= MAX_GROWTH_KIB,
        "the heap has grown from " + first.heapKib() + " to " + last.heapKib() + " KiB");
    expect(
        last.threads() - first.threads() <= MAX_MORE_THREADS,
        "there were " + first.threads() + " threads, and there are " + last.threads());
  }
}
