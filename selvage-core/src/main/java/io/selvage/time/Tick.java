package io.selvage.time;

import java.time.Duration;
import java.util.Objects;

/**
 * One tick of an {@link Interval}.
 *
 * @param number how many ticks there have been, with this one; from 1
 * @param late how long after its time the tick was taken; zero or more
 */
public record Tick(long number, Duration late) {
  /** Checks that there is a duration. */
  public Tick {
    Objects.requireNonNull(late, "late");
  }
}
