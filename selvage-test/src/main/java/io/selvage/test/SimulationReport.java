package io.selvage.test;

import java.time.Duration;
import java.util.Objects;

/**
 * What a run of a {@link Simulation} was like.
 *
 * @param seed what it was run with
 * @param steps how many steps there were
 * @param elapsed how much time has passed in it
 * @param schedule to be replayed with {@link Simulation#replay}
 * @param fingerprint of all steps: runs that were the same have the same
 */
public record SimulationReport(
    long seed, long steps, Duration elapsed, String schedule, int fingerprint) {
  /** Creates one. */
  public SimulationReport {
    Objects.requireNonNull(elapsed, "elapsed");
    Objects.requireNonNull(schedule, "schedule");
  }
}
