package io.selvage.kernel;

import org.jspecify.annotations.Nullable;

/**
 * The waiters of one structure, in the order of arrival. Not thread-safe: guarded by the lock of
 * the structure.
 */
public final class WaitQueue {
  private @Nullable WaitNode head;
  private @Nullable WaitNode tail;
  private int size;

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
