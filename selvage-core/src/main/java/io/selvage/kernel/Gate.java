package io.selvage.kernel;

import io.selvage.kernel.jvm.JdkThreads;
import io.selvage.kernel.support.FieldHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Objects;

/**
 * The interrupt gate of one thread. An interrupt issued by the library never arrives outside the
 * region that it was issued for.
 *
 * <p>The interrupt flag is one bit that any thread may set. The gate controls this for the library:
 * only the thread that holds {@code DELIVERING} interrupts the owner. The owner thread does not
 * leave a region before the delivery is over and the flag is clear.
 */
final class Gate {
  /*
   * One atomic reference holds the whole state.
   *
   *   region r     ARMED: r is the innermost region of the thread, and nothing was delivered to the thread for r yet
   *   DELIVERING   one thread is about to call Thread.interrupt() for the armed region, or the canceller of that region
   *   AWAITED      the same, and the owner thread waits until that call has returned
   *   SPENT        the cancellation was delivered: by an interrupt, or by an operation that reported the cancellation
   *   CLOSED       the thread is outside of every region that can be cancelled (not begun, or ended)
   *
   *   CLOSED ──owner: open──▶ ARMED(r) ──CAS, any thread──▶ DELIVERING ──set, same thread──▶ SPENT
   *                           │  ▲  └───────CAS, owner: an operation reports it────────────▶ SPENT
   *      CAS, owner: enters   ▼  │  leaves                                                    │ owner: enters, leaves
   *                          ARMED(other) ◀───────────────────────────────────────────────────┘
   *
   *   A region with a canceller that is called repeatedly:
   *
   *   ARMED(r) ──CAS, a run of its CancelRequests──▶ DELIVERING ──CAS, same thread, the call is over──▶ ARMED(r)
   *                                                  └──CAS, owner: wants to go on──▶ AWAITED ──set, same thread──▶ SPENT
   *
   *   Such a region stays armed after a delivery as long as only the canceller has delivered the cancellation (acknowledged is
   *   false). Because of AWAITED the owner waits for one call at most, even if the next call is due immediately.
   *
   * Failed CAS: a deliverer that does not find its own region armed does nothing. There are three cases: the region was left
   * (retracted); it has its delivery already; or an inner region is armed instead, and the outer one is delivered when the inner one
   * is left. The owner always succeeds. It retracts ARMED by CAS. It changes DELIVERING to AWAITED and waits: it yields (a park would
   * return at once with the flag set), or it sleeps for a short time, because a canceller may take long. In SPENT only the owner
   * changes the state.
   *
   * No delivery is missed: the cancelling thread writes region.cause, then CASes the gate; the owner arms the gate, then reads
   * region.cause. At least one of them sees what the other has written.
   *
   * ours: the flag may hold an interrupt issued by the library. foreign: the flag is known to hold an interrupt from outside.
   * Both are written by the holder of DELIVERING, or by the owner outside of DELIVERING, so never by two threads at once.
   *
   * The source of a flag that is found set: the library, if ours is true. Otherwise the program has set it again, as one does
   * in a catch block, if the thread has acknowledged the cancellation before. Otherwise it came from outside. So an interrupt from
   * outside that arrives after the thread has acknowledged the cancellation cannot be distinguished from these. It merges with the
   * cancellation, unless it was known before (decision 0044). A flag that the library has set, or the program has set again, is
   * cleared at the end of the region.
   *
   * Foreign code is code that is not part of the library.
   *
   * A muted region gets no interrupt from the library. A region is muted while it ends, or while foreign code is called that must
   * not see an interrupt. An interrupt that the thread has not seen is issued again when the region is left or unmuted: delivered
   * is false then, and the thread that arms the gate checks for that.
   *
   * Thread.interrupt() may block its caller and run foreign code (interruptible channels). So the deliverer is never a
   * user's thread, a timer or the holder of a lock: see InterruptDelivery.
   *
   * Check with: GateTest, GateStress, InterruptLeakStress.
   */
  private enum Phase {
    DELIVERING,
    AWAITED,
    SPENT,
    CLOSED
  }

  /** Number of checks, with a yield after each, before the owner naps between checks. */
  private static final int YIELDS = 10;

  private static final VarHandle STATE =
      FieldHandle.of(MethodHandles.lookup(), "state", Object.class);

  private final ThreadRecord record;
  private volatile Object state = Phase.CLOSED;
  private boolean ours;
  private boolean foreign;

  Gate(ThreadRecord record) {
    this.record = record;
  }

  /** Arms the gate for the thread's root region. Owner thread only, before foreign code runs. */
  void open(Region root) {
    state = root;
  }

