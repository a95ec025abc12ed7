package io.selvage.interop;

import io.selvage.BrokenResourceException;
import io.selvage.CancelledException;
import io.selvage.EndOfStreamException;
import io.selvage.channel.Channel;
import io.selvage.channel.LateSend;
import io.selvage.function.ThrowingConsumer;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Receives the items of a {@link Flow.Publisher}, as from a channel. Only a limited number of items
 * is requested ahead.
 *
 * {@snippet class="io.selvage.interop.InteropSnippets" region="receive"}
 *
 * <p>The items that the publisher has sent are received before its end. The end is an {@link
 * EndOfStreamException} or, if the publisher has failed, a {@link BrokenResourceException} with the
 * original exception as its cause.
 *
 * <p><b>Threads.</b> Any number of threads may receive; each item goes to one of them.
 *
 * @param <T> the type of the items
 */
public final class FlowReceiver<T> implements AutoCloseable {
  /*
   * Protocol. The items are in buffer; closing buffer ends this receiver.
   *
   *   subscription  null ──onSubscribe──▶ one ──the end──▶ ENDED, or null ──close──▶ ENDED; CAS. The second of the two threads cancels the
   *                 subscription.
   *   asked         how many items are requested and have not arrived. Never below 0, unless the publisher breaks rule 1.1.
   *   received      how many items were received since the last request; the thread that makes it reach batch requests as many.
   *
   * So asked + queued + received <= prefetch, and there is space for all requested items.
   */
  private static final Flow.Subscription ENDED =
      new Flow.Subscription() {
        @Override
        public void request(long n) {}

        @Override
        public void cancel() {}
      };

  private final Channel<T> buffer = Channel.options().withLateSend(LateSend.DROP).unbounded();
  private final AtomicReference<Flow.@Nullable Subscription> subscription = new AtomicReference<>();
  private final AtomicLong asked = new AtomicLong();
  private final AtomicInteger received = new AtomicInteger();
  private final int prefetch;
  private final int batch;
  private final Flow.Subscriber<T> inlet = new Inlet();

  private FlowReceiver(int prefetch) {
    if (prefetch < 1) {
      throw new IllegalArgumentException("prefetch must be >= 1, was " + prefetch);
    }
    this.prefetch = prefetch;
    this.batch = prefetch - prefetch / 4;
  }

  /**
   * {@return a receiver that is not subscribed yet, for publishers that {@link Flows#subscribe}
   * cannot be used with}
   *
   * @param <T> the type of the items
   * @param prefetch how many items are requested before they are received, at least 1
   * @throws IllegalArgumentException if it is less
   */
  public static <T> FlowReceiver<T> create(int prefetch) {
    return new FlowReceiver<>(prefetch);
  }

  /** {@return the subscriber to pass to the publisher, once; a second subscription is cancelled} */
  public Flow.Subscriber<T> subscriber() {
    return inlet;
  }

  // ---- receiving

  /**
   * Waits for an item.
   *
   * <p><b>Cancellation.</b> If this throws, no item was taken: the next receiver gets it.
   *
   * @return the item
   * @throws EndOfStreamException if the publisher has completed, or this was closed, and everything
   *     has been received; thrown by every call from then on
   * @throws BrokenResourceException if the publisher has failed and everything has been received;
   *     thrown by every call from then on
   * @throws CancelledException if the calling thread is cancelled, also on entry when an item is
   *     there
   * @throws InterruptedException if the calling thread was interrupted from outside
   */
  public T receive() throws InterruptedException {
    T item = buffer.receive();
    askForMore(1);
    return item;
  }

  /**
   * Takes an item if one is there. Works even if the thread is cancelled or interrupted.
   *
   * @return the item, or empty if none is there now
   * @throws EndOfStreamException if the publisher has completed, or this was closed, and everything
   *     has been received
   * @throws BrokenResourceException if the publisher has failed and everything has been received
   */
  public Optional<T> tryReceive() {
    Optional<T> item = buffer.tryReceive();
    if (item.isPresent()) {
      askForMore(1);
    }
    return item;
  }

  /**
   * {@return everything that is there now, which may be nothing; never waits and never throws for
   * an end}
   */
  public List<T> drain() {
    List<T> items = buffer.drain();
    askForMore(items.size());
    return items;
  }

  /**
   * Receives until the publisher has completed, or this was closed, and everything has been
   * received. An exception of {@code action} ends the loop; the subscription continues.
   *
   * @param <X> what the action may throw
   * @param action called with one item at a time, on the calling thread
   * @throws X if the action does
   * @throws BrokenResourceException if the publisher has failed and everything has been received
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
   * Counts received items and requests more. The items are not lost, whatever the publisher does in
   * its request method.
   */
  private void askForMore(int taken) {
    if (taken == 0 || received.addAndGet(taken) < batch || buffer.isClosed()) {
      return;
    }
    int more = received.getAndSet(0);
    if (more > 0) {
      ask(more);
    }
  }

  /**
   * Requests more items. A publisher that throws in its request method, which is forbidden, counts
   * as failed.
   */
  void ask(int more) {
    Flow.Subscription from = subscription.get();
    if (from == null) {
      return;
    }
    asked.addAndGet(more);
    try {
      from.request(more);
    } catch (RuntimeException brokenPublisher) {
      try {
        end(brokenPublisher);
      } catch (RuntimeException inItsCancel) {
        brokenPublisher.addSuppressed(inItsCancel);
      }
    }
  }

  // ---- the end

  /**
   * Cancels the subscription, and ends the stream: items that have arrived are still received,
   * later ones are dropped. Never waits.
   */
  @Override
  public void close() {
    if (buffer.close("closed by its receiver")) {
      cancelSubscription();
    }
  }

  /** {@return whether no more items can arrive; there may still be items to receive} */
  public boolean isClosed() {
    return buffer.isClosed();
  }

  private void end(@Nullable Throwable failure) {
    if (failure == null) {
      buffer.close("the publisher has completed");
    } else {
      buffer.fail(failure);
    }
    cancelSubscription();
  }

  private void cancelSubscription() {
    Flow.Subscription ended = subscription.getAndSet(ENDED);
    if (ended != null) {
      ended.cancel();
    }
  }

  @Override
  public String toString() {
    return "FlowReceiver["
        + buffer.stats().queued()
        + " of "
        + prefetch
        + " queued"
        + (isClosed() ? ", closed" : "")
        + "]";
  }

  /** The subscriber that the publisher calls. */
  private final class Inlet implements Flow.Subscriber<T> {

    @Override
    public void onSubscribe(Flow.Subscription from) {
      Objects.requireNonNull(from, "subscription");
      if (!subscription.compareAndSet(null, from)) {
        from.cancel(); // closed meanwhile, or a second subscription (rule 2.5)
        return;
      }
      ask(prefetch);
    }

    @Override
    public void onNext(T item) {
      Objects.requireNonNull(item, "item");
      if (asked.decrementAndGet() < 0 && !isClosed()) {
        end(
            new IllegalStateException(
                "the publisher sends more than the " + prefetch + " items it was asked for"));
        return;
      }
      buffer.trySend(item);
    }

    @Override
    public void onError(Throwable failure) {
      Objects.requireNonNull(failure, "failure");
      subscription.set(ENDED);
      buffer.fail(failure);
    }

    @Override
    public void onComplete() {
      subscription.set(ENDED);
      buffer.close("the publisher has completed");
    }

    @Override
    public String toString() {
      return "subscriber of " + FlowReceiver.this;
    }
  }
}
