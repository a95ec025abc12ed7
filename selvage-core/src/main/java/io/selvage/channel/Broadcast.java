package io.selvage.channel;

import io.selvage.BrokenResourceException;
import io.selvage.CancelledException;
import io.selvage.ClosedResourceException;
import io.selvage.channel.BroadcastState.Place;
import io.selvage.kernel.Step;
import io.selvage.kernel.ThreadRecord;
import io.selvage.kernel.WaitNode;
import io.selvage.kernel.WaitQueue;
import io.selvage.kernel.jvm.SpinLock;
import io.selvage.kernel.select.Choice;
import io.selvage.select.Trigger;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A stream of items from any number of senders to any number of subscribers: each subscriber gets
 * each item that is sent after it has subscribed.
 *
 * {@snippet class="io.selvage.channel.ChannelSnippets" region="broadcast"}
 *
 * <p>All subscribers see the items in the same order. An item that is sent while there is no
 * subscriber is received by none.
 *
 * <p><b>Threads.</b> Any thread may call any method.
 *
 * <p><b>Cancellation.</b> A send that is cancelled was sent to no subscriber.
 *
 * @param <T> the type of the items, which are never null
 */
public final class Broadcast<T> implements AutoCloseable {
  /*
   * The operations on a BroadcastState, which has the protocol.
   */
  private final BroadcastState<T> state;

  private Broadcast(BroadcastState<T> state) {
    this.state = state;
  }

  /**
   * {@return a broadcast without subscribers, whose senders wait for the slowest one}
   *
   * @param <T> the type of the items
   * @param capacity how many items the slowest subscriber may be behind; 1 or more
   * @throws IllegalArgumentException if it is less
   */
  public static <T> Broadcast<T> bounded(int capacity) {
    return bounded(capacity, Lag.WAIT);
  }

  /**
   * {@return a broadcast without subscribers}
   *
   * @param <T> the type of the items
   * @param capacity how many items a subscriber may be behind; 1 or more
   * @param lag what becomes of a subscriber that is slower
   * @throws IllegalArgumentException if the capacity is less
   */
  public static <T> Broadcast<T> bounded(int capacity, Lag lag) {
    if (capacity < 1) {
      throw new IllegalArgumentException("capacity must be >= 1, was " + capacity);
    }
    return new Broadcast<>(new BroadcastState<>(capacity, Objects.requireNonNull(lag, "lag")));
  }

  /** {@return a new subscription, which gets the items that are sent from now on} */
  public Subscription<T> subscribe() {
    Step.before("Broadcast.subscribe");
    Place<T> place = new Place<>(state.lock);
    Subscription<T> subscription = new Subscription<>(this, state, place);
    state.lock.lock();
    try {
      state.add(place);
    } finally {
      state.lock.unlock();
    }
    return subscription;
  }

  // ---- sending

  /** The item of a waiting send. */
  private static final class Pending<T> implements ChannelState.Offer<T> {
    private final T item;

    private Pending(T item) {
      this.item = item;
    }

    @Override
    public T item() {
      return item;
    }

    @Override
    public void accepted(long number) {}
  }

  /**
   * Sends an item to all subscribers. If it has to wait for the slowest one, it waits before any of
   * them gets the item.
   *
   * @param item not null
   * @throws ClosedResourceException if the broadcast is closed, also while this waits
   * @throws CancelledException if the calling thread is cancelled, also on entry
   * @throws InterruptedException if the calling thread was interrupted from outside
   */
  public void send(T item) throws InterruptedException {
    Objects.requireNonNull(item, "item");
    ThreadRecord self = ThreadRecord.current();
    self.begin("Broadcast.send");
    try {
      putOrWait(self, item);
    } catch (ClosedResourceException e) {
      self.preferOwnCancellation();
      throw e;
    }
  }

  private void putOrWait(ThreadRecord self, T item) throws InterruptedException {
    WaitNode node;
    state.lock.lock();
    try {
      if (state.put(item)) {
        return;
      }
      node = new WaitNode(self, "Broadcast.send", this);
      node.carry(new Pending<>(item));
      state.senders.add(node);
    } finally {
      leave("Broadcast.send");
    }
    if (state.senders.await(node, WaitNode.NEVER) instanceof End how) {
      throw BroadcastState.refused(how);
    }
  }

