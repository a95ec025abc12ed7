package io.selvage.channel;

import io.selvage.ClosedResourceException;
import io.selvage.channel.ChannelState.Offer;
import io.selvage.kernel.Exhaustion;
import io.selvage.kernel.WaitQueue;
import io.selvage.kernel.jvm.SpinLock;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The state of a broadcast: one ring of items for all subscriptions, each of which has a place in
 * it. All methods but {@link #end()} are called under the lock.
 */
final class BroadcastState<T> {
  /*
   * Protocol. Everything but the signals happens under lock. That is a few instructions, with three exceptions. A send and an end go over all
   * subscriptions. The close of a subscription goes over the items that it has not taken: at most the capacity. The ring grows by an allocation and a
   * copy, each time to twice the length: at most to the capacity. Meanwhile the other threads of this broadcast spin and yield.
   *
   *   OPEN ──close / fail──▶ ENDED     once. Items in the ring stay; waiting senders, and subscriptions that have no item, are woken.
   *
   *   head, tail      the numbers of the oldest item in the ring, and of the next one; tail - head is at most the capacity
   *   readers[slot]   how many subscriptions have not taken this item; an item without readers leaves the ring when it is the oldest
   *   position        of a subscription: the number of the item that it takes next
   *
   * Invariants: head <= position <= tail for each open subscription; the position of a closed one means nothing. A thread waits on a subscription
   * only while its position is tail and the end is not set. Senders wait only while the ring is full and lag makes them wait.
   *
   * A send goes to all subscriptions in one step. A subscription on which a thread waits gets the item by the claim of its entry, and its position
   * moves on; the others have one reader more. If no subscription is left to read it, the item stays out of the ring. A subscription that is closed
   * takes itself off all items that it has not taken.
   *
   * With Lag.DROP_OLDEST a send to a full ring removes the oldest item: subscriptions at its place move on, and count it as missed.
   *
   * The ring grows when an item is sent, before anything is changed. While senders wait it has its whole capacity, so accepting their items needs
   * no memory.
   *
   * Check with: BroadcastTest, BroadcastStress, BroadcastSimulationTest.
   */
  private static final int FIRST_LENGTH = 16;

  final SpinLock lock = new SpinLock();
  final WaitQueue senders = new WaitQueue(lock);

  private final Lag lag;
  private final int capacity;
  private @Nullable Object[] ring; // grows up to the capacity
  private int[] readers;
  private long head;
  private long tail;
  private @Nullable Place<T> first; // of the subscriptions
  private int subscriptions;
  private final WaitQueue.Claimed claimed = new WaitQueue.Claimed();
  private volatile @Nullable End end; // written under the lock, read by any thread

  BroadcastState(int capacity, Lag lag) {
    this.lag = lag;
    this.capacity = capacity;
    this.ring = new Object[Math.min(capacity, FIRST_LENGTH)];
    this.readers = new int[ring.length];
  }

  /** The place of one subscription. */
  static final class Place<T> {
    final WaitQueue receivers;
    private long position;
    private long missed;
    private boolean closed;
    private @Nullable Place<T> previous;
    private @Nullable Place<T> next;

    Place(SpinLock lock) {
      receivers = new WaitQueue(lock);
    }

    long missed() {
      return missed;
    }

    boolean isClosed() {
      return closed;
    }
  }

  // ---- subscriptions

  void add(Place<T> place) {
    place.position = tail;
    place.next = first;
    if (first != null) {
      first.previous = place;
    }
    first = place;
    subscriptions++;
  }

  /** Returns false if it was closed before. The threads that wait on it are woken with this end. */
  boolean close(Place<T> place, End how) {
    if (place.closed) {
      return false;
    }
    place.closed = true;
    if (place.previous == null) {
      first = place.next;
    } else {
      place.previous.next = place.next;
    }
    if (place.next != null) {
      place.next.previous = place.previous;
    }
    subscriptions--;
    for (long item = place.position; item < tail; item++) {
      readers[slot(item)]--;
    }
    claimed.addAll(place.receivers, how);
    makeRoom();
    return true;
  }

  int subscriptions() {
    return subscriptions;
  }

  // ---- sending

  /** Returns whether the item was sent; false if it must wait for room. */
  boolean put(T item) {
    End how = end;
    if (how != null) {
      throw refused(how);
    }
    if (tail - head == capacity) {
      if (lag == Lag.WAIT) {
        return false;
      }
      dropOldest();
    } else if (tail - head == ring.length) {
      grow();
    }
    publish(item);
    return true;
  }

  /** Before anything is changed: there may be no memory. */
  private void grow() {
    Exhaustion.point("Broadcast.send");
    int length = (int) Math.min(capacity, 2L * ring.length);
    @Nullable Object[] largerRing = new Object[length];
    int[] largerReaders = new int[length];
    for (long item = head; item < tail; item++) {
      largerRing[(int) (item % length)] = ring[slot(item)];
      largerReaders[(int) (item % length)] = readers[slot(item)];
    }
    ring = largerRing;
    readers = largerReaders;
  }

  static ClosedResourceException refused(End how) {
    return how.toRefusal("send on closed broadcast");
  }

  /** There is room. */
  private void publish(T item) {
    int left = 0;
    for (Place<T> place = first; place != null; place = place.next) {
      WaitQueue.Entry receiver = place.receivers.claimFirst(item);
      if (receiver == null) {
        left++;
      } else {
        claimed.add(receiver);
        place.position = tail + 1;
      }
    }
    if (left == 0) { // then all others are at the tail, too: the ring is empty
      head++;
    } else {
      ring[slot(tail)] = item;
      readers[slot(tail)] = left;
    }
    tail++;
  }

  private void dropOldest() {
    for (Place<T> place = first; place != null; place = place.next) {
      if (place.position == head) {
        place.position++;
        place.missed++;
      }
    }
    readers[slot(head)] = 0;
    removeTaken();
  }

  private int slot(long number) {
    return (int) (number % ring.length);
  }

  /** Removes the oldest items that all have taken. */
  private void removeTaken() {
    while (head < tail && readers[slot(head)] == 0) {
      ring[slot(head)] = null;
      head++;
    }
  }

  /** Removes what all have taken, and accepts the items of waiting senders. */
  private void makeRoom() {
    removeTaken();
    while (tail - head < capacity) {
      WaitQueue.Entry sender = senders.poll();
      if (sender == null) {
        return;
      }
      @SuppressWarnings("unchecked") // an entry of senders carries an offer
      Offer<T> offer = (Offer<T>) Objects.requireNonNull(sender.carried());
      if (sender.claim(null)) {
        claimed.add(sender);
        publish(offer.item());
      }
    }
  }

  // ---- receiving

  /** Takes the next item. Returns null if there is none now. */
  @SuppressWarnings("unchecked") // publish stores only a T
  @Nullable T take(Place<T> place) {
    if (!hasItem(place)) {
      return null;
    }
    int slot = slot(place.position);
    T item = (T) Objects.requireNonNull(ring[slot]);
    place.position++;
    readers[slot]--;
    makeRoom();
    return item;
  }

  @SuppressWarnings("unchecked") // publish stores only a T
  @Nullable T peek(Place<T> place) {
    return hasItem(place) ? (T) ring[slot(place.position)] : null;
  }

  private boolean hasItem(Place<T> place) {
    return !place.closed && place.position != tail;
  }

  int queued(Place<T> place) {
    return place.closed ? 0 : (int) (tail - place.position);
  }

  // ---- the end

  /** Returns false if it had ended before. */
  boolean end(End how) {
    if (end != null) {
      return false;
    }
    end = how;
    for (Place<T> place = first; place != null; place = place.next) {
      claimed.addAll(place.receivers, how); // a thread waits only if there is no item for it
    }
    claimed.addAll(senders, how);
    return true;
  }

  @Nullable End end() {
    return end;
  }

  // ---- for the thread that leaves the lock

  /** The entries that were claimed, to be signalled outside of the lock. */
  WaitQueue.@Nullable Entry takeClaimed() {
    return claimed.take();
  }
}
