package io.selvage.kernel;

import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ForkJoinPool.ManagedBlocker;
import java.util.concurrent.ForkJoinWorkerThread;
import java.util.concurrent.locks.LockSupport;

/**
 * One park of a platform thread. A thread of a fork-join pool tells its pool, which lets another
 * one work meanwhile: otherwise those that could end the wait might have no thread.
 */
final class ManagedPark implements ManagedBlocker {
  /*
   * The wait is admitted already: others may have found its node. So nothing is thrown here, whatever the pool does. It
   * refuses when it has as many threads as it may have, or stops; it may have no memory for another thread, or ask foreign
   * code whether it is saturated. Then the thread parks all the same, unless it has parked: one park uses up one unpark, and
   * a second one would wait for nothing.
   *
   * The interrupt flag is looked at and never touched, as LockSupport does.
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

  /** Loads this class while there is nothing that a failure could leave half done. */
  static void load() {}

  /**
   * Blocks the calling thread until it is unparked, its deadline passes or it is interrupted; may
   * return early. Never throws.
   *
   * @param thread the calling one
   * @param blocker for thread dumps; no park is needed for a {@link WaitNode} that was decided
   */
  static void park(Thread thread, Object blocker, long deadline) {
    if (thread instanceof ForkJoinWorkerThread) {
      parkInPool(blocker, deadline);
    } else {
      parkPlainly(blocker, deadline);
    }
  }

  @SuppressWarnings(
      "InterruptedExceptionSwallowed") // it says that the pool stops; no flag was taken
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

  /** Spares the pool what it would do for a wait that is over. */
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
