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
   * How a structure wakes: under the lock it changes its state and claims entries; outside of it it signals them. A claim hands a value over. The
   * thread that has claimed an entry owns it until it has called signal; nothing between these two may throw or allocate.
   *
   * A wait in one queue is a WaitNode, which is its own entry. A select waits in several queues with one node, and has an entry for each of them
   * (Choice). An entry whose node was decided elsewhere cannot be claimed: it is dropped, and the next one is tried.
   */

  /** The place of one wait in one queue. */
  public abstract static class Entry {
    @Nullable WaitQueue queue;
    @Nullable Entry previous;
    @Nullable Entry next;
    private @Nullable Object carried;

    /** Creates an entry that is in no queue. */
    protected Entry() {}

    /**
     * Decides the wait by handing a value over. Under the lock of the structure. Allocates nothing.
     *
     * @return whether the wait had not been decided before; then the caller must call {@link
     *     #signal} outside of the lock, once
     */
    public abstract boolean claim(@Nullable Object value);

    /** Wakes the thread of an entry that the caller has claimed. */
    public abstract void signal();

    /** {@return the object set by {@link #carry}; under the lock of the structure} */
    public final @Nullable Object carried() {
      return carried;
    }

    /**
     * Sets an object that the waiting thread and the structure exchange. Before the entry is put
     * into a queue, or under the lock of the structure.
     */
    public final void carry(@Nullable Object exchanged) {
      carried = exchanged;
    }

    /**
     * {@return whether the entry may still be in a queue; exact under the lock of the structure}
     */
    public final boolean isQueued() {
      return queue != null;
    }
  }

  /**
   * Entries that were claimed under a lock, in this order. The thread that leaves the lock takes
   * them, and gives them to {@link #signalAll}. Allocates nothing.
   */
  public static final class Claimed {
    private @Nullable Entry first;
    private @Nullable Entry last;

    /** Creates an empty list. */
    public Claimed() {}

    /** Appends an entry. */
    public void add(Entry claimed) {
      if (last == null) {
        first = claimed;
      } else {
        last.next = claimed;
      }
      last = claimed;
    }

    /** Hands a value to all entries of a queue that were not withdrawn, and appends them. */
    public void addAll(WaitQueue queue, @Nullable Object value) {
      for (Entry entry = queue.claimFirst(value); entry != null; entry = queue.claimFirst(value)) {
        add(entry);
      }
    }

    /** {@return the entries as a chain, or null if there are none} Then this list is empty. */
    public @Nullable Entry take() {
      Entry chain = first;
      first = null;
      last = null;
      return chain;
    }
  }

  final SpinLock lock;
  private @Nullable Entry head;
  private @Nullable Entry tail;
  private int size;

  /**
   * Creates an empty queue.
   *
   * @param lock of the structure
   */
  public WaitQueue(SpinLock lock) {
    this.lock = lock;
  }

  /** {@return the lock of the structure} */
  public SpinLock lock() {
    return lock;
  }

  /** {@return whether no thread waits here} */
  public boolean isEmpty() {
    return head == null;
  }

  /** {@return how many entries are in the queue} */
  public int size() {
    return size;
  }

  /** Appends an entry that is in no queue. */
  public void add(Entry entry) {
    entry.queue = this;
    entry.previous = tail;
    if (tail == null) {
      head = entry;
    } else {
      tail.next = entry;
    }
    tail = entry;
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

  /** Removes an entry, if it is still in this queue. Called without the lock. */
  public void withdraw(Entry entry) {
    lock.lock();
    try {
      remove(entry);
    } finally {
      lock.unlock();
    }
  }

  /** Removes an entry. Does nothing if it is not in this queue any more. */
  public void remove(Entry entry) {
    if (entry.queue != this) {
      return;
    }
    Entry before = entry.previous;
    Entry after = entry.next;
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
    entry.queue = null;
    entry.previous = null;
    entry.next = null;
    size--;
  }

  /** {@return the longest-waiting entry, which stays in the queue} */
  public @Nullable Entry peek() {
    return head;
  }

  /** Removes and returns the longest-waiting entry. */
  public @Nullable Entry poll() {
    Entry first = head;
    if (first != null) {
      remove(first);
    }
    return first;
  }

  /**
   * Hands a value to the longest-waiting entry that was not withdrawn.
   *
   * @return the entry, which the caller must {@link Entry#signal()} outside of the lock, or null if
   *     no thread waits
   */
  public @Nullable Entry claimFirst(@Nullable Object value) {
    for (Entry entry = poll(); entry != null; entry = poll()) {
      if (entry.claim(value)) {
        return entry;
      }
    }
    return null;
  }

  /**
   * Hands a value to all entries that were not withdrawn. Allocates nothing.
   *
   * @return the entries as a chain, the longest-waiting first, which the caller must give to {@link
   *     #signalAll} outside of the lock; null if no thread waits
   */
  public @Nullable Entry claimAll(@Nullable Object value) {
    Entry first = claimFirst(value);
    for (Entry last = first; last != null; last = last.next) {
      last.next = claimFirst(value);
    }
    return first;
  }

  /**
   * Wakes the threads of a chain of entries, all of which the caller has claimed. If waking one of
   * them fails, the others are woken before the failure is thrown.
   */
  public static void signalAll(@Nullable Entry chain) {
    Throwable failure = null;
    for (Entry entry = chain; entry != null; ) {
      Entry woken = entry;
      entry = woken.next;
      woken.next = null;
      try {
        woken.signal();
      } catch (RuntimeException | Error e) {
        failure = e;
      }
    }
    if (failure instanceof Error error) {
      throw error;
    }
    if (failure instanceof RuntimeException exception) {
      throw exception;
    }
  }
}
