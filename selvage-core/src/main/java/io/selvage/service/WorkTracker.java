package io.selvage.service;

import io.selvage.CancelledException;
import io.selvage.kernel.Step;
import io.selvage.kernel.ThreadRecord;
import io.selvage.kernel.WaitNode;
import io.selvage.kernel.WaitQueue;
import io.selvage.kernel.jvm.SpinLock;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Counts the work in progress, and lets threads wait until there is some, or none.
 *
 * {@snippet class="io.selvage.service.ServiceSnippets" region="workTracker"}
 *
 * <p><b>Threads.</b> Any thread may call any method; {@link #done} may be called by another thread
 * than {@link #add}. A thread that has waited for idle sees everything that the workers did before
 * they were done.
 */
public final class WorkTracker {
  /*
   * Protocol. The count and both queues are guarded by lock. Invariant: the queue forBusy has nodes only while the count is 0, the queue forIdle only
   * while it is more. The change from or to 0 claims all nodes in the queue of the new state under the lock, and wakes their threads outside of it.
   * The waits return even if the state has changed again by then. A waiter whose wait was withdrawn removes its node.
   */
  private final SpinLock lock = new SpinLock();
  private final WaitQueue forBusy = new WaitQueue(lock); // guarded by lock
  private final WaitQueue forIdle = new WaitQueue(lock); // guarded by lock
  private long count; // guarded by lock

  /** Creates an idle tracker. */
  public WorkTracker() {}

  /**
   * A piece of work that {@link WorkTracker#track} has counted.
   *
   * <p><b>Threads.</b> Any thread may close it.
   */
  public final class Work implements AutoCloseable {
    private final AtomicBoolean done = new AtomicBoolean();

    private Work() {}

    /** Counts the end of the piece of work. A second call does nothing. */
    @Override
    public void close() {
      if (done.compareAndSet(false, true)) {
        done();
      }
    }
  }

  /** Counts the beginning of a piece of work. */
  public void add() {
    Step.before("WorkTracker.add");
    WaitQueue.Entry claimed;
    lock.lock();
    try {
      count++;
      claimed = forBusy.claimAll(null);
    } finally {
      lock.unlock();
    }
    WaitQueue.signalAll(claimed);
  }

  /**
   * Counts the end of a piece of work.
   *
   * @throws IllegalStateException if no work is in progress
   */
  public void done() {
    Step.beforeEnd("WorkTracker.done");
    WaitQueue.Entry claimed = null;
    lock.lock();
    try {
      if (count == 0) {
        throw new IllegalStateException(
            "done was called more often than add; call it once for each add, or use track");
      }
      count--;
      if (count == 0) {
        claimed = forIdle.claimAll(null);
      }
    } finally {
      lock.unlock();
    }
    WaitQueue.signalAll(claimed);
  }

  /**
   * Counts a piece of work for the time of a block; it ends when the block is left, in whatever
   * way. Blocks nest.
   *
   * @return the piece of work, to be closed
   */
  public Work track() {
    Work work = new Work(); // created before, so that nothing can fail after add
    add();
    return work;
  }

  /** {@return how many pieces of work are in progress} */
  public long count() {
    lock.lock();
    try {
      return count;
    } finally {
      lock.unlock();
    }
  }

  /** {@return whether any work is in progress} */
  public boolean isBusy() {
    return count() > 0;
  }

  /**
   * Waits until work is in progress; returns at once if there is some.
   *
   * @throws CancelledException if the calling thread is cancelled, also on entry
   * @throws InterruptedException if the calling thread was interrupted from outside
   */
  public void awaitBusy() throws InterruptedException {
    var unused = await(true, WaitNode.NEVER);
  }

  /**
   * Waits until work is in progress, for at most {@code timeout}.
   *
   * @param timeout zero or more
   * @return true if there was some, false if the time was over first
   * @throws CancelledException if the calling thread is cancelled, also on entry
   * @throws InterruptedException if the calling thread was interrupted from outside
   * @throws IllegalArgumentException if the timeout is negative or longer than 100 years
   */
  public boolean awaitBusy(Duration timeout) throws InterruptedException {
    return await(true, WaitNode.deadlineAfter(timeout));
  }

  /**
   * Waits until no work is in progress; returns at once if there is none.
   *
   * @throws CancelledException if the calling thread is cancelled, also on entry
   * @throws InterruptedException if the calling thread was interrupted from outside
   */
  public void awaitIdle() throws InterruptedException {
    var unused = await(false, WaitNode.NEVER);
  }

  /**
   * Waits until no work is in progress, for at most {@code timeout}.
   *
   * @param timeout zero or more
   * @return true if there was a moment without work, false if the time was over first
   * @throws CancelledException if the calling thread is cancelled, also on entry
   * @throws InterruptedException if the calling thread was interrupted from outside
   * @throws IllegalArgumentException if the timeout is negative or longer than 100 years
   */
  public boolean awaitIdle(Duration timeout) throws InterruptedException {
    return await(false, WaitNode.deadlineAfter(timeout));
  }

  private boolean await(boolean busy, long deadline) throws InterruptedException {
    ThreadRecord self = ThreadRecord.current();
    String operation = busy ? "WorkTracker.awaitBusy" : "WorkTracker.awaitIdle";
    self.begin(operation);
    WaitQueue queue = busy ? forBusy : forIdle;
    WaitNode node = new WaitNode(self, operation, this);
    lock.lock();
    try {
      if (count > 0 == busy) {
        return true;
      }
      queue.add(node);
    } finally {
      lock.unlock();
    }
    return queue.await(node, deadline) != WaitNode.TIMED_OUT;
  }

  /** {@return how many threads wait, for either state; for tests} */
  int waiting() {
    lock.lock();
    try {
      return forBusy.size() + forIdle.size();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public String toString() {
    return "WorkTracker[" + count() + " in progress]";
  }
}
