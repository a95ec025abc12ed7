package io.selvage.kernel;

import io.selvage.kernel.jvm.StackReserve;
import io.selvage.kernel.support.Handover;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The kernel's data about one thread: its innermost region, its current wait, its gate and its
 * scheduler.
 *
 * <p>The record of a task is created by the forking thread. Any other thread gets a record at its
 * first operation of the library. Later it may get a new one, if the old one was not in use.
 */
public final class ThreadRecord {
  final Thread thread;
  final Scheduler scheduler;
  private final Machine machine;
  final Gate gate = new Gate(this);

  private final Region root;
  private Region current; // owner thread only

  // written by the owner thread, read by cancelling threads; pairs with Region.cause (see WaitNode)
  private volatile @Nullable WaitNode waiting;

  // a wait that cannot be cancelled; written by the owner thread, read for dumps
  private volatile @Nullable WaitNode uncancellable;

  // guarded by the TurnScheduler, unused elsewhere
  int turn;
  @Nullable ThreadRecord nextInTurn;

  // the machine's own data about this thread, see there
  private @Nullable Object machineState;

  // the operation begun last; written by the owner thread, read racily for dumps
  @Nullable String operation;

  // the task that runs here, if any: set before the thread starts, cleared by it at its end
  private volatile @Nullable Object task;

  // called if the thread cannot be started; set before the start, cleared by the thread
  private @Nullable Consumer<Throwable> onStartFailure;

  // owner thread only: the latest exception that reported an interrupt from outside
  private @Nullable InterruptedException outside;

  // what is carried into work that is started here; set before the start, then owner thread only
  private @Nullable Handover handover;

  private ThreadRecord(
      Thread thread,
      Scheduler scheduler,
      @Nullable Region parent,
      @Nullable Object task,
      boolean service,
      Consumer<Throwable> onStartFailure) {
    this.thread = thread;
    this.onStartFailure = onStartFailure;
    this.scheduler = scheduler;
    this.machine = scheduler.machine();
    this.task = task;
    this.root = service ? Region.rootOfService(this) : Region.root(parent, this);
    this.current = root;
  }

  /**
   * {@return the record of a task that will run on {@code thread}, below {@code parent}}
   *
   * @param onStartFailure called instead of the thread's work if the thread cannot be started
   */
  public static ThreadRecord forTask(
      Thread thread,
      Scheduler scheduler,
      Region parent,
      Object task,
      Consumer<Throwable> onStartFailure) {
    return new ThreadRecord(thread, scheduler, parent, task, false, onStartFailure);
  }

  /**
   * {@return the record of a thread that is no task and ends with {@link #end()}}
   *
   * @param onStartFailure called if the thread cannot be started
   */
  public static ThreadRecord forThread(
      Thread thread, Scheduler scheduler, Consumer<Throwable> onStartFailure) {
    return new ThreadRecord(thread, scheduler, null, null, false, onStartFailure);
  }

  /**
   * {@return the record of a service's thread, which ends with {@link #end()}}
   *
   * @param onStartFailure called if the thread cannot be started
   */
  static ThreadRecord forService(
      Thread thread, Scheduler scheduler, Consumer<Throwable> onStartFailure) {
    return new ThreadRecord(thread, scheduler, null, null, true, onStartFailure);
  }

  /** {@return a record of the calling thread, which the library did not start} */
  static ThreadRecord ofForeignThread() {
    ThreadRecord record =
        new ThreadRecord(
            Thread.currentThread(), Scheduler.parallel(), null, null, false, failure -> {});
    record.gate.open(record.root);
    return record;
  }

  /** {@return the record of the calling thread, or null if it has none yet} */
  public static @Nullable ThreadRecord known() {
    return CurrentRecord.known();
  }

  /** {@return the record of the calling thread} */
  public static ThreadRecord current() {
    return CurrentRecord.get();
  }

  /**
   * Makes this the record of the calling thread, which is the task's own. Returns false if it is
   * cancelled already. It may fail if the heap is full: then {@link #end} is still due.
   */
  public boolean begin() {
    CurrentRecord.set(this);
    onStartFailure = null;
    boolean toWork = machine.begun(this);
    if (task != null || isService()) { // not the threads of a simulation itself
      Exhaustion.point("Task.begin");
    }
    gate.open(root);
    return toWork && root.cause() == null;
  }

