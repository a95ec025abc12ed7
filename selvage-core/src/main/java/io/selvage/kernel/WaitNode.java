package io.selvage.kernel;

import io.selvage.kernel.jvm.Timer;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * One wait of one thread: the only way in which Selvage ever blocks.
 *
 * <p>A structure makes a node after {@link ThreadRecord#checkpoint()}, puts it where others find
 * it, leaves its lock and calls {@link #await}. The others {@link #resume} it. If the wait was
 * withdrawn, the structure takes the node out again.
 */
public final class WaitNode {
  /*
   * Protocol.
   *
   *   WAITING ──resume(value)──▶ value                the operation happened: item taken, permit held
   *           ──abort(cause)───▶ the cause itself     the operation did not happen at all
   *           ──the owner──────▶ INTERRUPTED, TIMED_OUT   it did not happen either
   *
   * One CAS decides, by any thread; there is no third outcome. Who wins must call scheduler.ready(record) once; resume
   * and abort do, claim leaves it to the caller's signal() (claim under a lock, signal outside of it). Who loses does
   * nothing: a resumer tries the next waiter, a canceller knows that the operation happened.
   *
   * Against cancellation: the owner publishes the node in record.waiting, then reads region.cause; the canceller writes
   * region.cause, then reads record.waiting. So a wait that begins while it is cancelled is aborted by one of them.
   *
   * The owner itself aborts when its deadline has passed or an interrupt from outside woke it. An interrupt that comes
   * with or after a lost abort is put back: the operation happened, the next one reports. So is one that comes while the
   * thread, interrupted already, waits for its turn: it may be ours.
   *
   * queue, previous, next: links of the WaitQueue the node is in, guarded by the lock of its structure. A node that was
   * claimed is in no queue: then next links those that one thread has claimed and will signal, and belongs to that thread.
   *
   * carried: what the thread brings with it, for its structure; guarded by the lock of that.
   *
   * Nothing here allocates but the making of a node, so nothing can fail between a claim and its signal.
   *
   * Check with: WaitNodeTest, WaitNodeStress.
   */
  private enum Mark {
    WAITING,
    NULL_VALUE,
    TIMED_OUT,
    INTERRUPTED
  }

  /** The outcome of a wait whose deadline passed. */
  public static final Object TIMED_OUT = Mark.TIMED_OUT;

  /** No deadline, as a point in time. */
  public static final long NEVER = Long.MAX_VALUE;

  private static final VarHandle STATE;

  static {
    try {
      STATE = MethodHandles.lookup().findVarHandle(WaitNode.class, "state", Object.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  final ThreadRecord record;
  final String operation;
  final Object awaited;
  private final Region region;
  private volatile long notSince; // the complement of since; 0 before: time may begin at 0
  private volatile Object state = Mark.WAITING;
  private boolean uncancellable; // owner; published with the node in its record

  @Nullable WaitQueue queue;
  @Nullable WaitNode previous;
  @Nullable WaitNode next;

  private @Nullable Object carried;

  /**
   * Creates a node for a wait of the calling thread.
   *
   * @param operation its name, for dumps
   * @param awaited what is waited for, for dumps
   */
  public WaitNode(ThreadRecord record, String operation, Object awaited) {
    this.record = record;
    this.operation = operation;
    this.awaited = awaited;
    this.region = record.region();
  }

  // ---- any thread

  /**
   * Ends the wait with a value. Returns false if it had ended otherwise: then nothing was handed
   * over.
   */
  public boolean resume(@Nullable Object value) {
    if (claim(value)) {
      signal();
      return true;
    }
    return false;
  }

  /**
   * As {@link #resume}, but the thread is woken only by the {@link #signal} that the winner owes.
   */
  public boolean claim(@Nullable Object value) {
    return STATE.compareAndSet(this, Mark.WAITING, value == null ? Mark.NULL_VALUE : value);
  }

  /** Wakes the thread of a node that the caller has claimed. */
  public void signal() {
    record.scheduler.ready(record);
  }

  /**
   * Wakes the threads of a chain of nodes, all of which the caller has claimed: see {@link
   * WaitQueue#claimAll}. If waking one fails the others are woken before that is thrown.
   */
  public static void signalAll(@Nullable WaitNode chain) {
    RuntimeException failure = null;
    for (WaitNode node = chain; node != null; ) {
      WaitNode woken = node;
      node = woken.next;
      woken.next = null;
      try {
        woken.signal();
      } catch (RuntimeException e) {
        failure = e;
      }
    }
    if (failure != null) {
      throw failure;
    }
  }

  /** Puts a node that the caller has claimed behind this one, which it has claimed, too. */
  public void linkClaimed(@Nullable WaitNode claimed) {
    next = claimed;
  }

  /** Withdraws the wait; the thread is woken only by the {@link #signal} that the winner owes. */
  boolean claimAbort(CancelCause why) {
    return STATE.compareAndSet(this, Mark.WAITING, why);
  }

  boolean abort(CancelCause why) {
    return abort((Object) why);
  }

  private boolean abort(Object outcome) {
    if (STATE.compareAndSet(this, Mark.WAITING, outcome)) {
      signal();
      return true;
    }
    return false;
  }

  /** {@return what the thread brings with it; under the lock of the structure that waits} */
  public @Nullable Object carried() {
    return carried;
  }

  /** Sets what the thread brings with it; before the node is put into a queue. */
  public void carry(Object brought) {
    carried = brought;
  }

  /** {@return the name of the operation} */
  public String operation() {
    return operation;
  }

  /** {@return what is waited for} */
  public Object awaited() {
    return awaited;
  }

  /** {@return since when it waits, in the time of the machine; now if it is about to} */
  public long since() {
    long begun = notSince;
    return begun == 0 ? record.scheduler.now() : ~begun;
  }

  /** {@return whether nothing but {@link #resume} ends it} */
  public boolean isUncancellable() {
    return uncancellable;
  }

  boolean isIn(Region where) {
    return region == where;
  }

  /** {@return whether nobody has ended the wait yet} */
  public boolean isWaiting() {
    return state == Mark.WAITING;
  }

  // ---- owner thread

  /**
   * Waits until somebody resumes this node, the thread is cancelled or the deadline passes.
   *
   * @param deadline in the time of the scheduler, or {@link #NEVER}
   * @return the value of {@link #resume}, or {@link #TIMED_OUT}
   * @throws InterruptedException if the wait was withdrawn: the scope's exception, or a plain one
   *     if the thread was interrupted from outside
   */
  public @Nullable Object await(long deadline) throws InterruptedException {
    Step.within(operation);
    record.setWaiting(this);
    Step.within(operation);
    CancelCause already = region.cause();
    if (already != null) {
      abort(already);
    }
    boolean flagSeen = block(deadline);
    record.setWaiting(null);
    Object outcome = state;
    if (outcome instanceof CancelCause why) {
      throw record.report(region, why, flagSeen);
    }
    if (outcome == Mark.INTERRUPTED) {
      throw record.outsideInterrupt("thread was interrupted from outside Selvage");
    }
    if (flagSeen) {
      Thread.currentThread().interrupt();
    }
    return outcome == Mark.NULL_VALUE ? null : outcome;
  }

  private void begins() {
    notSince = ~record.scheduler.now();
  }

  /** Waits, and returns whether an interrupt was found and its flag cleared. */
  private boolean block(long deadline) {
    Scheduler scheduler = record.scheduler;
    begins();
    scheduler.suspend(record);
    boolean flagSeen = false;
    Timer alarm = null;
    while (state == Mark.WAITING) {
      if (deadline != NEVER && scheduler.now() - deadline >= 0) {
        abort(Mark.TIMED_OUT);
        break;
      }
      if (deadline != NEVER && alarm == null) {
        alarm = scheduler.machine().alarm(record, deadline);
        if (alarm != null) {
          continue; // to arm it may have used up the wake-up
        }
      }
      scheduler.park(this, alarm == null ? deadline : NEVER);
      if (Thread.interrupted()) {
        CancelCause why = region.cause();
        if (why != null) {
          flagSeen = true;
          abort(why);
        } else if (region.hidesInterrupts) {
          region.restoreFlag = true;
        } else {
          flagSeen = true;
          abort(Mark.INTERRUPTED);
        }
      }
    }
    if (alarm != null) {
      var unused = alarm.cancel();
    }
    boolean flagSeenLater = scheduler.resumed(record);
    if (flagSeenLater && state == Mark.INTERRUPTED) {
      Thread.currentThread().interrupt(); // it is another one than that which will be thrown
    }
    return flagSeen || flagSeenLater;
  }

  /**
   * Waits until somebody resumes this node, whatever happens to the thread: neither cancellation
   * nor an interrupt ends this wait.
   *
   * @param onInterrupt run when an interrupt from outside is found, each time; its flag is cleared
   */
  public void awaitUncancellably(Runnable onInterrupt) {
    Step.within(operation);
    Scheduler scheduler = record.scheduler;
    begins();
    uncancellable = true;
    record.setUncancellable(this);
    scheduler.suspend(record);
    while (state == Mark.WAITING) {
      scheduler.park(this, NEVER);
      if (Thread.interrupted()) {
        onInterrupt.run();
      }
    }
    if (scheduler.resumed(record)) {
      onInterrupt.run();
    }
    record.setUncancellable(null);
  }

  @Override
  public String toString() {
    return "WaitNode[" + Threads.nameOf(record.thread) + ", " + state + "]";
  }
}
