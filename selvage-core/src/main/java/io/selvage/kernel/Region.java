package io.selvage.kernel;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One stay of one thread inside one scope: the node of the scope tree.
 *
 * <p>A scope that several threads entered has one region for each of them. A task has a root region
 * below the region of its group; a thread that is no task has a root region without parent, which
 * nobody can cancel.
 */
public final class Region {
  /*
   * Protocol.
   *
   * cause: null ──cancel──▶ c        set once, never reset, so "effectively cancelled" only ever becomes true.
   *        Whoever wins the CAS walks on to the children; the loser does nothing, the winner's walk covers them.
   *        A shield is fixed at birth: a walk never enters a shielded child.
   *
   * Tree edges are published before the child reads its parent's cause, and the canceller writes the cause before
   * it reads the edges (both volatile). So at least one of the two sees the other, and a region that is entered
   * while its parent is being cancelled is cancelled, whichever of the two notices.
   *
   *   inner      the region nested in this one on the same thread; owner thread writes, any thread reads
   *   children   the tasks of a group; any thread forks (see GroupMembers)
   *
   * delivered    an interrupt was issued, the canceller was called, or an operation reported the cancellation
   * acknowledged  delivered, and not by a call of the canceller alone: the thread itself may know, and set the flag again
   * interrupted  an interrupt of ours was issued for it, so exceptions of foreign code may be its shape
   * reports      how many operations have thrown the cancellation, here or further in; owner thread only
   *              the first three written by the holder of DELIVERING (see Gate) or by the owner, false to true; read by the owner
   * muted        no interrupt of ours is to be issued for it (see Gate); owner thread only
   * restoreFlag  an interrupt that is not ours was set aside, to be given back on leaving; owner thread only
   * next, withdrawn   belong to the thread whose cancel has won: the next region of its walk, and the wait that it has
   *              withdrawn. No other thread ever walks a region, and the links are part of the regions so that a cancel
   *              that has begun allocates nothing. The cancel takes its walk apart before it asks for an interrupt, which
   *              it does once; from then on next belongs to InterruptDelivery. A later delivery is made by the thread itself.
   *
   * nextSibling, previousStay, isLinked   links of the set that it is in: the root of a task is in GroupMembers, another region
   *              may be in the RegionSet of its scope.
   *
   * Check with: RegionTest, RegionStress, RegionSetStress, GateStress, CancelEverywhereTest.
   */
  private static final VarHandle CAUSE;
  private static final VarHandle ENDED;

  static {
    try {
      ENDED = MethodHandles.lookup().findVarHandle(Region.class, "ended", boolean.class);
      CAUSE = MethodHandles.lookup().findVarHandle(Region.class, "cause", CancelCause.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

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

  // the walk of the cancel that has won; then the queue of InterruptDelivery, guarded by its lock
  @Nullable Region next;
  private @Nullable WaitNode withdrawn;

  // links of GroupMembers, where the roots of tasks are, or of RegionSet, where the others may be;
  // owned by it
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

  /** {@return the scope this is a stay in, or null for a root or for a region of a single call} */
  public @Nullable Object scope() {
    return scope;
  }

  /** {@return whether outer cancellation is hidden from this region} */
  public boolean isShield() {
    return shield;
  }

  /** The region was entered without a block that ends it; owner thread only. */
  public void markByHand() {
    byHand = true;
  }

  /** {@return whether the region was entered without a block that ends it; owner thread only} */
  public boolean isByHand() {
    return byHand;
  }

  /** {@return whether this or a region around it on the same thread is a shield} */
  public boolean hidesInterrupts() {
    return hidesInterrupts;
  }

  /** {@return whether an interrupt of ours was issued for this region; owner thread only} */
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
   * {@return the region around this one, possibly of another thread; null at the root of a thread
   * that is no task}
   */
  public @Nullable Region parent() {
    return parent;
  }

  /** {@return the thread that is inside} */
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
   * Cancels this region and everything below it that no shield hides. Any thread; never blocks,
   * allocates nothing, runs no foreign code.
   *
   * <p>First all is marked and all waits are withdrawn, then the waiting threads are woken, then
   * those that are not waiting in the library are interrupted: a thread that wakes up finds the
   * others cancelled, too.
   */
  public void cancel(CancelCause why) {
    if (becomeCancelled(why)) {
      walk(this, why);
    }
  }

  /**
   * Goes on from regions for which this cancel has won already, linked as a walk, to everything
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

  /** Begins a walk with this region, for which the cancel has won. */
  void putBefore(@Nullable Region walk) {
    next = walk;
  }

  /** Adds this region to a walk if the walk's cause is the first one. Returns the last of it. */
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

  /** Has those interrupted that were not waiting, and takes the walk apart. */
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
   * Interrupts the thread, or calls the canceller, if this is still its innermost region and it was
   * delivered yet. May block: only for {@link Machine#interrupt}.
   */
  public void deliver() {
    record.gate.deliver(this);
  }

  /**
   * What was delivered was taken back before the thread knew; it is to be delivered anew. Owner
   * only.
   */
  void forgetDelivered() {
    delivered = false;
    acknowledged = false;
  }

  /** Wins for exactly one caller; see the protocol above. */
  boolean becomeCancelled(CancelCause why) {
    return CAUSE.compareAndSet(this, null, why);
  }

  /** In release mode: it spares walkers a visit, and lets the next sweep unlink the region. */
  void markEnded() {
    ENDED.setRelease(this, true);
  }

  /** {@return the region nested in this one on the same thread, or null; any thread, racily} */
  public @Nullable Region inner() {
    return inner;
  }

  /**
   * {@return the task below that was forked last in the group that was opened here; see TasksBelow}
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
   * Goes through the tasks that run in the groups which one task has open, one link at a time. It
   * finds each that runs from the beginning to the end of the walk. For one thread.
   */
  public static final class TasksBelow {
    private @Nullable Region level;
    private @Nullable Region child;

    /**
     * Begins a walk.
     *
     * @param root the root region of the thread whose groups are meant
     */
    public TasksBelow(Region root) {
      level = root;
      child = root.youngestChild();
    }

    /**
     * Goes on by one link, which may lead to no task that runs.
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
