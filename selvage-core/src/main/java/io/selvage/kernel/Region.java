package io.selvage.kernel;

import io.selvage.kernel.support.FieldHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One stay of one thread inside one scope: the node of the scope tree.
 *
 * <p>A scope that several threads have entered has one region for each of them. A task has a root
 * region below the region of its group. A thread that is no task has a root region without a
 * parent, which cannot be cancelled.
 */
public final class Region {
  /*
   * Protocol.
   *
   * cause: null ──cancel──▶ c        set once, never reset, so "effectively cancelled" only ever becomes true.
   *        The thread that wins the CAS walks on to the children. A thread that loses it does nothing: the winner's walk covers the children. Whether
   *        a region is a shield is fixed at its creation: a walk never enters a shielded child.
   *
   * Tree edges are published before the child reads its parent's cause, and the cancelling thread writes the cause before it reads the edges (both
   * volatile). So at least one of the two sees what the other has written. A region that is entered while its parent is being cancelled is therefore
   * cancelled, by one thread or the other.
   *
   *   inner      the region nested in this one on the same thread; owner thread writes, any thread reads
   *   children   the tasks of a group; any thread may fork (see GroupMembers)
   *
   * delivered    an interrupt was issued, the canceller was called, or an operation reported the cancellation
   * acknowledged  delivered, and not by a call of the canceller alone: the thread itself may know it, and may set the flag again
   * interrupted  the library has issued an interrupt for it, so an exception of foreign code may be a consequence of it
   * reports      how many operations have thrown the cancellation, in this region or in inner ones; owner thread only
   *              the first three are written by the holder of DELIVERING (see Gate) or by the owner, from false to true; read by the owner
   * muted        the library must issue no interrupt for it (see Gate); owner thread only
   * restoreFlag  an interrupt from outside was set aside; its flag is set again on leaving; owner thread only
   * next, withdrawn   used only by the thread whose cancel has won: the next region of its walk, and the wait that it has
   *              withdrawn. No other thread ever walks a region. The links are part of the regions so that a cancel
   *              that has begun allocates nothing. The cancel unlinks its walk before it requests an interrupt, which
   *              it does once; from then on next belongs to InterruptDelivery. A later delivery is made by the owner thread itself.
   *
   * nextSibling, previousStay, isLinked   links of the set that the region is in: the root of a task is in GroupMembers, another
   *              region may be in the RegionSet of its scope.
   *
   * Check with: RegionTest, RegionStress, RegionSetStress, GateStress, CancelEverywhereTest.
   */
  private static final VarHandle CAUSE =
      FieldHandle.of(MethodHandles.lookup(), "cause", CancelCause.class);
  private static final VarHandle ENDED =
      FieldHandle.of(MethodHandles.lookup(), "ended", boolean.class);

  private static final Object SERVICE = "service"; // a field for it would cost memory in each task

  final @Nullable Region parent;
  final ThreadRecord record;
  final boolean shield;
  final boolean hidesInterrupts;
  final @Nullable CancelRequests canceller;
  private final @Nullable Object scope;
  private final @Nullable GroupMembers children;

  private volatile @Nullable CancelCause cause;
  volatile @Nullable Region inner;

  boolean delivered;
  boolean acknowledged;
  private boolean byHand;
  boolean interrupted;
  boolean muted;
  int reports;
  boolean restoreFlag;

  // the walk of the cancel that has won; later the queue of InterruptDelivery, guarded by its lock
  @Nullable Region next;
  private @Nullable WaitNode withdrawn;

  // links of GroupMembers (for the root of a task) or of RegionSet (for other regions), which owns
  // them
  @Nullable Region nextSibling;
  @Nullable Region previousStay;
  boolean isLinked;

  @SuppressWarnings("FieldCanBeFinal") // written through ENDED
  volatile boolean ended;

