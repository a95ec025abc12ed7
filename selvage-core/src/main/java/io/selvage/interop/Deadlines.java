package io.selvage.interop;

import io.selvage.kernel.ThreadRecord;
import io.selvage.kernel.WaitNode;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/** Timeouts as the interfaces of the JDK allow them: of any size, even negative. */
final class Deadlines {
  private static final long LONGEST = TimeUnit.DAYS.toNanos(36_500);

  private Deadlines() {}

  /** {@return a point in the time of the calling thread} */
  static long in(long timeout, TimeUnit unit) {
    Objects.requireNonNull(unit, "unit");
    long nanos = Math.max(0, unit.toNanos(timeout));
    return nanos >= LONGEST ? WaitNode.NEVER : ThreadRecord.current().scheduler().now() + nanos;
  }

  /** {@return a timeout that scopes accept} */
  static Duration duration(long timeout, TimeUnit unit) {
    Objects.requireNonNull(unit, "unit");
    return Duration.ofNanos(Math.clamp(unit.toNanos(timeout), 0, LONGEST));
  }
}
