package io.selvage;

import io.selvage.kernel.ThreadRecord;
import io.selvage.kernel.WaitNode;
import io.selvage.kernel.select.TimedChoice;
import io.selvage.kernel.support.Durations;
import io.selvage.select.Trigger;
import java.time.Duration;
import java.util.Objects;

/**
 * A point in time on the monotonic clock: the end of a timeout that has begun.
 *
 * <p>A deadline can be passed on through several calls, while a duration would start again in each
 * call:
 *
 * {@snippet class="io.selvage.Snippets" region="deadline"}
 *
 * <p>A value: immutable, usable from any thread. It has no meaning outside of the process; send
 * {@link #remaining()} to another process.
 */
public final class Deadline implements Comparable<Deadline> {
  /** No limit. */
  public static final Deadline NEVER = new Deadline(WaitNode.NEVER);

  private final long nanos;

  private Deadline(long nanos) {
    this.nanos = nanos;
  }

  static Deadline ofNanos(long nanos) {
    return nanos == WaitNode.NEVER ? NEVER : new Deadline(nanos);
  }

  /**
   * {@return the deadline {@code timeout} from now}
   *
   * @param timeout zero or more, at most 100 years
   * @throws IllegalArgumentException if the timeout is negative or longer than that
   */
  public static Deadline after(Duration timeout) {
    return new Deadline(nanosAfter(timeout));
  }

  static long nanosAfter(Duration timeout) {
    return WaitNode.deadlineAfter(timeout);
  }

  /** {@return how much time is left; zero if it has passed, 100 years for {@link #NEVER}} */
  public Duration remaining() {
    if (isNever()) {
      return Durations.MAX;
    }
    return Duration.ofNanos(Math.max(0, nanos - now()));
  }

  /** {@return whether the deadline has passed} */
  public boolean isExpired() {
    return !isNever() && nanos - now() <= 0;
  }

  /**
   * {@return the same deadline, later by {@code more}; never more than 100 years from now}
   *
   * @param more may be negative; at most 100 years either way
   * @throws IllegalArgumentException if it is more than that
   */
  public Deadline plus(Duration more) {
    long shift = Durations.signedNanos(more, "more");
    if (isNever()) {
      return NEVER;
    }
    long now = now();
    long distance = nanos - now + shift;
    long most = Durations.MAX.toNanos();
    if (distance > most) {
      return new Deadline(now + most);
    }
    return new Deadline(distance < -most ? now - most : nanos + shift);
  }

  /**
   * {@return the earlier one of the two}
   *
   * @param other the other
   */
  public Deadline earliest(Deadline other) {
    return compareTo(Objects.requireNonNull(other, "other")) <= 0 ? this : other;
  }

  /** {@return the deadline as a clause of a {@link io.selvage.select.Select}} */
  public Trigger onReached() {
    final class Reached extends TimedChoice implements Trigger {
      Reached() {
        super(nanos);
      }

      @Override
      public String toString() {
        return "at " + Deadline.this;
      }
    }
    return new Reached();
  }

  @Override
  public int compareTo(Deadline other) {
    Objects.requireNonNull(other, "other");
    if (isNever() || other.isNever()) {
      return Boolean.compare(isNever(), other.isNever());
    }
    return Long.signum(nanos - other.nanos);
  }

  private boolean isNever() {
    return nanos == WaitNode.NEVER;
  }

  long nanos() {
    return nanos;
  }

  static long now() {
    return ThreadRecord.current().scheduler().now();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Deadline deadline && deadline.nanos == nanos;
  }

  @Override
  public int hashCode() {
    return Long.hashCode(nanos);
  }

  @Override
  public String toString() {
    return isNever() ? "never" : "in " + remaining();
  }
}
