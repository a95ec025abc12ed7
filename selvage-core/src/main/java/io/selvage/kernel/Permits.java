package io.selvage.kernel;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A number of permits, first come first served: what locks, semaphores and limits are made of.
 *
 * <p>A permit that is released goes straight to who waits longest; nobody gets past a waiter. It
 * has no owner: any thread may release it.
 */
public final class Permits {
  /*
   * Protocol.
   *
   *   state   n >= 0     n permits are free, and nobody waits
   *           CONTENDED  none is free, and the queue is not empty
   *
   *   n ──acquire──▶ n - 1, n ──release──▶ n + 1   by CAS of any thread; a loser looks again
   *   0 ──▶ CONTENDED                              by CAS under the lock: who waits joins the queue with it
   *   CONTENDED ──▶ 0 or 1                         under the lock: nobody else moves this state
   *
   * Who releases while it is CONTENDED claims the first node: that is the hand-off, there is no moment in which the permit
   * is free. If the claim is lost the waiter was withdrawn, and the next one is tried; without any the permit becomes free
   * (1). The claim that empties the queue leaves 0. A waiter whose wait was withdrawn takes its node out; the last one
   * leaves 0. So a permit is either free, or held by exactly one acquire that has happened.
   *
   * Waking up happens behind the lock, by whoever claimed.
   *
   * Check with: PermitsTest, PermitsStress, PermitsSimulationTest.
   */
  private static final int CONTENDED = -1;

  private static final VarHandle STATE;

  static {
    try {
      STATE = MethodHandles.lookup().findVarHandle(Permits.class, "state", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final ReentrantLock lock = new ReentrantLock();
  private final WaitQueue waiters = new WaitQueue(); // guarded by lock
  private volatile int state;

  /**
   * Creates permits that are all free.
   *
   * @param permits how many; 0 or more
   * @throws IllegalArgumentException if it is less
   */
  public Permits(int permits) {
    if (permits < 0) {
      throw new IllegalArgumentException("permits must be >= 0, was " + permits);
    }
    state = permits;
  }

  /**
   * Takes a permit; waits until there is one, behind all who wait already.
   *
   * @param operation the name of the wait, for dumps
   * @param owner what is acquired, for dumps
   * @throws InterruptedException if the calling thread is cancelled or interrupted, also on entry:
   *     then it has no permit
   */
  public void acquire(String operation, Object owner) throws InterruptedException {
    var unused = acquire(operation, owner, WaitNode.NEVER);
  }

  /**
   * As {@link #acquire(String, Object)}, until a deadline.
   *
   * @param operation the name of the wait, for dumps
   * @param owner what is acquired, for dumps
   * @param deadline in the time of the calling thread's scheduler, or {@link WaitNode#NEVER}
   * @return whether there was a permit; false if the deadline passed first
   * @throws InterruptedException if the calling thread is cancelled or interrupted, also on entry:
   *     then it has no permit
   */
  public boolean acquire(String operation, Object owner, long deadline)
      throws InterruptedException {
    ThreadRecord self = ThreadRecord.current();
    self.begin(operation);
    if (takeFree()) {
      return true;
    }
    Step.within(operation);
    WaitNode node = takeOrJoinQueue(self, operation, owner);
    if (node == null) {
      return true;
    }
    boolean handedOver = false;
    try {
      handedOver = node.await(deadline) != WaitNode.TIMED_OUT;
    } finally {
      if (!handedOver) {
        leaveQueue(node);
      }
    }
    return handedOver;
  }

  /** Takes a permit if one is free. Never waits; any thread, no matter whether it is cancelled. */
  public boolean tryAcquire() {
    return takeFree();
  }

  private boolean takeFree() {
    for (int now = state; now > 0; now = state) {
      if (STATE.compareAndSet(this, now, now - 1)) {
        return true;
      }
    }
    return false;
  }

  /** Returns null if a permit was taken. */
  private @Nullable WaitNode takeOrJoinQueue(ThreadRecord self, String operation, Object owner) {
    WaitNode node = new WaitNode(self, operation, owner);
    lock.lock();
    try {
      while (state != CONTENDED) {
        if (takeFree()) {
          return null;
        }
        if (STATE.compareAndSet(this, 0, CONTENDED)) {
          break;
        }
      }
      waiters.add(node);
      return node;
    } finally {
      lock.unlock();
    }
  }

  private void leaveQueue(WaitNode node) {
    lock.lock();
    try {
      waiters.remove(node);
      if (state == CONTENDED && waiters.isEmpty()) {
        state = 0;
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * Gives a permit back, or adds one: to who waits longest, or to those that are free. Never waits;
   * any thread.
   *
   * @throws IllegalStateException if there are too many to be counted
   */
  public void release() {
    for (int now = state; now != CONTENDED; now = state) {
      if (now == Integer.MAX_VALUE) {
        throw new IllegalStateException("release with " + now + " free permits; one too many");
      }
      if (STATE.compareAndSet(this, now, now + 1)) {
        return;
      }
    }
    WaitNode next = handOver();
    if (next != null) {
      Step.within("Permits.release");
      next.signal();
    }
  }

  /** Returns the node of the new holder, to be signalled, or null if the permit is free now. */
  private @Nullable WaitNode handOver() {
    lock.lock();
    try {
      if (state != CONTENDED) { // who waited has left meanwhile
        int unused = (int) STATE.getAndAdd(this, 1);
        return null;
      }
      WaitNode next = waiters.claimFirst(null);
      if (waiters.isEmpty()) {
        state = next == null ? 1 : 0;
      }
      return next;
    } finally {
      lock.unlock();
    }
  }

  /** {@return how many permits are free} */
  public int available() {
    return Math.max(0, state);
  }

  /** {@return how many threads wait for a permit} */
  public int waiting() {
    lock.lock();
    try {
      return waiters.size();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public String toString() {
    return "Permits[" + available() + " free, " + waiting() + " waiting]";
  }
}
