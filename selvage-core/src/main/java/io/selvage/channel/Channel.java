package io.selvage.channel;

import java.util.function.ToLongFunction;

/**
 * A stream of items from any number of senders to any number of receivers, on any threads and
 * loops.
 *
 * {@snippet class="io.selvage.Snippets" region="channel"}
 *
 * <p>It is usable before any receiver exists; items keep the order in which they were sent. A
 * closed channel stays closed: the items that were sent before are delivered, then receivers get
 * {@link io.selvage.EndOfStreamException} or, after {@link #fail(Throwable)}, {@link
 * io.selvage.BrokenResourceException}, and late senders {@link io.selvage.ClosedResourceException}.
 * An exception that is sent as an item is an item like any other.
 *
 * @param <T> the type of the items, which are never null
 */
public sealed interface Channel<T> extends Sender<T>, Receiver<T>
    permits BufferedChannel, PriorityChannel {

  /**
   * {@return a channel without a buffer: a send waits until a receiver takes its item}
   *
   * @param <T> the type of the items
   */
  static <T> Channel<T> rendezvous() {
    return options().rendezvous();
  }

  /**
   * {@return a channel with a buffer: a send waits while the buffer is full}
   *
   * @param <T> the type of the items
   * @param capacity how many items the buffer takes; 1 or more
   * @throws IllegalArgumentException if it is less
   */
  static <T> Channel<T> bounded(int capacity) {
    return options().bounded(capacity);
  }

  /**
   * {@return a channel that takes any number of items: sending never waits}
   *
   * @param <T> the type of the items
   */
  static <T> Channel<T> unbounded() {
    return options().unbounded();
  }

  /**
   * {@return a channel that takes any number of items and delivers the highest priority first}
   *
   * @param <T> the type of the items
   * @param priority returns the priority of an item; called once for each item, by the sender
   */
  static <T> PriorityChannel<T> prioritized(ToLongFunction<? super T> priority) {
    return options().prioritized(priority);
  }

  /** {@return the options to start from, for a channel with a name or another late send} */
  static ChannelOptions options() {
    return ChannelOptions.DEFAULT;
  }
}