  private Region(
      @Nullable Region parent,
      ThreadRecord record,
      @Nullable Object scope,
      boolean shield,
      @Nullable CancelRequests canceller,
      @Nullable GroupMembers children) {
    this.parent = parent;
    this.record = record;
    this.scope = scope;
    this.shield = shield;
    this.hidesInterrupts =
        shield || (parent != null && parent.record == record && parent.hidesInterrupts);
    this.canceller = canceller;
    this.children = children;
  }

  /** {@return the root region of a thread or, with a parent, of a task of the parent's group} */
  static Region root(@Nullable Region parent, ThreadRecord record) {
    return new Region(parent, record, null, false, null, null);
  }

  /** {@return the root region of the thread of a service} */
  static Region rootOfService(ThreadRecord record) {
    return new Region(null, record, SERVICE, false, null, null);
  }

  /** {@return whether this is the root region of the thread of a service} */
  boolean isOfService() {
    return scope == SERVICE;
  }

  /** {@return a region nested in {@code outer}, on the same thread} */
  static Region nested(
      Region outer,
      @Nullable Object scope,
      boolean shield,
      @Nullable CancelRequests canceller,
      @Nullable GroupMembers children) {
    return new Region(outer, outer.record, scope, shield, canceller, children);
  }

  /** {@return why this region is effectively cancelled, or null} */
  public @Nullable CancelCause cause() {
    return cause;
  }

  /** {@return the scope of this stay; no scope for a root or for a region of a single call} */
  public @Nullable Object scope() {
    return scope;
  }

  /** {@return whether this region is shielded from outer cancellation} */
  public boolean isShield() {
    return shield;
  }

  /**
   * An interrupt from outside was found here, and its flag cleared: a shield postpones it until the
   * region is left. Owner thread only.
   */
  public void putOffInterrupt() {
    restoreFlag = true;
  }

  /** Records that the region was entered without a block that ends it; owner thread only. */
  public void markByHand() {
    byHand = true;
  }

  /** {@return whether the region was entered without a block that ends it; owner thread only} */
  public boolean isByHand() {
    return byHand;
  }

  /** {@return whether this region, or an outer one on the same thread, is a shield} */
  public boolean hidesInterrupts() {
    return hidesInterrupts;
  }

  /** {@return whether the library has issued an interrupt for this region; owner thread only} */
  public boolean wasInterrupted() {
    return interrupted;
  }

  /**
   * {@return whether an operation of this thread has thrown the cancellation of this region; owner
   * thread only}
   */
  public boolean wasReported() {
    return reports > 0;
  }

  /**
   * {@return the outer region, possibly of another thread; null at the root of a thread that is no
   * task}
   */
  public @Nullable Region parent() {
    return parent;
  }

  /** {@return the record of the thread that is inside} */
  public ThreadRecord record() {
    return record;
  }

  /** {@return whether an outer scope that this region can see is effectively cancelled} */
  public boolean outerCancelled() {
    return !shield && parent != null && parent.cause != null;
  }

  @Nullable CancelCause outerCause() {
    return parent == null ? null : parent.cause;
  }

  /**
   * Cancels this region and everything below it that is not shielded. Any thread; never blocks,
   * allocates nothing, runs no foreign code.
   *
   * <p>First all regions are marked and all their waits are withdrawn. Then the waiting threads are
   * woken. Last, the threads that do not wait in the library are interrupted. So a thread that
   * wakes up finds the other regions cancelled, too.
   */
  public void cancel(CancelCause why) {
    if (becomeCancelled(why)) {
      walk(this, why);
    }
  }

  /**
   * Continues from regions for which this cancel has won already, linked as a walk, to everything
   * below them.
   */
  static void walk(Region first, CancelCause why) {
    Region last = first;
    while (last.next != null) {
      last = last.next;
    }
    for (Region region = first; region != null; region = region.next) {
      Step.within("Region.cancel");
      WaitNode wait = region.record.abortWait(region, why);
      if (wait != null) {
        why.withdrew(wait.operation(), wait.awaited());
      }
      region.withdrawn = wait;
      last = region.cancelVisibleChildren(why, last);
    }
    Step.within("Region.cancel");
    wakeWalked(first);
    deliverWalked(first);
  }

