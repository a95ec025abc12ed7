package io.selvage.kernel;

import io.selvage.kernel.jvm.Timer;
import io.selvage.kernel.support.Durations;
import io.selvage.kernel.support.FieldHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One wait of one thread. This is the only way in which the library ever blocks a thread.
 *
 * <p>A structure (a lock, a channel) creates a node after {@link ThreadRecord#checkpoint()}, puts
 * it where other threads find it, releases its own lock and calls {@link #await}. Another thread
 * calls {@link #resume}. If the wait was withdrawn, the structure removes the node.
 */
public final class WaitNode extends WaitQueue.Entry {
  /*
   * Protocol.
   *
   *   WAITING ──resume(value)──▶ value                the operation happened: item taken, permit held
   *           ──abort(cause)───▶ the cause itself     the operation did not happen at all
   *           ──the owner──────▶ INTERRUPTED, TIMED_OUT   it did not happen either
   *
   * One CAS decides, by any thread; there is no third outcome. The thread that wins it must call scheduler.ready(record) once: resume and abort do
   * so; after claim the caller must call signal() (claim under a lock, signal outside of it). A thread that loses the CAS does nothing with this
   * node: a resumer tries the next waiter, a cancelling thread knows that the operation happened.
   *
   * Cancellation: the owner publishes the node in record.waiting, then reads region.cause; the cancelling thread writes region.cause, then reads
   * record.waiting. So a wait that begins during a cancel is aborted by one of the two.
   *
   * The owner itself aborts when its deadline has passed or an interrupt from outside woke it. An interrupt that arrives with or after a failed abort
   * is restored: this operation happened, and the next one reports the interrupt. An interrupt that arrives while the thread, interrupted already,
   * waits for its turn is restored too: it may come from the library.
   *
   * queue, previous, next, carried (of the entry): guarded by the lock of the structure. A claimed node is in no queue. Then next links the entries
   * that one thread has claimed and will signal; only that thread uses it.
   *
   * Only the creation of a node allocates, so nothing can fail between a claim and its signal.
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

  private static final VarHandle STATE =
      FieldHandle.of(MethodHandles.lookup(), "state", Object.class);

  /**
   * {@return the end of a timeout that begins now, in the time of the calling thread}
   *
   * @param timeout the argument of this name of a public method
   * @throws IllegalArgumentException if it is negative or longer than 100 years
   */
  public static long deadlineAfter(Duration timeout) {
    long nanos = Durations.nanos(timeout, "timeout");
    return ThreadRecord.current().scheduler().now() + nanos;
  }

  final ThreadRecord record;
  final String operation;
  final Object awaited;
  private final Region region;
  private volatile long notSince; // ~since; 0 before the wait begins, because since itself may be 0
  private volatile Object state = Mark.WAITING;
  private boolean uncancellable; // set by the owner; published with the node in its record

  /**
   * Creates a node for a wait of the calling thread.
   *
   * @param operation its name, for dumps
   * @param awaited the object that the thread waits for, for dumps
   */
  public WaitNode(ThreadRecord record, String operation, Object awaited) {
    this.record = record;
    this.operation = operation;
    this.awaited = awaited;
    this.region = record.region();
  }

  // ---- any thread

  /**
   * Ends the wait with a value. Returns false if it had ended before: then nothing was handed over.
   */
  public boolean resume(@Nullable Object value) {
    if (claim(value)) {
      signal();
      return true;
    }
    return false;
  }

  /**
   * As {@link #resume}, but does not wake the thread. The caller must call {@link #signal} if this
   * returns true.
   */
  @Override
  public boolean claim(@Nullable Object value) {
    return STATE.compareAndSet(this, Mark.WAITING, value == null ? Mark.NULL_VALUE : value);
  }

  /** Wakes the thread of a node that the caller has claimed. */
  @Override
  public void signal() {
    record.scheduler.ready(record);
  }

  /**
   * Withdraws the wait, but does not wake the thread. The caller must call {@link #signal} if this
   * returns true.
   */
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

  /** {@return the name of the operation} */
  public String operation() {
    return operation;
  }

  /** {@return the object that the thread waits for} */
  public Object awaited() {
    return awaited;
  }

  /**
   * {@return the time at which the wait began, by the clock of the machine; the current time if it
   * has not begun yet}
   */
  public long since() {
    long begun = notSince;
    return begun == 0 ? record.scheduler.now() : ~begun;
  }

  /** {@return whether only {@link #resume} ends the wait} */
  public boolean isUncancellable() {
    return uncancellable;
  }

  boolean isIn(Region where) {
    return region == where;
  }

  /** {@return whether the wait has not ended yet} */
  public boolean isWaiting() {
    return state == Mark.WAITING;
  }

  // ---- owner thread

  /**
   * Waits until another thread resumes this node, the thread is cancelled or the deadline passes.
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
          continue; // arming may have consumed the wake-up
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
      Thread.currentThread().interrupt(); // a second interrupt, not the one that will be thrown
    }
    return flagSeen || flagSeenLater;
  }

  /**
   * Waits until another thread resumes this node. Neither cancellation nor an interrupt ends this
   * wait.
   *
   * @param onInterrupt run each time an interrupt from outside is found, after the flag was cleared
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
