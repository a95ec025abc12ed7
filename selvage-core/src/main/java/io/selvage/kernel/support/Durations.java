package io.selvage.kernel.support;

import java.time.Duration;
import java.util.Objects;

/** The rule for durations, in one place: zero or more, at most 100 years. */
public final class Durations {
  /** The longest duration that is accepted anywhere: 100 years of 365 days. */
  public static final Duration MAX = Duration.ofDays(36_500);

  private Durations() {}

  /**
   * {@return the duration in nanoseconds}
   *
   * @param duration the duration
   * @param name the name of the argument in the message
   * @throws IllegalArgumentException if it is negative or longer than {@link #MAX}
   */
  public static long nanos(Duration duration, String name) {
    Objects.requireNonNull(duration, name);
    if (duration.isNegative()) {
      throw new IllegalArgumentException(name + " must be >= 0, was " + duration);
    }
    if (duration.compareTo(MAX) > 0) {
      throw new IllegalArgumentException(
          name
              + " must be at most 100 years, was "
              + duration
              + "; for no limit use the form without one");
    }
    return duration.toNanos();
  }

  /**
   * {@return the duration in nanoseconds, which may be negative}
   *
   * @param duration the duration
   * @param name the name of the argument in the message
   * @throws IllegalArgumentException if it is longer than {@link #MAX}, either way
   */
  public static long signedNanos(Duration duration, String name) {
    Objects.requireNonNull(duration, name);
    if (duration.compareTo(MAX) > 0 || duration.compareTo(MAX.negated()) < 0) {
      throw new IllegalArgumentException(
          name + " must be at most 100 years either way, was " + duration);
    }
    return duration.toNanos();
  }
}
