package io.selvage.kernel;

import io.selvage.kernel.jvm.JdkThreads;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Objects;

/**
 * The interrupt gate of one thread: no interrupt of ours arrives outside the region it was meant
 * for.
 *
 * <p>The interrupt flag is one bit without an owner. The gate gives it one: only who holds {@code
 * DELIVERING} interrupts, and the owner does not leave a region before that is over and the flag is
 * clean.
 */
final class Gate {
  /*
   * One atomic reference holds the whole state.
   *
   *   region r     ARMED: r is the innermost region of the thread, and nothing was delivered to the thread for r yet
   *   DELIVERING   somebody is about to call Thread.interrupt() for the armed region, or its canceller
   *   AWAITED      the same, and the owner waits for the end of that
   *   SPENT        the cancellation was delivered: by an interrupt, or by an operation that reported the cancellation
   *   CLOSED       the thread is outside of every region that can be cancelled (not begun, or ended)
   *
   *   CLOSED ──owner: open──▶ ARMED(r) ──CAS, any thread──▶ DELIVERING ──set, same thread──▶ SPENT
   *                           │  ▲  └───────CAS, owner: an operation reports it────────────▶ SPENT
   *      CAS, owner: enters   ▼  │  leaves                                                    │ owner: enters, leaves
   *                          ARMED(other) ◀───────────────────────────────────────────────────┘
   *
   *   A region whose canceller is called again and again:
   *
   *   ARMED(r) ──CAS, a run of its CancelRequests──▶ DELIVERING ──CAS, same thread, the call is over──▶ ARMED(r)
   *                                                  └──CAS, owner: wants to go on──▶ AWAITED ──set, same thread──▶ SPENT
   *
   *   It stays armed after a delivery, as long as only the canceller has delivered it (acknowledged is false). AWAITED makes that
   *   the owner waits for one call at most, however soon the next one would come.
   *
   * Losers: a deliverer that does not find its own region armed does nothing: the region was left (retracted), was
   * has its delivery already, or is covered by an inner one and asserts itself when that one is left. The owner never loses: ARMED
   * it retracts by CAS; DELIVERING it makes AWAITED, and yields (a park would return at once with the flag set) or, as a canceller may
   * take long, naps; SPENT is its own.
   *
   * No delivery is missed: the canceller writes region.cause, then CASes the gate; the owner arms the gate, then reads
   * region.cause. One of them sees the other.
   *
   * ours, foreign: whether the flag may hold an interrupt of ours, and whether it is known to hold one of somebody else.
   * Written by the holder of DELIVERING or by the owner outside of DELIVERING, so never by two threads at once.
   *
   * A flag that is found set is ours if ours is; it was set again by the program, as every book teaches after a catch, if
   * the thread has acknowledged the cancellation before; otherwise it came from outside. So one from outside that arrives after
   * the thread has acknowledged it cannot be distinguished from these and merges with the cancellation, unless it was known before
   * (decision 0044). What is ours, or was set again, is taken down at the end of the region.
   *
   * A region that is muted gets no interrupt of ours: it ends, or foreign code is called that must not see one. What it
   * has not seen is issued again when it is left or unmuted: then delivered is false, and the thread that arms the gate looks.
   *
   * Thread.interrupt() may block its caller and run foreign code (interruptible channels), so the deliverer is never a
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

  /** So often the owner looks whether a canceller is done before it naps in between. */
  private static final int YIELDS = 10;

  private static final VarHandle STATE;

