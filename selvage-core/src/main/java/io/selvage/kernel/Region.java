package io.selvage.kernel;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
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
   *   children   the tasks of a group; any thread forks (see Children)
   *
   * told         the thread knows: an interrupt was issued, or an operation reported the cancellation
   * interrupted  an interrupt of ours was issued for it, so exceptions of foreign code may be its shape
   * reports      how many operations have thrown the cancellation, here or further in; owner thread only
   *              the first two written by the holder of DELIVERING (see Gate) or by the owner, false to true; read by the owner
   * restoreFlag  an interrupt that is not ours was set aside, to be given back on leaving; owner thread only
   *
   * Check with: RegionTest, RegionStress, GateStress, CancelEverywhereTest.
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
  final @Nullable Runnable canceller;
  private final @Nullable Object scope;
  private final @Nullable Children children;

  private volatile @Nullable CancelCause cause;
  volatile @Nullable Region inner;

  boolean told;
  private boolean byHand;
  boolean interrupted;
  int reports;
  boolean restoreFlag;

  // links of Children, owned by it
  @Nullable Region nextSibling;

  @SuppressWarnings("FieldCanBeFinal") // written through ENDED
  volatile boolean ended;

  private Region(
      @Nullable Region parent,
      ThreadRecord record,
      @Nullable Object scope,
      boolean shield,
      @Nullable Runnable canceller,
      @Nullable Children children) {
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
      @Nullable Runnable canceller,
      @Nullable Children children) {
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
   * runs no foreign code.
   *
   * <p>First all is marked and all waits are withdrawn, then the waiting threads are woken, then
   * those that are not waiting in the library are interrupted: who wakes up finds the others
   * cancelled, too.
   */
  public void cancel(CancelCause why) {
    List<WaitNode> withdrawn = new ArrayList<>(2);
    List<Region> running = new ArrayList<>(2);
    ArrayDeque<Region> walk = new ArrayDeque<>(4);
    walk.push(this);
    for (Region region = walk.poll(); region != null; region = walk.poll()) {
      if (!region.becomeCancelled(why)) {
        continue;
      }
      Step.within("Region.cancel");
      WaitNode node = region.record.abortWait(region, why);
      if (node != null) {
        withdrawn.add(node);
      } else {
        running.add(region);
      }
      region.pushVisibleChildren(walk);
    }
    Step.within("Region.cancel");
    withdrawn.forEach(WaitNode::signal);
    for (Region region : running) {
      region.record.gate.requestDelivery(region);
    }
  }

  /** Wins for exactly one caller; see the protocol above. */
  boolean becomeCancelled(CancelCause why) {
    return CAUSE.compareAndSet(this, null, why);
  }

  /** In release mode: it spares walkers a visit, and lets the next sweep unlink the region. */
  void markEnded() {
    ENDED.setRelease(this, true);
  }

  /**
   * Calls {@code action} with each task that runs below this region, in groups that were opened
   * here. Any thread.
   */
  public void forEachTaskBelow(Consumer<Object> action) {
    for (Region region = this; region != null; region = region.inner) {
      if (region.children != null) {
        region.children.forEachLive(
            root -> {
              Object task = root.record.task();
              if (task != null) {
                action.accept(task);
              }
            });
      }
    }
  }

  /** {@return the region nested in this one on the same thread, or null; any thread, racily} */
  public @Nullable Region inner() {
    return inner;
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

  private void pushVisibleChildren(ArrayDeque<Region> walk) {
    Region nested = inner;
    if (nested != null && !nested.shield) {
      walk.push(nested);
    }
    if (children != null) {
      children.forEachLive(walk::push);
    }
  }

  @Override
  public String toString() {
    CancelCause why = cause;
    return "Region["
        + record.thread.getName()
        + (shield ? ", shield" : "")
        + (why == null ? "" : ", cancelled: " + why.reason())
        + "]";
  }
}
