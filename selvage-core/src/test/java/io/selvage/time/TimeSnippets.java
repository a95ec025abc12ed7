package io.selvage.time;

import io.selvage.Selvage;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** The examples in the documentation of this package. */
final class TimeSnippets {
  private TimeSnippets() {}

  static void interval(List<Long> log) throws InterruptedException {
    // @start region="interval"
    Interval everyMilli = Interval.every(Duration.ofMillis(1));
    for (int i = 0; i < 3; i++) {
      Tick tick = everyMilli.tick(); // the first one at once
      log.add(tick.number());
    }
    // @end region="interval"
  }

  static boolean clock() throws InterruptedException {
    // @start region="clock"
    Instant begun = Time.clock().instant(); // virtual time in a simulation
    Duration before = Time.elapsed();
    Selvage.sleep(Duration.ofMillis(1));
    Duration took = Time.elapsed().minus(before);
    // @end region="clock"
    return took.toMillis() >= 1 && begun.isAfter(Instant.EPOCH);
  }
}