  /** Puts this region, for which the cancel has won, in front of a walk. */
  void putBefore(@Nullable Region walk) {
    next = walk;
  }

  /**
   * Adds this region to a walk if it was not cancelled before. Returns the last region of the walk.
   */
  Region joinWalk(CancelCause why, Region last) {
    if (!becomeCancelled(why)) {
      return last;
    }
    last.next = this;
    return this;
  }

  private Region cancelVisibleChildren(CancelCause why, Region last) {
    Region end = last;
    Region nested = inner;
    if (nested != null && !nested.shield) {
      end = nested.joinWalk(why, end);
    }
    return children == null ? end : children.cancelLive(why, end);
  }

  private static void wakeWalked(Region first) {
    for (Region region = first; region != null; region = region.next) {
      if (region.withdrawn != null) {
        region.withdrawn.signal();
      }
    }
  }

  /** Requests interrupts for the threads that were not waiting, and unlinks the walk. */
  private static void deliverWalked(Region first) {
    Region region = first;
    while (region != null) {
      Region walked = region;
      region = walked.next;
      walked.next = null;
      if (walked.withdrawn == null) {
        walked.record.gate.requestDelivery(walked);
      }
      walked.withdrawn = null;
    }
  }

  /**
   * Interrupts the thread, or calls the canceller, if this is still the innermost region and the
   * cancellation was not delivered yet. May block: only for {@link Machine#interrupt}.
   */
  public void deliver() {
    record.gate.deliver(this);
  }

  /**
   * The delivery was withdrawn before the thread noticed it, and must be made again. Owner thread
   * only.
   */
  void forgetDelivered() {
    delivered = false;
    acknowledged = false;
  }

  /** Returns true for exactly one caller; see the protocol above. */
  boolean becomeCancelled(CancelCause why) {
    return CAUSE.compareAndSet(this, null, why);
  }

  /** In release mode: walkers skip this region from now on, and the next sweep unlinks it. */
  void markEnded() {
    ENDED.setRelease(this, true);
  }

  /** {@return the region nested in this one on the same thread, or null; any thread, racily} */
  public @Nullable Region inner() {
    return inner;
  }

  /**
   * {@return the root region that was added last to the group that was opened here; see TasksBelow}
   */
  @Nullable Region youngestChild() {
    return children == null ? null : children.youngest();
  }

  /** {@return the group that was opened with this region, or null} */
  public @Nullable Object group() {
    return children == null ? null : children.group();
  }

  /** {@return how many tasks of the group that was opened here have not ended} */
  public long liveTasks() {
    return children == null ? 0 : children.live();
  }

  /**
   * Calls {@code action} with the root region of each live task of the group that was opened here,
   * the youngest first. Any thread.
   */
  public void forEachLiveRoot(Consumer<Region> action) {
    if (children != null) {
      children.forEachLive(action);
    }
  }

  @Override
  public String toString() {
    CancelCause why = cause;
    return "Region["
        + Threads.nameOf(record.thread)
        + (shield ? ", shield" : "")
        + (why == null ? "" : ", cancelled: " + why.reason())
        + "]";
  }

  /**
   * Walks through the running tasks of all groups that one task has open, one link at a time. It
   * finds each task that runs from the beginning to the end of the walk. Used by one thread.
   */
  public static final class TasksBelow {
    private @Nullable Region level;
    private @Nullable Region child;

    /**
     * Begins a walk.
     *
     * @param root the root region of the thread that has opened the groups
     */
    public TasksBelow(Region root) {
      level = root;
      child = root.youngestChild();
    }

    /**
     * Follows one link, which may not lead to a running task.
     *
     * @return the task, or null
     */
    public @Nullable Object advance() {
      Region at = child;
      if (at != null) {
        child = at.nextSibling;
        return at.ended ? null : at.record.task();
      }
      if (level != null) {
        level = level.inner;
        child = level == null ? null : level.youngestChild();
      }
      return null;
    }

    /** {@return whether the walk is over} */
    public boolean isOver() {
      return level == null;
    }
  }
}