  /**
   * The last action of the task on its thread: the library does not interrupt the thread any more,
   * and its turn is passed on.
   */
  public void end() {
    gate.close(root);
    task = null;
    CurrentRecord.remove();
    scheduler.ended(this);
  }

  /** The thread was started and never began its work: its turn is passed on. Any thread, once. */
  public void neverRan() {
    task = null;
    scheduler.ended(this);
  }

  /**
   * Starts the thread. Returns false if that is impossible; onStartFailure has been called then.
   */
  public boolean startThread() {
    try {
      thread.start();
      return true;
    } catch (Throwable failure) {
      if (onStartFailure != null) {
        onStartFailure.accept(failure);
      }
      return false;
    }
  }

  /**
   * {@return the machine's own data about this thread; the machine defines which threads may call}
   */
  public @Nullable Object machineState() {
    return machineState;
  }

  /** Sets the machine's own data about this thread. */
  public void setMachineState(Object state) {
    machineState = state;
  }

  /** {@return the thread} */
  public Thread thread() {
    return thread;
  }

  /** {@return the scheduler of this thread} */
  public Scheduler scheduler() {
    return scheduler;
  }

  /** {@return the machine that this thread runs on} */
  public Machine machine() {
    return machine;
  }

  /** {@return the task that runs on this thread, or null} */
  public @Nullable Object task() {
    return task;
  }

  /** {@return whether this is the thread of a task, also before it begins and when it has ended} */
  public boolean isTask() {
    return root.parent != null;
  }

  /** {@return whether this is the thread of a service} */
  public boolean isService() {
    return root.isOfService();
  }

  /** {@return what is carried into groups and services that are opened here, or null} */
  public @Nullable Handover handover() {
    return handover;
  }