  static {
    try {
      STATE = MethodHandles.lookup().findVarHandle(Gate.class, "state", Object.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final ThreadRecord record;
  private volatile Object state = Phase.CLOSED;
  private boolean ours;
  private boolean foreign;

  Gate(ThreadRecord record) {
    this.record = record;
  }

  /** Arms the gate for the thread's root region. Owner only, before foreign code runs. */
  void open(Region root) {
    state = root;
  }

  /**
   * Asks for the interrupt of the thread if {@code region} is its innermost one. Any thread;
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

  /** Interrupts the thread if {@code region} is still armed. Not on a user's thread, see above. */
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
   * Calls the canceller of {@code region} if that is still armed. Not on a user's thread, see
   * above.
   *
   * @return whether it was called
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

  /** The owner finds its own region cancelled: the next foreign call is to see it. */
  private void tell(Region region) {
    if (region.canceller != null) {
      record.machine().runErrand(region.canceller);
    } else {
      deliver(region);
    }
  }

  /**
   * Moves from the region around to the one being entered. Owner only; then look at {@code inner}'s
   * cause.
   */
  void enter(Region outer, Region inner) {
    retract(outer);
    if (inner.shield) {
      inner.restoreFlag = hideFlag(outer);
    } else if (outer.delivered) {
      // What only the canceller has got may not have arrived, and does not count for inner regions.
      inner.delivered = outer.canceller == null || outer.acknowledged;
      inner.acknowledged = outer.acknowledged;
      inner.interrupted = outer.interrupted;
    }
    state = inner.delivered ? Phase.SPENT : inner;
  }

  /** Returns whether an interrupt that is not ours was found. */
  private boolean hideFlag(Region outer) {
    boolean unseen = holdsOurs(outer);
    boolean others = clearFlag(outer, false);
    if (unseen) {
      outer.forgetDelivered();
    }
    return others;
  }

  /** The owner found {@code region} cancelled on entering it. */
  void foundCancelled(Region region) {
    if (region.delivered) {
      STATE.compareAndSet(this, region, Phase.SPENT);
    } else {
      tell(region);
    }
  }

  /** What {@link #settle} has taken back is delivered anew. Owner only, right after it. */
  void redeliver(Region region) {
    region.reports--;
    if (region.canceller != null && region.interrupted) {
      region.acknowledged = region.reports > 0;
      arm(region); // it was called before settle could take it back
      return;
    }
    region.forgetDelivered();
    state = region;
    tell(region);
  }

  /**
   * An operation is about to report the cancellation: no interrupt is needed any more, and the flag
   * gets clean. Owner only.
   *
   * @param flagSeen whether the caller has found and cleared the flag just before
   * @return whether an interrupt that is not ours was found
   */
  boolean settle(Region region, boolean flagSeen) {
    retract(region);
    return clearFlag(region, flagSeen);
  }

  /**
   * From here on {@code region}, the innermost one, gets no interrupt of ours, and the flag is
   * clean. Owner only. An interrupt of ours that the thread has not seen is issued anew when the
   * region is unmuted or left.
   *
   * @return whether an interrupt that is not ours was found
   */
  boolean mute(Region region) {
    retract(region);
    boolean unseen = holdsOurs(region);
    boolean others = clearFlag(region, false); // while acknowledged is known
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

  /** The end of {@link #mute}, before the region is left. Owner only. */
  void unmute(Region region) {
    region.muted = false;
    arm(region);
  }

  /** Sets the flag for an interrupt that is known to be from outside. Owner only. */
  void interruptAgain(Region region) {
    retract(region);
    foreign = true;
    record.thread.interrupt();
    arm(region);
  }

  /** An operation has taken the flag down and reports an interrupt from outside. Owner only. */
  void outsideReported(Region region) {
    retract(region);
    if (!ours) {
      foreign = false;
    }
    arm(region);
  }

  /** The region is the innermost one again: from here on deliveries may come. Owner only. */
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
   * From here on nothing is delivered to {@code region}; what was under way has arrived. Owner
   * only.
   */
  void retract(Region region) {
    Object seen = STATE.compareAndExchange(this, region, Phase.SPENT);
    while (seen == Phase.DELIVERING || seen == Phase.AWAITED) {
      awaitDelivered(region);
      // Armed again if a canceller was done before the owner could say that it waits.
      seen = STATE.compareAndExchange(this, region, Phase.SPENT);
    }
  }

  /** Whether the flag is set, and by us or again by the program. Owner only, nobody delivers. */
  private boolean holdsOurs(Region region) {
    return (ours || (!foreign && region.acknowledged)) && Thread.currentThread().isInterrupted();
  }

  /**
   * Takes the flag down, nobody delivers.
   *
   * @return whether an interrupt was found that is neither ours nor set again by the program
   */
  private boolean clearFlag(Region region, boolean flagSeen) {
    boolean flag = Thread.interrupted() || flagSeen;
    boolean others = ours ? foreign : flag && (foreign || !region.acknowledged);
    ours = false;
    foreign = false;
    return others;
  }

  /**
   * Leaves a region: retracts what was not delivered, clears what was, gives back what was not
   * ours, and lets a cancelled outer region assert itself. Owner only.
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
      giveBack(outer); // while nobody delivers, so that it is not taken for ours
    }
    arm(outer);
  }

  /** What was delivered to the inner region on behalf of the outer one counts for that. */
  private static void tellOuter(Region region, Region outer, boolean unseen, boolean inFlight) {
    if (inFlight) {
      outer.delivered = true;
      outer.acknowledged = true;
      outer.interrupted |= region.interrupted;
      outer.reports += region.reports;
    } else if (region.delivered && region.cause() == outer.cause()) {
      // A call that went on to its end although its canceller was called: the next one is to see
      // it.
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

  /** The thread's last act: nothing is delivered to it any more. Owner only. */
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

  /** Whether somebody delivers; says to a canceller that the owner waits for it. */
  private boolean isDelivering() {
    return STATE.compareAndSet(this, Phase.DELIVERING, Phase.AWAITED) || state == Phase.AWAITED;
  }

  @Override
  public String toString() {
    return "Gate[" + state + "]";
  }
}
