package io.selvage.kernel;

import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ForkJoinPool.ManagedBlocker;
import java.util.concurrent.ForkJoinWorkerThread;
import java.util.concurrent.locks.LockSupport;

/**
 * One park of a platform thread. A thread of a fork-join pool informs its pool, which lets another
 * thread work meanwhile. Otherwise the tasks that could end the wait might have no thread to run
 * on.
 */
final class ManagedPark implements ManagedBlocker {
  /*
   * The wait has begun already: other threads may have found its node. So nothing is thrown here, whatever the pool does. The pool refuses when it
   * has its maximum of threads, or when it stops. It may also have no memory for another thread, or call foreign code to find out whether it is
   * saturated, and that code may fail. Then the thread parks anyway, unless it has parked already: one park consumes one unpark, and a second park
   * would wait without any wake-up to come.
   *
   * The interrupt flag is read and never changed, as LockSupport does.
   *
   * Check with: ForkJoinTest.
   */
  private final Object blocker;
  private final long deadline;
  private boolean parked;

  private ManagedPark(Object blocker, long deadline) {
    this.blocker = blocker;
    this.deadline = deadline;
  }

  /** Loads this class early, at a time when a failure leaves no operation half done. */
  static void load() {}

  /**
   * Blocks the calling thread until it is unparked, its deadline passes or it is interrupted; may
   * return early. Never throws.
   *
   * @param thread the calling one
   * @param blocker for thread dumps; does not park if it is a {@link WaitNode} that was decided
   */
  static void park(Thread thread, Object blocker, long deadline) {
    if (thread instanceof ForkJoinWorkerThread) {
      parkInPool(blocker, deadline);
    } else {
      parkPlainly(blocker, deadline);
    }
  }

  @SuppressWarnings(
      "InterruptedExceptionSwallowed") // the exception means that the pool stops; no interrupt flag
  // was cleared
  private static void parkInPool(Object blocker, long deadline) {
    ManagedPark park = null;
    try {
      park = new ManagedPark(blocker, deadline);
      ForkJoinPool.managedBlock(park);
    } catch (Throwable refused) {
      if (park == null || !park.parked) {
        parkPlainly(blocker, deadline);
      }
    }
  }

  private static void parkPlainly(Object blocker, long deadline) {
    if (deadline == WaitNode.NEVER) {
      LockSupport.park(blocker);
    } else {
      LockSupport.parkNanos(blocker, deadline - System.nanoTime());
    }
  }

  /** Lets the pool skip its work for a wait that is over. */
  @Override
  public boolean isReleasable() {
    return (blocker instanceof WaitNode node && !node.isWaiting())
        || Thread.currentThread().isInterrupted()
        || (deadline != WaitNode.NEVER && deadline - System.nanoTime() <= 0);
  }

  @Override
  public boolean block() {
    parked = true;
    parkPlainly(blocker, deadline);
    return true;
  }
}
