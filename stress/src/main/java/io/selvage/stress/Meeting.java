package io.selvage.stress;

import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Where the owner of an object, the thread that makes it, meets a second thread, for instance the
 * canceller of a region: both go on at about the same moment.
 *
 * @param <T> what the owner makes
 */
public final class Meeting<T> {
  private static final int JITTER = 100;

  private volatile @Nullable T published;

  /** Creates a meeting. */
  public Meeting() {}

  /** Publishes what the second thread waits for, and goes on after a short random time. */
  public void publish(T thing) {
    published = thing;
    jitter();
  }

  /** Waits until the owner has published, and goes on after a short random time. */
  public T meet() {
    spinUntil(() -> published != null);
    T thing = Objects.requireNonNull(published, "the owner did not come");
    jitter();
    return thing;
  }

  /** Spins for a short random time. */
  public static void jitter() {
    int rounds = ThreadLocalRandom.current().nextInt(JITTER);
    for (int i = 0; i < rounds; i++) {
      Thread.onSpinWait();
    }
  }

  /**
   * Spins until {@code condition} holds.
   *
   * @return false if it did not within the usual patience
   */
  public static boolean spinUntil(BooleanSupplier condition) {
    long end = SpinScheduler.patience();
    for (long round = 1; !condition.getAsBoolean(); round++) {
      if ((round & 0xff) == 0 && System.nanoTime() - end > 0) {
        SpinScheduler.losePatience();
        return false;
      }
      SpinScheduler.pause(round);
    }
    return true;
  }
}