  /**
   * Sends an item if that is possible without waiting. Works even if the thread is cancelled.
   *
   * @param item not null
   * @return whether it was sent
   * @throws ClosedResourceException if the broadcast is closed
   */
  public boolean trySend(T item) {
    Objects.requireNonNull(item, "item");
    Step.before("Broadcast.trySend");
    state.lock.lock();
    try {
      return state.put(item);
    } finally {
      leave("Broadcast.trySend");
    }
  }

  /**
   * {@return a send as a clause of a {@link io.selvage.select.Select}; if the broadcast is closed,
   * the select throws what {@link #send} would throw}
   *
   * @param item is sent if this clause is performed, and otherwise not
   */
  public Trigger onSend(T item) {
    return new SendClause(Objects.requireNonNull(item, "item"));
  }

  private final class SendClause extends Choice implements Trigger, ChannelState.Offer<T> {
    private final T item;
    private WaitQueue.@Nullable Entry claimed;

    SendClause(T item) {
      this.item = item;
    }

    @Override
    public T item() {
      return item;
    }

    @Override
    public void accepted(long number) {}

    @Override
    public SpinLock lock() {
      return state.lock;
    }

    @Override
    protected boolean tryNow() {
      End how = state.end();
      if (how == null && !state.put(item)) {
        return false;
      }
      carry(how);
      claimed = state.takeClaimed();
      return true;
    }

    @Override
    protected boolean join() {
      carry(this);
      state.senders.add(this);
      return true;
    }

    @Override
    protected void leave() {
      state.senders.remove(this);
    }

    @Override
    protected void wakeOthers() {
      WaitQueue.signalAll(claimed);
    }

    @Override
    public @Nullable Object result() {
      if (carried() instanceof End how) {
        throw BroadcastState.refused(how);
      }
      return null;
    }

    @Override
    public String toString() {
      return "send to " + Broadcast.this;
    }
  }

  final void leave(String place) {
    WaitQueue.Entry chain = state.takeClaimed();
    state.lock.unlock();
    if (chain != null) {
      Step.within(place);
      WaitQueue.signalAll(chain);
    }
  }

  // ---- closing

  /** As {@link #close(String)} with the reason "closed". */
  @Override
  public void close() {
    var unused = end(End.closed("closed"));
  }

  /**
   * Closes the broadcast: subscribers receive what was sent before, then their streams end. Wakes
   * all waiting threads; senders that wait have not sent. Never waits.
   *
   * @param reason the reason that exceptions tell
   * @return true if this call has closed it, false if it was closed before
   */
  public boolean close(String reason) {
    return end(End.closed(reason));
  }

  /**
   * Closes the broadcast because of a failure: subscribers receive what was sent before, then a
   * {@link BrokenResourceException}. Never waits.
   *
   * @param cause the failure
   * @return true if this call has closed it, false if it was closed before
   */
  public boolean fail(Throwable cause) {
    return end(End.failed(cause));
  }

  private boolean end(End how) {
    Step.before("Broadcast.close");
    state.lock.lock();
    try {
      return state.end(how);
    } finally {
      leave("Broadcast.close");
    }
  }

  /** {@return whether it was closed, in whatever way} */
  public boolean isClosed() {
    return state.end() != null;
  }

  /** {@return how many subscriptions are open; the number may have changed already} */
  public int subscribers() {
    state.lock.lock();
    try {
      return state.subscriptions();
    } finally {
      state.lock.unlock();
    }
  }

  /** {@return how many senders wait; the number may have changed already} */
  public int waitingSenders() {
    state.lock.lock();
    try {
      return state.senders.size();
    } finally {
      state.lock.unlock();
    }
  }

  @Override
  public String toString() {
    return "Broadcast["
        + subscribers()
        + " subscribers, "
        + waitingSenders()
        + (isClosed() ? " waiting to send, closed]" : " waiting to send]");
  }
}
