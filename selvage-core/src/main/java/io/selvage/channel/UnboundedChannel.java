package io.selvage.channel;

import io.selvage.BrokenResourceException;
import io.selvage.ClosedResourceException;
import io.selvage.EndOfStreamException;
import io.selvage.function.ThrowingConsumer;
import io.selvage.kernel.Step;
import io.selvage.kernel.ThreadRecord;
import io.selvage.kernel.WaitNode;
import io.selvage.kernel.WaitQueue;
import io.selvage.kernel.jvm.SpinLock;
import io.selvage.kernel.support.ForeignThrowable;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A buffer under a small lock, with direct hand-off to the longest-waiting receiver. */
sealed class UnboundedChannel<T> implements Channel<T> permits UnboundedPriorityChannel {
  /*
   * Protocol. Everything but the signals happens under lock, in a few instructions. No thread waits or calls foreign code while it holds the lock.
   *
   *   OPEN ──close / fail──▶ ENDED     once; end holds the details. Items stay; all waiting receivers are woken.
   *
   * Invariant: receivers wait only while the channel is open and the buffer has no item that can be received. So a thread that adds an item to the
   * buffer while receivers wait hands it over at once: claiming the node is the delivery. If the claim fails, the wait of the receiver was withdrawn,
   * and the next receiver is tried; if there is none, the item stays in the buffer. A receiver whose wait was withdrawn removes its node. So an item
   * is either in the buffer, or returned by exactly one receive.
   *
   * A receiver that is woken by the end gets the End object itself as its value. This cannot be confused with an item: the type End is private.
   *
   * The thread that has claimed a node wakes its receiver, outside of the lock. An operation allocates everything that it needs before it changes
   * anything: if the heap is full, the channel stays unchanged.
   *
   * Check with: ChannelTest, ChannelStress, CancelEverywhereTest.
   */

  /** How a channel has ended. */
  private record End(String reason, @Nullable Throwable cause) {
    RuntimeException toException() {
      return cause == null
          ? new EndOfStreamException(reason)
          : new BrokenResourceException(reason, cause);
    }
  }

  private final ChannelOptions options;
  private final SpinLock lock = new SpinLock();

  // guarded by lock
  private final Buffer<T> buffer;
  private final WaitQueue receivers = new WaitQueue(lock);
  private long sent;
  private long handedOver;
  private long drained;
  private long dropped;

  private volatile @Nullable End end; // written under the lock

  UnboundedChannel(ChannelOptions options, Buffer<T> buffer) {
    this.options = options;
    this.buffer = buffer;
  }

  // ---- sending

  @Override
  public long send(T item) throws InterruptedException {
    Objects.requireNonNull(item, "item");
    ThreadRecord self = ThreadRecord.current();
    self.begin("Channel.send");
    try {
      return put(item);
    } catch (ClosedResourceException e) {
      self.preferOwnCancellation();
      throw e;
    }
  }

  @Override
  public boolean trySend(T item) {
    Objects.requireNonNull(item, "item");
    Step.before("Channel.trySend");
    return put(item) > 0;
  }

  /** Returns the number of the item, or 0 if it was dropped. */
  private long put(T item) {
    long key = buffer.keyOf(item);
    WaitNode receiver;
    long number;
    lock.lock();
    try {
      if (end != null) {
        return refuse(end);
      }
      buffer.add(item, key);
      number = ++sent;
      receiver = handOver();
    } finally {
      lock.unlock();
    }
    if (receiver != null) {
      Step.within("Channel.send");
      receiver.signal();
    }
    return number;
  }

  /**
   * Gives the next item to the longest-waiting receiver. Returns its node, to be signalled, or null
   * if there is no receiver or no item.
   */
  private @Nullable WaitNode handOver() {
    if (receivers.isEmpty()) {
      return null;
    }
    T item = buffer.peek();
    WaitNode receiver = item == null ? null : receivers.claimFirst(item);
    if (receiver != null) {
      take();
    }
    return receiver;
  }

  /** Returns the nodes as a chain, to be signalled outside of the lock. */
  private @Nullable WaitNode handOverAll() {
    WaitNode first = handOver();
    WaitNode last = first;
    while (last != null) {
      WaitNode next = handOver();
      last.linkClaimed(next);
      last = next;
    }
    return first;
  }

  /** Changes which items can be received now, and hands these over to waiting receivers. */
  final void reorder(Runnable change) {
    Step.before("PriorityChannel.setFloor");
    WaitNode claimed;
    lock.lock();
    try {
      change.run();
      claimed = handOverAll();
    } finally {
      lock.unlock();
    }
    WaitNode.signalAll(claimed);
  }

