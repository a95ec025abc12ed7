package io.selvage.bench.rows;

/** The results of a body. */
final class Checks {
  private Checks() {}

  /** Throws if a result is wrong. */
  static void same(long expected, long actual) {
    if (expected != actual) {
      throw new IllegalStateException("expected " + expected + ", got " + actual);
    }
  }

  /** {@return the sum of the numbers 1 to n} */
  static long sumTo(int n) {
    return (long) n * (n + 1) / 2;
  }

  /** Throws unless the results are the numbers 1 to n. */
  static void numbers(int[] results) {
    long sum = 0;
    for (int result : results) {
      sum += result;
    }
    same(sumTo(results.length), sum);
  }
}
