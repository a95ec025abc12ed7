package io.selvage.interop;

import io.selvage.kernel.Step;
import io.selvage.kernel.ThreadRecord;
import io.selvage.kernel.WaitNode;
import io.selvage.kernel.WaitQueue;
import io.selvage.kernel.jvm.SpinLock;
import org.jspecify.annotations.Nullable;

/**
 * The number of items that a subscriber has requested and has not got yet. The task that serves the
 * subscriber waits for more demand.
 */
final class Demand {
  /*
   * Protocol, under lock.
   *
   *   wanted  0 ..; Long.MAX_VALUE means unlimited, and is not counted down
   *   over    false ──end──▶ true, once, with the violation, if any; from then on there is nothing to take
   *   server  the node of the serving task, at most one, and only while there is nothing to take
   *
   * A thread that adds demand while the server waits hands one unit over by claiming its node. If the claim fails, the wait of the server was
   * withdrawn, and the unit stays. A wait that was withdrawn removes its node. The server is woken after the lock was released.
   */
  private final SpinLock lock = new SpinLock();

  // guarded by lock
  private long wanted;
  private boolean over;
  private @Nullable Throwable violation;
  private final WaitQueue server = new WaitQueue(lock);

  /** Adds demand for more items. Any thread. */
  void add(long more) {
    Step.before("Demand.add");
    WaitQueue.Entry woken;
    lock.lock();
    try {
      long sum = wanted + more;
      wanted = sum < 0 ? Long.MAX_VALUE : sum;
      woken = server.claimFirst(true);
      if (woken != null) {
        countDown();
      }
    } finally {
      lock.unlock();
    }
    if (woken != null) {
      woken.signal();
    }
  }

  /**
   * Ends the demand: nothing more can be taken. Any thread; returns false, without effect, if it
   * had ended before.
   *
   * @param why the rule that the subscriber has broken, or null if it wants no more items
   */
  boolean end(@Nullable Throwable why) {
    Step.beforeEnd("Demand.end");
    WaitQueue.Entry woken;
    lock.lock();
    try {
      if (over) {
        return false;
      }
      over = true;
      violation = why;
      woken = server.claimFirst(false);
    } finally {
      lock.unlock();
    }
    if (woken != null) {
      woken.signal();
    }
    return true;
  }

  /** {@return whether nothing can be taken any more} */
  boolean isOver() {
    lock.lock();
    try {
      return over;
    } finally {
      lock.unlock();
    }
  }

  /** {@return the rule violation of the subscriber that has ended the demand, or null} */
  @Nullable Throwable violation() {
    lock.lock();
    try {
      return violation;
    } finally {
      lock.unlock();
    }
  }

  private void countDown() {
    if (wanted != Long.MAX_VALUE) {
      wanted--;
    }
  }

  /**
   * Takes one unit of demand; waits until there is one.
   *
   * @param operation the name of the wait, for dumps
   * @param owner the owner of the demand, for dumps
   * @return false if nothing can be taken any more
   * @throws InterruptedException if the calling thread is cancelled or interrupted: then nothing
   *     was taken
   */
  boolean take(String operation, Object owner) throws InterruptedException {
    ThreadRecord self = ThreadRecord.current();
    self.begin(operation);
    WaitNode node;
    lock.lock();
    try {
      if (over || wanted > 0) {
        if (!over) {
          countDown();
        }
        return !over;
      }
      node = new WaitNode(self, operation, owner);
      server.add(node);
    } finally {
      lock.unlock();
    }
    return Boolean.TRUE.equals(server.await(node, WaitNode.NEVER));
  }

  @Override
  public String toString() {
    lock.lock();
    try {
      return "Demand["
          + (over ? "over" : wanted == Long.MAX_VALUE ? "without end" : Long.toString(wanted))
          + "]";
    } finally {
      lock.unlock();
    }
  }
}
