package io.selvage.channel;

import java.util.Objects;
import java.util.function.ToLongFunction;

/**
 * A stream of items from any number of senders to any number of receivers, on any threads and
 * loops.
 *
 * {@snippet class="io.selvage.Snippets" region="channel"}
 *
 * <p>It is usable before anybody receives; items keep the order in which they were sent. Closing is
 * a lasting state: what was sent before is delivered, then receivers get {@link
 * io.selvage.EndOfStreamException} or, after {@link #fail(Throwable)}, {@link
 * io.selvage.BrokenResourceException}, and late senders {@link io.selvage.ClosedResourceException}.
 * An exception sent as an item is an item as any other.
 *
 * @param <T> the type of the items, which are never null
 */
public sealed interface Channel<T> extends Sender<T>, Receiver<T>
    permits UnboundedChannel, PriorityChannel {

  /**
   * {@return a channel that takes any number of items: sending never waits}
   *
   * @param <T> the type of the items
   */
  static <T> Channel<T> unbounded() {
    return unbounded(LateSend.THROW);
  }

  /**
   * {@return a channel that takes any number of items: sending never waits}
   *
   * @param <T> the type of the items
   * @param lateSend what a send after the close does
   */
  static <T> Channel<T> unbounded(LateSend lateSend) {
    return new UnboundedChannel<>(
        Objects.requireNonNull(lateSend, "lateSend"), new Buffer.Fifo<>());
  }

  /**
   * {@return a channel that takes any number of items and delivers the highest priority first}
   *
   * @param <T> the type of the items
   * @param lateSend what a send after the close does
   * @param priority of an item; called once for each, by the sender
   */
  static <T> PriorityChannel<T> prioritized(LateSend lateSend, ToLongFunction<? super T> priority) {
    return new UnboundedPriorityChannel<>(
        Objects.requireNonNull(lateSend, "lateSend"), Objects.requireNonNull(priority, "priority"));
  }
}
