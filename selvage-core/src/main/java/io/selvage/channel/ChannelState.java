package io.selvage.channel;

import io.selvage.BrokenResourceException;
import io.selvage.ClosedResourceException;
import io.selvage.EndOfStreamException;
import io.selvage.kernel.WaitQueue;
import io.selvage.kernel.jvm.SpinLock;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The state of a channel: a buffer and two queues of waiting threads under a small lock, with
 * direct hand-off between the longest-waiting sender and the longest-waiting receiver. The capacity
 * is that of the buffer: 0 for a rendezvous. All methods but {@link #end()} are called under the
 * lock.
 */
final class ChannelState<T> {
  /*
   * Protocol. Everything but the signals happens under lock, in a few instructions. No thread waits or calls foreign code while it holds the lock.
   *
   *   OPEN ──close / fail──▶ ENDED     once; end holds the details. Items in the buffer stay; all waiting receivers and senders are woken.
   *
   * Invariants:
   *   - Receivers wait only while the channel is open, the buffer has no item that can be received, and no sender waits (but see below).
   *   - Senders wait only while the channel is open and the buffer is full.
   *   - A select that both sends and receives may have an entry in both queues; other threads find it before they wait themselves.
   *
   * So a thread that sends while receivers wait hands its item over at once: claiming the entry of the receiver is the delivery. A thread that takes
   * an item while senders wait moves the item of the longest-waiting sender into the buffer: claiming its entry is the send. If a claim fails, that
   * wait was withdrawn, and the next one is tried. A wait that was withdrawn removes its entry. So an item is either with its sender, or in the
   * buffer, or returned by exactly one receive.
   *
   * The entry of a waiting sender carries an Offer, which holds the item. Taking an item makes room before an offer is accepted, so the buffer does
   * not grow between the claim and the add.
   *
   * A thread that is woken by the end gets the End object itself as its value. This cannot be confused with an item: no other code has the type End.
   *
   * Entries that were claimed under the lock are collected in claimed. The thread that leaves the lock takes the chain and signals it outside. An
   * operation allocates everything that it needs before it changes anything: if the heap is full, the channel stays unchanged.
   *
   * Check with: ChannelTest, BoundedChannelTest, ChannelStress, BoundedChannelStress, Linearizability, CancelEverywhereTest.
   */

  /** The item of a sender that waits. */
  interface Offer<T> {
    T item();

    /** The item was accepted, with this number. */
    void accepted(long number);
  }

  /** The result of {@link #put} if the item must wait, because the buffer is full. */
  static final long MUST_WAIT = -1;

  final SpinLock lock = new SpinLock();
  final WaitQueue receivers = new WaitQueue(lock);
  final WaitQueue senders = new WaitQueue(lock);

  private final ChannelOptions options;
  private final Buffer<T> buffer;
  private final int capacity;
  private final Overflow overflow;

  private final WaitQueue.Claimed claimed = new WaitQueue.Claimed();
  private @Nullable T victim; // an item that was dropped, for the callback
  private long sent;
  private long handedOver;
  private long drained;
  private long dropped;
  private volatile @Nullable End end; // written under the lock, read by any thread

  ChannelState(ChannelOptions options, Buffer<T> buffer, int capacity, Overflow overflow) {
    this.options = options;
    this.buffer = buffer;
    this.capacity = capacity;
    this.overflow = overflow;
  }

  // ---- sending

  /**
   * Accepts the item, if that is possible now.
   *
   * @return its number; 0 if it was dropped; {@link #MUST_WAIT} if there is no room
   * @throws ClosedResourceException if the channel has ended and late sends throw
   * @throws ChannelFullException if there is no room, and that is an error
   */
  long put(T item, long key) {
    if (end != null) {
      return refuse(item, end);
    }
    if (!receivers.isEmpty() && handOver(item, key)) {
      return sent;
    }
    if (buffer.size() >= capacity) {
      return putIntoFull(item, key);
    }
    buffer.add(item, key);
    return ++sent;
  }

  private long putIntoFull(T item, long key) {
    return switch (overflow) {
      case WAIT -> MUST_WAIT;
      case DROP_OLDEST -> {
        victim = buffer.poll();
        dropped++;
        buffer.add(item, key); // there is room: one was removed
        yield ++sent;
      }
      case DROP_LATEST -> {
        victim = item;
        dropped++;
        yield 0;
      }
      case THROW ->
          throw new ChannelFullException(
              "channel"
                  + quotedName()
                  + " is full: "
                  + capacity
                  + " items wait; receive some first");
    };
  }

  /**
   * Returns whether a waiting receiver has got it, or it is in the buffer of a priority channel.
   */
  private boolean handOver(T item, long key) {
    if (buffer.isOrdered()) {
      WaitQueue.Entry receiver = receivers.claimFirst(item);
      if (receiver == null) {
        return false;
      }
      claimed.add(receiver);
      handedOver++;
    } else {
      buffer.add(item, key);
      handOverFromBuffer();
    }
    sent++;
    return true;
  }

  /** Gives items that can be received to waiting receivers. */
  void handOverFromBuffer() {
    for (T item = buffer.peek(); item != null; item = buffer.peek()) {
      WaitQueue.Entry receiver = receivers.claimFirst(item);
      if (receiver == null) {
        return;
      }
      claimed.add(receiver);
      var unused = buffer.poll();
      handedOver++;
    }
  }

  // ---- receiving

  /**
   * As {@link #take}: the result is allocated before an item is taken.
   *
   * @throws EndOfStreamException if the channel was closed and has no item
   * @throws BrokenResourceException if the channel was failed and has no item
   */
  Optional<T> tryTake() {
    T next = buffer.peek();
    Optional<T> result = next == null ? tryTakeFromSender() : Optional.of(next);
    if (next != null) {
      var unused = take();
    } else if (result.isEmpty()) {
      throwIfEnded();
    }
    return result;
  }

  void throwIfEnded() {
    End how = end;
    if (how != null) {
      throw how.toException();
    }
  }

  private Optional<T> tryTakeFromSender() {
    for (WaitQueue.Entry sender = senders.peek(); sender != null; sender = senders.peek()) {
      Offer<T> offer = offerOf(sender);
      Optional<T> result = Optional.of(offer.item());
      senders.remove(sender);
      if (accept(sender, offer)) {
        handedOver++;
        return result;
      }
    }
    return Optional.empty();
  }

  /** Takes an item. Returns null if there is none now. */
  @Nullable T take() {
    T item = buffer.poll();
    if (item != null) {
      if (!senders.isEmpty()) {
        refill();
      }
    } else if (!senders.isEmpty()) {
      item = takeFromSender();
    }
    if (item != null) {
      handedOver++;
    }
    return item;
  }

  private void refill() {
    while (buffer.size() < capacity) {
      T item = takeFromSender();
      if (item == null) {
        return;
      }
      buffer.add(item, 0);
    }
  }

  /** Accepts the item of the longest-waiting sender. Returns null if none waits. */
  private @Nullable T takeFromSender() {
    for (WaitQueue.Entry sender = senders.poll(); sender != null; sender = senders.poll()) {
      Offer<T> offer = offerOf(sender);
      if (accept(sender, offer)) {
        return offer.item();
      }
    }
    return null;
  }

  @SuppressWarnings("unchecked") // an entry of senders carries an offer of this channel
  private static <T> Offer<T> offerOf(WaitQueue.Entry sender) {
    return (Offer<T>) Objects.requireNonNull(sender.carried());
  }

  /** Returns false if the wait of the sender was withdrawn. */
  private boolean accept(WaitQueue.Entry sender, Offer<T> offer) {
    offer.accepted(sent + 1); // before the claim, after which the sender may read it
    if (!sender.claim(null)) {
      return false;
    }
    sent++;
    claimed.add(sender);
    return true;
  }

  /** Takes at most {@code max} items, also those that cannot be received now. */
  List<T> drain(int max) {
    long there = (long) buffer.size() + senders.size();
    List<T> items = new ArrayList<>((int) Math.min(max, there));
    while (items.size() < max) {
      T item = drainOne();
      if (item == null) {
        break;
      }
      items.add(item);
      drained++;
    }
    return items;
  }

  private @Nullable T drainOne() {
    T item = buffer.drain();
    if (item == null) {
      return takeFromSender();
    }
    if (!senders.isEmpty()) {
      refill();
    }
    return item;
  }

  // ---- the end

  /** Ends the channel; returns false if it had ended before. */
  boolean end(End how) {
    if (end != null) {
      return false;
    }
    end = how;
    buffer.seal();
    handOverFromBuffer();
    claimed.addAll(receivers, how);
    claimed.addAll(senders, how);
    return true;
  }

  /** {@return how the channel has ended, or null; any thread} */
  @Nullable End end() {
    return end;
  }

  /**
   * Refuses the item of a sender: returns 0 if late sends are dropped.
   *
   * @throws ClosedResourceException if they throw
   */
  long refuse(T item, End how) {
    if (options.lateSend() == LateSend.DROP) {
      dropped++;
      victim = item;
      return 0;
    }
    ClosedResourceException refusal = how.toRefusal("send on closed channel" + quotedName());
    dropped++; // after the allocation
    throw refusal;
  }

  private String quotedName() {
    return options.name() == null ? "" : " '" + options.name() + "'";
  }

  // ---- for the thread that leaves the lock

  /** The entries that were claimed, to be signalled outside of it. */
  WaitQueue.@Nullable Entry takeClaimed() {
    return claimed.take();
  }

  /** The item that was dropped, for {@link #dropped}. */
  @Nullable T takeVictim() {
    T lost = victim;
    victim = null;
    return lost;
  }

  ChannelStats stats() {
    return new ChannelStats(
        sent,
        handedOver,
        drained,
        dropped,
        buffer.size(),
        capacity,
        receivers.size(),
        senders.size(),
        end != null);
  }
}
