package io.selvage.channel;

import io.selvage.BrokenResourceException;
import io.selvage.ClosedResourceException;
import io.selvage.EndOfStreamException;
import io.selvage.Selvage;
import io.selvage.TaskGroup;
import io.selvage.function.ThrowingConsumer;
import io.selvage.kernel.Log;
import io.selvage.kernel.Step;
import io.selvage.kernel.ThreadRecord;
import io.selvage.kernel.Threads;
import io.selvage.kernel.WaitNode;
import io.selvage.kernel.WaitQueue;
import io.selvage.select.Selectable;
import io.selvage.select.Trigger;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The operations of a channel on its {@link ChannelState}. */
sealed class BufferedChannel<T> implements Channel<T> permits UnboundedPriorityChannel {
  private final ChannelOptions options;
  private final Buffer<T> buffer;
  private final @Nullable Consumer<? super T> onDrop;
  private final ChannelState<T> state;

  BufferedChannel(
      ChannelOptions options,
      Buffer<T> buffer,
      int capacity,
      Overflow overflow,
      @Nullable Consumer<? super T> onDrop) {
    this.options = options;
    this.buffer = buffer;
    this.onDrop = onDrop;
    this.state = new ChannelState<>(options, buffer, capacity, overflow);
  }

  // ---- sending

  /** The item of a waiting send. */
  private static final class Pending<T> implements ChannelState.Offer<T> {
    private final T item;
    private long number; // written before the claim

    private Pending(T item) {
      this.item = item;
    }

    @Override
    public T item() {
      return item;
    }

    @Override
    public void accepted(long newNumber) {
      number = newNumber;
    }
  }

  @Override
  public long send(T item) throws InterruptedException {
    Objects.requireNonNull(item, "item");
    ThreadRecord self = ThreadRecord.current();
    self.begin("Channel.send");
    try {
      return putOrWait(self, item);
    } catch (ClosedResourceException e) {
      self.preferOwnCancellation();
      throw e;
    }
  }

  private long putOrWait(ThreadRecord self, T item) throws InterruptedException {
    long key = buffer.keyOf(item);
    Pending<T> offer;
    WaitNode node;
    state.lock.lock();
    try {
      long number = state.put(item, key);
      if (number != ChannelState.MUST_WAIT) {
        return number;
      }
      offer = new Pending<>(item);
      node = new WaitNode(self, "Channel.send", this);
      node.carry(offer);
      state.senders.add(node);
    } finally {
      leave("Channel.send");
    }
    return state.senders.await(node, WaitNode.NEVER) instanceof End how
        ? refuse(item, how)
        : offer.number;
  }

  /** The channel has ended while an item waited: returns 0 if late sends are dropped. */
  final long refuse(T item, End how) {
    state.lock.lock();
    try {
      return state.refuse(item, how);
    } finally {
      leave("Channel.send");
    }
  }

  @Override
  public boolean trySend(T item) {
    Objects.requireNonNull(item, "item");
    Step.before("Channel.trySend");
    long key = buffer.keyOf(item);
    state.lock.lock();
    try {
      return state.put(item, key) > 0;
    } catch (ChannelFullException full) {
      return false;
    } finally {
      leave("Channel.trySend");
    }
  }

  /** Changes which items can be received now, and hands these over to waiting receivers. */
  final void reorder(Runnable change) {
    Step.before("PriorityChannel.setFloor");
    state.lock.lock();
    try {
      change.run();
      state.handOverFromBuffer();
    } finally {
      leave("PriorityChannel.setFloor");
    }
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

  @SuppressWarnings("unchecked") // an entry of receivers is claimed with a T or with the end
  private T takeOrWait(ThreadRecord self) throws InterruptedException {
    WaitNode node;
    state.lock.lock();
    try {
      T item = state.take();
      if (item != null) {
        return item;
      }
      state.throwIfEnded();
      node = new WaitNode(self, "Channel.receive", this);
      state.receivers.add(node);
    } finally {
      leave("Channel.receive");
    }
    Object value = state.receivers.await(node, WaitNode.NEVER);
    if (value instanceof End how) {
      throw how.toException();
    }
    return (T) Objects.requireNonNull(value);
  }

  @Override
  public Optional<T> tryReceive() {
    Step.before("Channel.tryReceive");
    state.lock.lock();
    try {
      return state.tryTake();
    } finally {
      leave("Channel.tryReceive");
    }
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
    state.lock.lock();
    try {
      return state.drain(max);
    } finally {
      leave("Channel.drain");
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

  @Override
  public void forEachParallel(int workers, ThrowingConsumer<? super T, ?> action)
      throws InterruptedException {
    Objects.requireNonNull(action, "action");
    if (workers < 1) {
      throw new IllegalArgumentException("workers must be >= 1, was " + workers);
    }
    TaskGroup.run(
        group -> {
          for (int worker = 1; worker <= workers && !isOver(); worker++) {
            group.launch("worker " + worker, () -> forEach(action));
            Selvage.checkpoint();
          }
        });
  }

  private boolean isOver() {
    return isClosed() && stats().queued() == 0;
  }

  // ---- clauses of a select

  @Override
  public Selectable<T> onReceive() {
    return new ReceiveChoice<>(state, this, false);
  }

  @Override
  @SuppressWarnings({"unchecked", "NullAway"}) // its value is a T, or null at the end
  public Selectable<@Nullable T> onReceiveOrEnd() {
    return (Selectable<@Nullable T>) new ReceiveChoice<>(state, this, true);
  }

  @Override
  public Trigger onSend(T item) {
    Objects.requireNonNull(item, "item");
    return new SendChoice<>(state, this, item, buffer.keyOf(item));
  }

  // ---- leaving the lock

  private void leave(String place) {
    WaitQueue.Entry chain = state.takeClaimed();
    T lost = state.takeVictim();
    state.lock.unlock();
    if (chain != null) {
      Step.within(place);
      WaitQueue.signalAll(chain);
    }
    if (lost != null) {
      dropped(lost);
    }
  }

  /** Hands a dropped item to the callback. Never throws. */
  final void dropped(T item) {
    if (onDrop == null) {
      return;
    }
    try {
      Threads.runUndisturbed(() -> onDrop.accept(item));
    } catch (Throwable failure) {
      Log.error(Channel.class, "the callback for dropped items failed", failure);
    }
  }

  // ---- closing

  @Override
  public void close() {
    end(End.closed("closed"));
  }

  @Override
  public boolean close(String reason) {
    return end(End.closed(reason));
  }

  @Override
  public boolean fail(Throwable cause) {
    return end(End.failed(cause));
  }

  private boolean end(End how) {
    Step.before("Channel.close");
    state.lock.lock();
    try {
      return state.end(how);
    } finally {
      leave("Channel.close");
    }
  }

  @Override
  public boolean isClosed() {
    return state.end() != null;
  }

  @Override
  public ChannelStats stats() {
    state.lock.lock();
    try {
      return state.stats();
    } finally {
      state.lock.unlock();
    }
  }

  @Override
  public String toString() {
    ChannelStats now = stats();
    StringBuilder text = new StringBuilder("Channel[");
    if (options.name() != null) {
      text.append(options.name()).append(", ");
    }
    text.append(now.queued());
    if (now.capacity() != Integer.MAX_VALUE) {
      text.append(" of ").append(now.capacity());
    }
    text.append(" queued, ").append(now.waitingReceivers()).append(" waiting");
    if (now.waitingSenders() > 0) {
      text.append(", ").append(now.waitingSenders()).append(" waiting to send");
    }
    return text.append(now.closed() ? ", closed]" : "]").toString();
  }
}
