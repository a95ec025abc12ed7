package io.selvage.interop;

import io.selvage.CancelledException;
import io.selvage.TaskGroup;
import io.selvage.channel.Receiver;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Connects channels and code in direct style with reactive streams, in both directions and with
 * back-pressure.
 *
 * {@snippet class="io.selvage.interop.InteropSnippets" region="flows"}
 *
 * <p><b>Publishers.</b> Each subscription is served by a task of a group: it delivers the items
 * that the subscriber has requested, and no more. The subscriber is called on that task's thread,
 * one call at a time; {@code onSubscribe} is called on the thread of {@code subscribe}. When a
 * subscription is cancelled its task ends.
 *
 * <p><b>The end of the group.</b> The group waits for its subscriptions as for any task. Cancelling
 * the group ends them with an {@code onError} of {@link CancellationException}. A later subscriber
 * gets an {@code onError}, too.
 *
 * <p><b>Failure.</b> A subscriber that throws in {@code onNext}, {@code onComplete} or {@code
 * onError}, which is forbidden, counts as cancelled and fails its task, and with it the group. An
 * exception of {@code onSubscribe} is thrown by {@code subscribe}.
 *
 * <p><b>Threads.</b> Any thread may subscribe, request and cancel.
 */
public final class Flows {
  private Flows() {}

  /**
   * {@return a publisher of the items of a channel}
   *
   * <p>The items are shared by all subscribers: each goes to one of them, as with several
   * receivers. An item is taken from the channel only when a subscriber has requested it. An item
   * that was taken is delivered, even if the subscription is cancelled at that moment: {@code
   * onNext} may be called once more after a cancel, as the rules allow. The other items stay in the
   * channel.
   *
   * <p>When the channel was closed and everything has been received, the subscribers get {@code
   * onComplete}, or {@code onError} with the cause if it was failed. A subscriber that has got all
   * items that it has requested, while the channel is still open, gets the end after its next
   * request.
   *
   * @param <T> the type of the items
   * @param group runs a task for each subscription
   * @param source the source of the items; it is not closed by this
   */
  public static <T> Flow.Publisher<T> publish(TaskGroup group, Receiver<T> source) {
    Objects.requireNonNull(group, "group");
    Objects.requireNonNull(source, "source");
    AtomicLong count = new AtomicLong();
    return subscriber ->
        new ReceiverSubscription<>(source, Objects.requireNonNull(subscriber, "subscriber"))
            .start(group, "publish-" + count.incrementAndGet());
  }

  /**
   * {@return a publisher of the items that a body emits; the body runs once for each subscriber}
   *
   * {@snippet class="io.selvage.interop.InteropSnippets" region="generate"}
   *
   * <p>When the body returns, the subscriber gets {@code onComplete}. If the body throws, the
   * subscriber gets {@code onError} with the same object; this failure does not affect the group.
   *
   * <p><b>Cancellation</b> of the subscription cancels the body, at any operation that waits; then
   * the body cleans up. If {@code emit} throws, its item was not delivered. If the body then throws
   * something other than its cancellation, no subscriber can receive that: it fails the group.
   *
   * @param <T> the type of the items
   * @param group runs a task for each subscription
   * @param body emits the items
   */
  public static <T> Flow.Publisher<T> generate(TaskGroup group, Generator<T> body) {
    Objects.requireNonNull(group, "group");
    Objects.requireNonNull(body, "body");
    AtomicLong count = new AtomicLong();
    return subscriber ->
        new GeneratorSubscription<>(body, Objects.requireNonNull(subscriber, "subscriber"))
            .start(group, "generate-" + count.incrementAndGet());
  }

  /**
   * Subscribes to a publisher, and returns a receiver of its items.
   *
   * @param <T> the type of the items
   * @param publisher the source of the items
   * @param prefetch how many items are requested before they are received, at least 1
   * @return the receiver of the items; closing it cancels the subscription
   * @throws IllegalArgumentException if {@code prefetch} is less
   */
  public static <T> FlowReceiver<T> subscribe(Flow.Publisher<? extends T> publisher, int prefetch) {
    Objects.requireNonNull(publisher, "publisher");
    FlowReceiver<T> receiver = FlowReceiver.create(prefetch);
    publisher.subscribe(receiver.subscriber());
    return receiver;
  }

  /**
   * Emits the items of a publisher.
   *
   * @param <T> the type of the items
   */
  @FunctionalInterface
  public interface Generator<T> {
    /**
     * Runs as a task, once for each subscription.
     *
     * @param emitter takes the items
     * @throws Exception if it fails
     */
    void run(Emitter<T> emitter) throws Exception;
  }

  /**
   * Takes the items of a {@link Generator}.
   *
   * <p><b>Threads.</b> Only the thread of the body may use it.
   *
   * @param <T> the type of the items, which are never null
   */
  @FunctionalInterface
  public interface Emitter<T> {
    /**
     * Delivers an item; waits until the subscriber requests one.
     *
     * <p><b>Cancellation.</b> If this throws a {@link CancelledException}, the item was not
     * delivered.
     *
     * @param item not null
     * @throws IllegalStateException if another thread than that of the body calls it
     * @throws CancelledException if the subscription, or the calling thread, is cancelled
     * @throws CancellationException if the subscription is cancelled and a shield hides that
     * @throws InterruptedException if the calling thread was interrupted from outside
     */
    void emit(T item) throws InterruptedException;
  }
}
