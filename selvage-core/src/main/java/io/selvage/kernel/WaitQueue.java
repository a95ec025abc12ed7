package io.selvage.kernel;

import io.selvage.kernel.jvm.SpinLock;
import org.jspecify.annotations.Nullable;

/**
 * The waiters of one structure, in the order of arrival. Guarded by the lock of the structure:
 * every method but {@link #await} must be called under it. A structure whose threads wait for
 * different states has several queues.
 */
public final class WaitQueue {
  /*
   * How a structure waits (see Event for the shortest example):
   *
   *   self.begin(operation)          the step of a simulation, and the check of cancellation on entry
   *   node = new WaitNode(...)
   *   lock; state allows it?         then unlock and return: nothing to wait for
   *         else queue.add(node); unlock
   *   queue.await(node, deadline)    waits; a node whose wait was withdrawn is not in the queue any more when this returns or throws
   *
   * How a structure wakes: under the lock it changes its state and claims nodes; outside of it it signals them. A claim hands a value over. The
   * thread that has claimed a node owns it until it has called signal; nothing between these two may throw or allocate.
   */
  final SpinLock lock;
  private @Nullable WaitNode head;
  private @Nullable WaitNode tail;
  private int size;

  /**
   * Creates an empty queue.
   *
   * @param lock of the structure
   */
  public WaitQueue(SpinLock lock) {
    this.lock = lock;
  }

  /** {@return whether no thread waits here} */
  public boolean isEmpty() {
    return head == null;
  }

  /** {@return how many nodes are in the queue} */
  public int size() {
    return size;
  }

  /** Appends a node that is in no queue. */
  public void add(WaitNode node) {
    node.queue = this;
    node.previous = tail;
    if (tail == null) {
      head = node;
    } else {
      tail.next = node;
    }
    tail = node;
    size++;
  }

  /**
   * Waits until the node, which was added to this queue, is resumed. If the wait ends without that,
   * by a deadline, a cancellation or an error, the node is removed. Called without the lock.
   *
   * @param deadline in the time of the scheduler, or {@link WaitNode#NEVER}
   * @return the value of the claim, or {@link WaitNode#TIMED_OUT}
   * @throws InterruptedException if the wait was withdrawn: see {@link WaitNode#await}
   */
  public @Nullable Object await(WaitNode node, long deadline) throws InterruptedException {
    Object outcome = WaitNode.TIMED_OUT;
    try {
      outcome = node.await(deadline);
      return outcome;
    } finally {
      if (outcome == WaitNode.TIMED_OUT) {
        withdraw(node);
      }
    }
  }

  private void withdraw(WaitNode node) {
    lock.lock();
    try {
      remove(node);
    } finally {
      lock.unlock();
    }
  }

  /** Removes a node. Does nothing if it is not in this queue any more. */
  public void remove(WaitNode node) {
    if (node.queue != this) {
      return;
    }
    WaitNode before = node.previous;
    WaitNode after = node.next;
    if (before == null) {
      head = after;
    } else {
      before.next = after;
    }
    if (after == null) {
      tail = before;
    } else {
      after.previous = before;
    }
    node.queue = null;
    node.previous = null;
    node.next = null;
    size--;
  }

  /** Removes and returns the longest-waiting node. */
  public @Nullable WaitNode poll() {
    WaitNode first = head;
    if (first != null) {
      remove(first);
    }
    return first;
  }

  /**
   * Hands a value to the longest-waiting node that was not withdrawn.
   *
   * @return its node, which the caller must {@link WaitNode#signal()} outside of the lock, or null
   *     if no thread waits
   */
  public @Nullable WaitNode claimFirst(@Nullable Object value) {
    for (WaitNode node = poll(); node != null; node = poll()) {
      if (node.claim(value)) {
        return node;
      }
    }
    return null;
  }

  /**
   * Hands a value to all nodes that were not withdrawn. Allocates nothing.
   *
   * @return their nodes as a chain, the longest-waiting first, which the caller must give to {@link
   *     WaitNode#signalAll} outside of the lock; null if no thread waits
   */
  public @Nullable WaitNode claimAll(@Nullable Object value) {
    WaitNode first = claimFirst(value);
    for (WaitNode last = first; last != null; last = last.next) {
      last.next = claimFirst(value);
    }
    return first;
  }
}
