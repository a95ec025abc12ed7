package io.selvage.bench.harness;

import java.util.concurrent.ExecutionException;

/**
 * The work of one library in a {@link Row}, in batches. A batch takes at least some ten
 * microseconds, so that reading the clock does not count. A body checks its results, and throws if
 * one is wrong.
 */
@FunctionalInterface
public interface Body {
  /**
   * Prepares the next batch; this time does not count.
   *
   * @throws InterruptedException if it is interrupted
   */
  default void prepare() throws InterruptedException {}

  /**
   * Runs a batch.
   *
   * @return how many operations it was
   * @throws InterruptedException if it is interrupted
   * @throws ExecutionException if the work fails
   */
  int run() throws InterruptedException, ExecutionException;
}