  /** Sets what is carried; see {@link #handover()}. */
  public void setHandover(@Nullable Handover carried) {
    handover = carried;
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
  public Region enter(Object scope, boolean shield, @Nullable GroupMembers children) {
    return enter(Region.nested(current, scope, shield, null, children));
  }

  /**
   * Enters a region that the outer scopes can still cancel, but through {@code canceller} instead
   * of an interrupt.
   */
  public Region enterWithCanceller(CancelRequests canceller) {
    Region inner = Region.nested(current, null, false, canceller, null);
    canceller.belongTo(inner);
    machine.prepareErrand(canceller); // nothing after this can fail
    return enter(inner);
  }

  private Region enter(Region inner) {
    Region outer = current;
    outer.inner = inner;
    gate.enter(outer, inner);
    current = inner;
    return inner;
  }

  /** Second half of entering: notices a cancel that happened before the region was visible. */
  public void entered(Region region, @Nullable CancelCause own) {
    if (region.outerCancelled()) {
      CancelCause outer = region.outerCause();
      if (outer != null) {
        region.becomeCancelled(outer);
      }
    } else if (own != null) {
      region.becomeCancelled(own);
    }
    if (region.cause() != null && region.canceller == null) {
      gate.foundCancelled(region);
    }
  }

  /**
   * From here on the library issues no interrupt for the innermost region. A delivery that had
   * begun is complete when this returns.
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
    if (region.canceller != null) {
      machine.forgetErrand(region.canceller);
    }
    gate.leave(region, outer, inFlight);
  }

  // ---- cancellation of this thread's operations: owner thread only

  /**
   * The beginning of every operation that may wait: a step at which a simulation may run another
   * thread first, then {@link #checkpoint()}.
   *
   * @param name of the operation, for dumps and traces
   * @throws InterruptedException if the thread is effectively cancelled (the scope's exception) or
   *     was interrupted from outside and no shield hides that
   * @throws StackOverflowError if there is not enough stack left to complete the operation
   */
  public void begin(String name) throws InterruptedException {
    StackReserve.ensure();
    operation = name;
    if (Step.simulating()) {
      machine.step(this, name, true);
    }
    checkpoint();
  }

  /** The check on entry of every operation that may wait; throws as {@link #begin} does. */
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

  /**
   * The check of an operation that is about to report that something else is closed or cancelled.
   * If an outer scope of the caller is being cancelled at the same time, the operation reports that
   * cancellation instead.
   */
  public void preferOwnCancellation() throws InterruptedException {
    Region below = null;
    for (Region region = current; region != null; region = region.parent) {
      CancelCause why = region.cause();
      if (why != null) {
        if (below != null) {
          below.cancel(why);
        }
        throw report(current, why, false);
      }
      if (region.shield) {
        return;
      }
      below = region;
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

  /** An interrupt from outside was found, and its flag cleared. */
  void onForeignInterrupt(Region region) throws InterruptedException {
    if (region.hidesInterrupts) {
      region.restoreFlag = true;
    } else {
      throw outsideInterrupt("thread was interrupted from outside Selvage");
    }
  }

  /** {@return a plain exception for an interrupt from outside, which is no cancellation} */
  public InterruptedException outsideInterrupt(String message) {
    InterruptedException exception = new InterruptedException(message);
    outside = exception;
    gate.outsideReported(current);
    return exception;
  }

  /** {@return whether this reports an interrupt from outside that this thread has found} */
  public boolean isOutsideInterrupt(Throwable thrown) {
    return thrown == outside;
  }

  /**
   * Returns the exception that reports the cancellation. The flag is clear then, so that cleanup
   * code is not interrupted.
   */
  InterruptedException report(Region region, CancelCause why, boolean flagSeen) {
    if (gate.settle(region, flagSeen)) {
      region.restoreFlag = true;
    }
    region.delivered = true;
    region.acknowledged = true;
    region.reports++;
    return why.toException();
  }

  /**
   * Postpones a cancellation or an interrupt that a wait has just reported, because the operation
   * has happened after all. The next operation or foreign call of the thread sees it. Owner thread
   * only, right after the wait.
   */
  public void redeliver(InterruptedException reported) {
    if (reported.getClass() == InterruptedException.class) {
      interruptAgain();
    } else {
      gate.redeliver(current);
    }
  }

  /**
   * Begins a wait that cannot be cancelled: from here on the library issues no interrupt for the
   * current region. An interrupt that was pending is issued again when the region is left.
   *
   * @return whether an interrupt from outside was pending; it is cleared
   */
  public boolean muteInterrupts() {
    return gate.mute(current);
  }

  /** Sets the flag again for an interrupt from outside, for later code. Owner thread only. */
  public void interruptAgain() {
    gate.interruptAgain(current);
  }

  /**
   * Holds back interrupts from the library until {@link #releaseInterrupts}. Called when the
   * library is about to call foreign code on its own initiative, for example at the end of a task.
   * An interrupt from outside stays. Owner thread only.
   *
   * @return whether this call holds the interrupts back; false if an earlier call does
   */
  public boolean holdInterrupts() {
    if (current.muted) {
      return false;
    }
    if (gate.mute(current)) {
      gate.interruptAgain(current);
    }
    return true;
  }

  /**
   * The foreign code has returned: a cancellation that was not delivered is delivered now.
   *
   * @param held what {@link #holdInterrupts} has returned
   */
  public void releaseInterrupts(boolean held) {
    if (held) {
      gate.unmute(current);
    }
  }

  // ---- waiting

  void setWaiting(@Nullable WaitNode node) {
    waiting = node;
  }

  void setUncancellable(@Nullable WaitNode node) {
    uncancellable = node;
  }

  /** {@return what this thread waits for now, or null; any thread} */
  public @Nullable WaitNode waiting() {
    WaitNode node = waiting;
    return node == null ? uncancellable : node;
  }

  /** {@return whether this thread could continue but waits for its turn; any thread, racily} */
  public boolean awaitsTurn() {
    return TurnScheduler.isQueued(this);
  }

  /** {@return the operation begun last, or null; any thread, racily} */
  public @Nullable String lastOperation() {
    return operation;
  }

  /** {@return whether this thread is in a region or waits; any thread, racily} */
  boolean isInUse() {
    return root.inner != null || waiting() != null;
  }

  /**
   * Withdraws the wait of this thread inside {@code region}. Returns its node, to be signalled, or
   * null. Any thread.
   */
  @Nullable WaitNode abortWait(Region region, CancelCause why) {
    WaitNode node = waiting;
    return node != null && node.isIn(region) && node.claimAbort(why) ? node : null;
  }

  @Override
  public String toString() {
    return "ThreadRecord[" + Threads.nameOf(thread) + ", " + gate + "]";
  }
}
