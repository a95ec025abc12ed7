package io.selvage.sync;

import io.selvage.kernel.ThreadRecord;
import io.selvage.kernel.support.Durations;
import java.time.Duration;

/** Timeouts as points in the time of the calling thread. */
final class Timeouts {
  private Timeouts() {}

  static long deadline(Duration timeout) {
    long nanos = Durations.nanos(timeout, "timeout");
    return ThreadRecord.current().scheduler().now() + nanos;
  }
}