  /**
   * Requests the interrupt of the thread if {@code region} is its innermost one. Any thread;
   * returns at once.
   */
  void requestDelivery(Region region) {
    if (state != region) {
      return;
    }
    if (region.canceller != null || Thread.currentThread() == record.thread) {
      tell(region);
    } else {
      record.machine().interrupt(region);
    }
  }

  /**
   * Interrupts the thread if {@code region} is still armed. Never called on a user's thread, see
   * above.
   */
  void deliver(Region region) {
    if (STATE.compareAndSet(this, region, Phase.DELIVERING)) {
      try {
        issue(region);
      } finally {
        state = Phase.SPENT;
      }
    }
  }

  /**
   * Calls the canceller of {@code region} if that region is still armed. Never called on a user's
   * thread, see above.
   *
   * @return whether the canceller was called
   */
  boolean ask(Region region) {
    if (!STATE.compareAndSet(this, region, Phase.DELIVERING)) {
      return false;
    }
    CancelRequests canceller = Objects.requireNonNull(region.canceller);
    try {
      region.delivered = true;
      region.interrupted = true;
      canceller.call();
    } finally {
      if (!canceller.isRepeated() || !STATE.compareAndSet(this, Phase.DELIVERING, region)) {
        state = Phase.SPENT;
      }
    }
    return true;
  }

  private void issue(Region region) {
    region.delivered = true;
    region.interrupted = true;
    region.acknowledged = true;
    if (!ours) {
      foreign = record.thread.isInterrupted();
      ours = true;
    }
    JdkThreads.interrupt(record.thread);
  }

  /**
   * Delivers a cancellation that the owner has found in its own region, so that the next foreign
   * call sees it.
   */
  private void tell(Region region) {
    if (region.canceller != null) {
      record.machine().runErrand(region.canceller);
    } else {
      deliver(region);
    }
  }

  /**
   * Moves from the outer region to the one that is entered. Owner thread only. The caller then
   * checks the cause of {@code inner}.
   */
  void enter(Region outer, Region inner) {
    retract(outer);
    if (inner.shield) {
      inner.restoreFlag = hideFlag(outer);
    } else if (outer.delivered) {
      // A delivery by the canceller alone may have had no effect, so it does not count for inner
      // regions.
      inner.delivered = outer.canceller == null || outer.acknowledged;
      inner.acknowledged = outer.acknowledged;
      inner.interrupted = outer.interrupted;
    }
    state = inner.delivered ? Phase.SPENT : inner;
  }

  /** Returns whether an interrupt from outside was found. */
  private boolean hideFlag(Region outer) {
    boolean unseen = holdsOurs(outer);
    boolean others = clearFlag(outer, false);
    if (unseen) {
      outer.forgetDelivered();
    }
    return others;
  }

  /** The owner has found {@code region} cancelled on entering it. */
  void foundCancelled(Region region) {
    if (region.delivered) {
      STATE.compareAndSet(this, region, Phase.SPENT);
    } else {
      tell(region);
    }
  }

  /**
   * Delivers the cancellation again after {@link #settle} has withdrawn it. Owner thread only,
   * right after it.
   */
  void redeliver(Region region) {
    region.reports--;
    if (region.canceller != null && region.interrupted) {
      region.acknowledged = region.reports > 0;
      arm(region); // the canceller was called before settle could prevent that
      return;
    }
    region.forgetDelivered();
    state = region;
    tell(region);
  }

  /**
   * An operation is about to report the cancellation: no interrupt is needed any more, and the flag
   * is cleared. Owner thread only.
   *
   * @param flagSeen whether the caller has just found the flag set, and cleared it
   * @return whether an interrupt from outside was found
   */
  boolean settle(Region region, boolean flagSeen) {
    retract(region);
    return clearFlag(region, flagSeen);
  }

  /**
   * Mutes {@code region}, the innermost one: it gets no interrupt from the library, and the flag is
   * clear. Owner thread only. An interrupt from the library that the thread has not seen is issued
   * again when the region is unmuted or left.
   *
   * @return whether an interrupt from outside was found
   */
  boolean mute(Region region) {
    retract(region);
    boolean unseen = holdsOurs(region);
    boolean others = clearFlag(region, false); // needs the value of acknowledged
    if (unseen) {
      Region unaware = region;
      while (unaware != null && unaware.record == record && unaware.delivered) {
        unaware.forgetDelivered();
        unaware = unaware.shield ? null : unaware.parent;
      }
    }
    region.muted = true;
    return others;
  }

  /** The end of {@link #mute}, before the region is left. Owner thread only. */
  void unmute(Region region) {
    region.muted = false;
    arm(region);
  }

  /** Sets the flag for an interrupt that is known to be from outside. Owner thread only. */
  void interruptAgain(Region region) {
    retract(region);
    foreign = true;
    record.thread.interrupt();
    arm(region);
  }

