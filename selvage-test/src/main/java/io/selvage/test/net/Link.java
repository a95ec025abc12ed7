package io.selvage.test.net;

import io.selvage.kernel.WaitNode;
import io.selvage.kernel.WaitQueue;
import io.selvage.kernel.jvm.SpinLock;

/** One direction between two hosts. Guarded by the lock of the network. */
final class Link {
  final SimulatedHost from;
  final SimulatedHost to;
  final WaitQueue healed; // connects whose packet is lost until the link is healed
  LinkOptions options = LinkOptions.defaults();
  boolean cut;
  private long busyUntil = Long.MIN_VALUE;

  Link(SimulatedHost from, SimulatedHost to, SpinLock lock) {
    this.from = from;
    this.to = to;
    this.healed = new WaitQueue(lock);
  }

  /** {@return when something that is sent now arrives, or {@link WaitNode#NEVER}} */
  long arrival(long now, int bytes) {
    if (cut) {
      return WaitNode.NEVER;
    }
    busyUntil = Math.max(now, busyUntil) + options.nanosFor(bytes);
    return busyUntil + options.latencyNanos();
  }

  boolean connects(SimulatedHost here, SimulatedHost there) {
    return from == here && to == there;
  }
}
