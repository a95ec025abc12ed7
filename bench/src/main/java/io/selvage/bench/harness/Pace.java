package io.selvage.bench.harness;

import java.time.Duration;

/**
 * How long is measured.
 *
 * @param rounds in each of them every library has one turn
 * @param round how long a turn takes at least
 * @param warmUp how long each library works before
 */
public record Pace(int rounds, Duration round, Duration warmUp) {
  /** To be believed. */
  public static final Pace FULL = new Pace(15, Duration.ofMillis(30), Duration.ofMillis(600));

  /** To see that all of it works. */
  public static final Pace QUICK = new Pace(3, Duration.ofMillis(5), Duration.ofMillis(20));
}