  /** An operation has cleared the flag and reports an interrupt from outside. Owner thread only. */
  void outsideReported(Region region) {
    retract(region);
    if (!ours) {
      foreign = false;
    }
    arm(region);
  }

  /** The region is the innermost one again: from here on deliveries may come. Owner thread only. */
  private void arm(Region region) {
    state = isSpent(region) ? Phase.SPENT : region;
    if (region.cause() != null && !region.delivered && !region.muted) {
      tell(region);
    }
  }

  private static boolean isSpent(Region region) {
    CancelRequests canceller = region.canceller;
    boolean goesOn = canceller != null && canceller.isRepeated() && !region.acknowledged;
    return region.muted || (region.delivered && !goesOn);
  }

  /**
   * From here on nothing is delivered to {@code region}. A delivery that had begun is complete when
   * this returns. Owner thread only.
   */
  void retract(Region region) {
    Object seen = STATE.compareAndExchange(this, region, Phase.SPENT);
    while (seen == Phase.DELIVERING || seen == Phase.AWAITED) {
      awaitDelivered(region);
      // The gate is armed again if the canceller returned before the owner could write AWAITED.
      seen = STATE.compareAndExchange(this, region, Phase.SPENT);
    }
  }

  /**
   * Whether the flag is set, either by the library or again by the program. Owner thread only,
   * while no delivery runs.
   */
  private boolean holdsOurs(Region region) {
    return (ours || (!foreign && region.acknowledged)) && Thread.currentThread().isInterrupted();
  }

  /**
   * Clears the flag. Owner thread only, while no delivery runs.
   *
   * @return whether an interrupt was found that is neither from the library nor set again by the
   *     program
   */
  private boolean clearFlag(Region region, boolean flagSeen) {
    boolean flag = Thread.interrupted() || flagSeen;
    boolean others = ours ? foreign : flag && (foreign || !region.acknowledged);
    ours = false;
    foreign = false;
    return others;
  }

  /**
   * Leaves a region. Retracts a delivery that has not begun, clears the flag of one that was made,
   * restores an interrupt from outside, and delivers the cancellation of the outer region if that
   * one is cancelled. Owner thread only.
   *
   * @param inFlight whether the cancellation is being thrown out of the region
   */
  void leave(Region region, Region outer, boolean inFlight) {
    retract(region);
    boolean unseen = holdsOurs(region);
    if ((ours || region.acknowledged) && clearFlag(region, false)) {
      region.restoreFlag = true;
    }
    if (outer.cause() != null && !region.shield) {
      tellOuter(region, outer, unseen, inFlight);
    }
    if (region.restoreFlag) {
      giveBack(outer); // while no delivery runs, so that the flag is not taken for the library's
    }
    arm(outer);
  }

  /** A delivery to the inner region counts for the outer one if its cancellation was delivered. */
  private static void tellOuter(Region region, Region outer, boolean unseen, boolean inFlight) {
    if (inFlight) {
      outer.delivered = true;
      outer.acknowledged = true;
      outer.interrupted |= region.interrupted;
      outer.reports += region.reports;
    } else if (region.delivered && region.cause() == outer.cause()) {
      // A call that completed although its canceller was called: the next call must see the
      // cancellation.
      outer.delivered = !unseen && (region.canceller == null || region.acknowledged);
      outer.acknowledged = !unseen && region.acknowledged;
      outer.interrupted |= region.interrupted;
      outer.reports += region.reports;
    }
  }

  private void giveBack(Region outer) {
    if (outer.hidesInterrupts) {
      outer.restoreFlag = true;
    } else {
      foreign = true;
      Thread.currentThread().interrupt();
    }
  }

  /** The last action of the thread: nothing is delivered to it any more. Owner thread only. */
  void close(Region root) {
    if (!STATE.compareAndSet(this, root, Phase.CLOSED)) {
      awaitDelivered(root);
      var unused = clearFlag(root, false);
      state = Phase.CLOSED;
    }
  }

  private void awaitDelivered(Region region) {
    boolean interrupted = false;
    for (int looks = 0; isDelivering(); looks++) {
      interrupted |= record.machine().pause(record, region.canceller != null && looks >= YIELDS);
    }
    if (interrupted) {
      record.thread.interrupt();
    }
  }

  /** Whether a delivery runs; writes AWAITED so that the deliverer knows that the owner waits. */
  private boolean isDelivering() {
    return STATE.compareAndSet(this, Phase.DELIVERING, Phase.AWAITED) || state == Phase.AWAITED;
  }

  @Override
  public String toString() {
    return "Gate[" + state + "]";
  }
}
