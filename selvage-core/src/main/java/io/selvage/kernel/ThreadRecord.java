package io.selvage.kernel;

import org.jspecify.annotations.Nullable;

/**
 * What the kernel knows of one thread: its innermost region, what it waits for, its gate and its
 * scheduler.
 *
 * <p>Tasks get theirs from who forks them; any other thread gets one at its first Selvage
 * operation.
 */
public final class ThreadRecord {
  private static final ThreadLocal<ThreadRecord> CURRENT = new ThreadLocal<>();

  final Thread thread;
  final Scheduler scheduler;
  final Gate gate = new Gate(this);

  private final Region root;
  private Region current; // owner thread only

  // written by the owner, read by cancellers; pairs with Region.cause (see WaitNode)
  private volatile @Nullable WaitNode waiting;

  // guarded by the TurnScheduler, unused elsewhere
  int turn;

  // the task that runs here, if any: set before the thread starts
  private final @Nullable Object task;

  private ThreadRecord(
      Thread thread, Scheduler scheduler, @Nullable Region parent, @Nullable Object task) {
    this.thread = thread;
    this.scheduler = scheduler;
    this.task = task;
    this.root = Region.root(parent, this);
    this.current = root;
  }

  /** {@return the record of a task that is to run on {@code thread}, below {@code parent}} */
  public static ThreadRecord forTask(
      Thread thread, Scheduler scheduler, Region parent, Object task) {
    return new ThreadRecord(thread, scheduler, parent, task);
  }

  /** {@return the record of the calling thread} */
  public static ThreadRecord current() {
    ThreadRecord record = CURRENT.get();
    return record != null ? record : adopt();
  }

  private static ThreadRecord adopt() {
    ThreadRecord record =
        new ThreadRecord(Thread.currentThread(), Scheduler.parallel(), null, null);
    record.gate.open(record.root);
    CURRENT.set(record);
    return record;
  }

  /**
   * Makes this the record of the calling thread, which is the task's own. Returns false if it is
   * cancelled already.
   */
  public boolean begin() {
    CURRENT.set(this);
    gate.open(root);
    return root.cause() == null;
  }

  /** The task's body is over: no interrupt of ours reaches its thread any more. */
  public void end() {
    gate.close(root);
    scheduler.ended(this);
  }

  /** {@return the thread} */
  public Thread thread() {
    return thread;
  }

  /** {@return who runs this thread} */
  public Scheduler scheduler() {
    return scheduler;
  }

  /** {@return the task that runs on this thread, or null} */
  public @Nullable Object task() {
    return task;
  }

  /** {@return the outermost region of this thread; any thread} */
  public Region root() {
    return root;
  }

  /** {@return the innermost region; owner thread only} */
  public Region region() {
    return current;
  }

  // ---- regions: owner thread only

  /**
   * Enters a region below the current one. The caller then publishes it to its scope and calls
   * {@link #entered}.
   */
  public Region enter(Object scope, boolean shield, @Nullable Children children) {
    return enter(Region.nested(current, scope, shield, null, children));
  }

  /**
   * Enters a region that stays cancellable by its surroundings, through {@code canceller} instead
   * of an interrupt.
   */
  public Region enterWithCanceller(Runnable canceller) {
    return enter(Region.nested(current, null, false, canceller, null));
  }

  private Region enter(Region inner) {
    Region outer = current;
    outer.inner = inner;
    gate.enter(outer, inner);
    current = inner;
    return inner;
  }

  /** Second half of entering: notices what was cancelled before the region could be seen. */
  public void entered(Region region, @Nullable CancelCause own) {
    if (region.outerCancelled()) {
      CancelCause outer = region.outerCause();
      if (outer != null) {
        region.becomeCancelled(outer);
      }
    } else if (own != null) {
      region.becomeCancelled(own);
    }
    if (region.cause() != null) {
      gate.foundCancelled(region);
    }
  }

  /**
   * From here on the innermost region gets no interrupt of ours; one under way has arrived when
   * this returns.
   */
  public void retract(Region region) {
    gate.retract(region);
  }

  /**
   * Leaves the innermost region.
   *
   * @param inFlight whether a cancellation is being thrown out of it
   */
  public void leave(Region region, boolean inFlight) {
    Region outer = region.parent;
    if (region != current || outer == null) {
      throw new IllegalStateException("left a region that is not the innermost one: " + region);
    }
    outer.inner = null;
    current = outer;
    gate.leave(region, outer, inFlight);
  }

  // ---- cancellation of this thread's operations: owner thread only

  /**
   * The check on entry of every operation that may wait.
   *
   * @throws InterruptedException if the thread is effectively cancelled (the scope's exception) or
   *     was interrupted from outside and no shield hides that
   */
  public void checkpoint() throws InterruptedException {
    Region region = current;
    CancelCause why = region.cause();
    if (why != null) {
      throw report(region, why, false);
    }
    if (Thread.currentThread().isInterrupted()) {
      interruptedOutsideAWait(region);
    }
  }

  private void interruptedOutsideAWait(Region region) throws InterruptedException {
    CancelCause why = region.cause();
    if (why != null) {
      throw report(region, why, false);
    }
    if (Thread.interrupted()) {
      onForeignInterrupt(region);
    }
  }

  /** An interrupt that is not ours was found, and its flag cleared. */
  void onForeignInterrupt(Region region) throws InterruptedException {
    if (region.hidesInterrupts) {
      region.restoreFlag = true;
    } else {
      throw new InterruptedException("thread was interrupted from outside Selvage");
    }
  }

  /**
   * Returns the exception that reports the cancellation; the flag is clean then, so that cleanup
   * can do its work.
   */
  InterruptedException report(Region region, CancelCause why, boolean flagSeen) {
    if (gate.settle(region, flagSeen)) {
      region.restoreFlag = true;
    }
    region.told = true;
    return why.toException();
  }

  /**
   * Begins a wait that cannot be cancelled: from here on the current region gets no interrupt of
   * ours.
   *
   * @return whether an interrupt from outside was pending that no shield hides; it is cleared
   */
  public boolean muteInterrupts() {
    Region region = current;
    boolean interrupted = gate.settle(region, false);
    if (interrupted && region.hidesInterrupts) {
      region.restoreFlag = true;
      return false;
    }
    return interrupted;
  }

  // ---- waiting

  void setWaiting(@Nullable WaitNode node) {
    waiting = node;
  }

  /** Withdraws the wait of this thread inside {@code region}, if there is one. Any thread. */
  boolean abortWait(Region region, CancelCause why) {
    WaitNode node = waiting;
    return node != null && node.isIn(region) && node.abort(why);
  }

  @Override
  public String toString() {
    return "ThreadRecord[" + thread.getName() + ", " + gate + "]";
  }
}
