package io.selvage.kernel;

import io.selvage.stress.Meeting;
import io.selvage.stress.Model;

/** What the owner of a gate does in the tests of its protocol. */
final class GateOwner {
  private GateOwner() {}

  /** {@return the record of the calling actor, inside of its root region; the flag is clean} */
  static ThreadRecord begin() {
    ThreadRecord record = Model.recordHere();
    record.gate.open(record.root());
    return record;
  }

  static Region enter(ThreadRecord record, boolean shield) {
    Region region = record.enter("scope", shield, null);
    record.entered(region, null);
    return region;
  }

  static CancelRequests once(Runnable canceller) {
    return new CancelRequests(canceller, 1, 1, false);
  }

  static boolean flag() {
    return Thread.currentThread().isInterrupted();
  }

  /** Clears the flag, and says how it was. */
  static String takeFlag() {
    return Thread.interrupted() ? "set" : "clean";
  }

  static String awaitFlag() {
    return Meeting.spinUntil(GateOwner::flag) ? "set" : "missed";
  }
}
