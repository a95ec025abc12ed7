package io.selvage.channel;

import io.selvage.BrokenResourceException;
import io.selvage.CancelledException;
import io.selvage.ClosedResourceException;
import io.selvage.EndOfStreamException;
import io.selvage.channel.BroadcastState.Place;
import io.selvage.function.ThrowingConsumer;
import io.selvage.kernel.Step;
import io.selvage.kernel.ThreadRecord;
import io.selvage.kernel.WaitNode;
import io.selvage.kernel.WaitQueue;
import io.selvage.kernel.jvm.SpinLock;
import io.selvage.kernel.select.Choice;
import io.selvage.select.Selectable;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The items of one subscriber of a {@link Broadcast}, until it is closed.
 *
 * <p><b>Threads.</b> Any thread may call any method. If several threads receive from one
 * subscription, each item goes to one of them.
 *
 * @param <T> the type of the items, which are never null
 */
public final class Subscription<T> implements AutoCloseable {
  private static final End CLOSED = End.closed("the subscription was closed");

  private final Broadcast<T> broadcast;
  private final BroadcastState<T> state;
  private final Place<T> place;

  Subscription(Broadcast<T> broadcast, BroadcastState<T> state, Place<T> place) {
    this.broadcast = broadcast;
    this.state = state;
    this.place = place;
  }

  /**
   * Waits for the next item.
   *
   * <p><b>Cancellation.</b> If this throws, no item was taken.
   *
   * @return the item
   * @throws EndOfStreamException if the broadcast was closed and everything has been received
   * @throws BrokenResourceException if the broadcast was failed and everything has been received
   * @throws ClosedResourceException if this subscription is closed, also while this waits
   * @throws CancelledException if the calling thread is cancelled, also on entry
   * @throws InterruptedException if the calling thread was interrupted from outside
   */
  @SuppressWarnings("unchecked") // an entry of a subscription is claimed with a T or with an end
  public T receive() throws InterruptedException {
    ThreadRecord self = ThreadRecord.current();
    self.begin("Subscription.receive");
    try {
      WaitNode node;
      state.lock.lock();
      try {
        T item = state.take(place);
        if (item != null) {
          return item;
        }
        throwIfEnded();
        node = new WaitNode(self, "Subscription.receive", this);
        place.receivers.add(node);
      } finally {
        broadcast.leave("Subscription.receive");
      }
      Object value = place.receivers.await(node, WaitNode.NEVER);
      if (value instanceof End how) {
        throw toException(how);
      }
      return (T) Objects.requireNonNull(value);
    } catch (EndOfStreamException | BrokenResourceException | ClosedResourceException e) {
      self.preferOwnCancellation();
      throw e;
    }
  }

  private void throwIfEnded() {
    End how = place.isClosed() ? CLOSED : state.end();
    if (how != null) {
      throw toException(how);
    }
  }

  private static RuntimeException toException(End how) {
    return how == CLOSED ? new ClosedResourceException(how.reason()) : how.toException();
  }

  /**
   * Takes an item if one is there. Works even if the thread is cancelled.
   *
   * @return the item, or empty if none is there now
   * @throws EndOfStreamException if the broadcast was closed and everything has been received
   * @throws BrokenResourceException if the broadcast was failed and everything has been received
   * @throws ClosedResourceException if this subscription is closed
   */
  public Optional<T> tryReceive() {
    Step.before("Subscription.tryReceive");
    state.lock.lock();
    try {
      Optional<T> next = Optional.ofNullable(state.peek(place)); // allocated before the take
      if (next.isPresent()) {
        var unused = state.take(place);
      } else {
        throwIfEnded();
      }
      return next;
    } finally {
      broadcast.leave("Subscription.tryReceive");
    }
  }

  /**
   * Receives until the broadcast was closed and everything has been received. An exception of
   * {@code action} ends the loop; the subscription stays open.
   *
   * @param <X> what the action may throw
   * @param action called with one item after the other, on the calling thread
   * @throws X if the action does
   * @throws BrokenResourceException if the broadcast was failed and everything has been received
   * @throws ClosedResourceException if this subscription is closed, also while this waits
   * @throws CancelledException if the calling thread is cancelled
   * @throws InterruptedException if the calling thread was interrupted from outside
   */
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

  /**
   * {@return a receive as a clause of a {@link io.selvage.select.Select}; if the broadcast has
   * ended, the select throws what {@link #receive} would throw}
   */
  public Selectable<T> onReceive() {
    return new ReceiveClause();
  }

  private final class ReceiveClause extends Choice implements Selectable<T> {
    private WaitQueue.@Nullable Entry claimed;

    @Override
    public SpinLock lock() {
      return state.lock;
    }

    @Override
    protected boolean tryNow() {
      T item = state.take(place);
      carry(item != null ? item : place.isClosed() ? CLOSED : state.end());
      claimed = state.takeClaimed();
      return carried() != null;
    }

    @Override
    protected boolean join() {
      place.receivers.add(this);
      return true;
    }

    @Override
    protected void leave() {
      place.receivers.remove(this);
    }

    @Override
    protected void wakeOthers() {
      WaitQueue.signalAll(claimed);
    }

    @Override
    public @Nullable Object result() {
      Object value = carried();
      if (value instanceof End how) {
        throw toException(how);
      }
      return value;
    }

    @Override
    public String toString() {
      return "receive from " + Subscription.this;
    }
  }

  /**
   * {@return how many items this subscriber has missed since it subscribed, because it was too
   * slow; with {@link Lag#WAIT} always 0}
   */
  public long missed() {
    state.lock.lock();
    try {
      return place.missed();
    } finally {
      state.lock.unlock();
    }
  }

  /** {@return how many items it can receive now; the number may have changed already} */
  public int queued() {
    state.lock.lock();
    try {
      return state.queued(place);
    } finally {
      state.lock.unlock();
    }
  }

  /**
   * Ends the subscription: senders do not wait for it any more, and threads that wait on it are
   * woken with a {@link ClosedResourceException}. Never waits; a second call does nothing.
   */
  @Override
  public void close() {
    Step.before("Subscription.close");
    state.lock.lock();
    try {
      var unused = state.close(place, CLOSED);
    } finally {
      broadcast.leave("Subscription.close");
    }
  }

  @Override
  public String toString() {
    return "Subscription[" + queued() + " queued, " + missed() + " missed]";
  }
}