  private long refuse(End how) {
    dropped++;
    if (options.lateSend() == LateSend.DROP) {
      return 0;
    }
    ClosedResourceException refusal =
        new ClosedResourceException(
            "send on closed channel"
                + (options.name() == null ? "" : " '" + options.name() + "'")
                + ": "
                + how.reason());
    if (how.cause() != null) {
      refusal.initCause(how.cause());
    }
    throw refusal;
  }

  // ---- receiving

  @Override
  public T receive() throws InterruptedException {
    ThreadRecord self = ThreadRecord.current();
    self.begin("Channel.receive");
    try {
      return takeOrWait(self);
    } catch (EndOfStreamException | BrokenResourceException e) {
      self.preferOwnCancellation();
      throw e;
    }
  }

  private T takeOrWait(ThreadRecord self) throws InterruptedException {
    WaitNode node;
    lock.lock();
    try {
      T item = take();
      if (item != null) {
        return item;
      }
      node = new WaitNode(self, "Channel.receive", this);
      receivers.add(node);
    } finally {
      lock.unlock();
    }
    return await(node);
  }

  @SuppressWarnings("unchecked") // a node of this queue is resumed with a T or with the end
  private T await(WaitNode node) throws InterruptedException {
    Object value = receivers.await(node, WaitNode.NEVER);
    if (value instanceof End how) {
      throw how.toException();
    }
    return (T) Objects.requireNonNull(value);
  }

  @Override
  public Optional<T> tryReceive() {
    Step.before("Channel.tryReceive");
    lock.lock();
    try {
      T item = buffer.peek();
      Optional<T> taken = Optional.ofNullable(item);
      return take() == null ? Optional.empty() : taken;
    } finally {
      lock.unlock();
    }
  }

  /** Takes an item. Returns null if there is none now; throws if there will never be one again. */
  private @Nullable T take() {
    T item = buffer.poll();
    if (item != null) {
      handedOver++;
    } else if (end != null) {
      throw end.toException();
    }
    return item;
  }

  @Override
  public List<T> drain() {
    return drain(Integer.MAX_VALUE);
  }

  @Override
  public List<T> drain(int max) {
    if (max < 0) {
      throw new IllegalArgumentException("max must be >= 0, was " + max);
    }
    Step.before("Channel.drain");
    lock.lock();
    try {
      List<T> items = new ArrayList<>(Math.min(max, buffer.size()));
      while (items.size() < max && buffer.size() > 0) {
        items.add(Objects.requireNonNull(buffer.drain()));
      }
      drained += items.size();
      return items;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public <X extends Exception> void forEach(ThrowingConsumer<? super T, X> action)
      throws X, InterruptedException {
    Objects.requireNonNull(action, "action");
    while (true) {
      T item;
      try {
        item = receive();
      } catch (EndOfStreamException e) {
        return;
      }
      action.accept(item);
    }
  }

  // ---- closing

  @Override
  public void close() {
    end(new End("closed", null));
  }

  @Override
  public boolean close(String reason) {
    return end(new End(Objects.requireNonNull(reason, "reason"), null));
  }

  @Override
  public boolean fail(Throwable cause) {
    Objects.requireNonNull(cause, "cause");
    String message = ForeignThrowable.messageOf(cause);
    return end(new End(message == null ? cause.getClass().getName() : message, cause));
  }

  private boolean end(End how) {
    Step.beforeEnd("Channel.close");
    WaitNode served;
    WaitNode ended;
    lock.lock();
    try {
      if (end != null) {
        return false;
      }
      end = how;
      buffer.seal();
      served = handOverAll();
      ended = receivers.claimAll(how);
    } finally {
      lock.unlock();
    }
    WaitNode.signalAll(served);
    WaitNode.signalAll(ended);
    return true;
  }

  @Override
  public boolean isClosed() {
    return end != null;
  }

  @Override
  public ChannelStats stats() {
    lock.lock();
    try {
      return new ChannelStats(
          sent, handedOver, drained, dropped, buffer.size(), receivers.size(), end != null);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public String toString() {
    ChannelStats now = stats();
    return "Channel["
        + (options.name() == null ? "" : options.name() + ", ")
        + now.queued()
        + " queued, "
        + now.waitingReceivers()
        + " waiting"
        + (now.closed() ? ", closed" : "")
        + "]";
  }
}
