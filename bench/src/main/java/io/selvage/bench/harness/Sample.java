package io.selvage.bench.harness;

import java.util.concurrent.ExecutionException;

/** Takes one figure of one library: the time or the memory of one operation. */
@FunctionalInterface
public interface Sample {
  /** A batch whose preparation is long may take so many times the time that was asked for. */
  int PATIENCE = 10;

  /**
   * Takes the figure.
   *
   * @param atLeastNanos it works at least so long
   * @return nanoseconds or bytes for each operation
   * @throws InterruptedException if it is interrupted
   * @throws ExecutionException if the work fails
   */
  double take(long atLeastNanos) throws InterruptedException, ExecutionException;

  /**
   * {@return the average time of an operation}
   *
   * @param body the work
   */
  static Sample timed(Body body) {
    return atLeastNanos -> {
      long begin = System.nanoTime();
      long operations = 0;
      long timed = 0;
      long now;
      do {
        body.prepare();
        long start = System.nanoTime();
        operations += body.run();
        now = System.nanoTime();
        timed += now - start;
      } while (timed < atLeastNanos && now - begin < PATIENCE * atLeastNanos);
      return (double) timed / operations;
    };
  }
}
