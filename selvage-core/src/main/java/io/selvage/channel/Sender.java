package io.selvage.channel;

import io.selvage.CancelledException;
import io.selvage.ClosedResourceException;
import io.selvage.select.Trigger;

/**
 * The sending end of a channel.
 *
 * <p><b>Threads.</b> Any number of threads may send. Everything that a thread did before it sent an
 * item is visible to the receiver of that item.
 *
 * @param <T> the type of the items, which are never null
 */
public sealed interface Sender<T> extends ChannelEnd permits Channel {

  /**
   * Sends an item.
   *
   * <p><b>Cancellation.</b> If this throws, the item was not sent.
   *
   * @param item not null
   * @return the running number of the item in this channel, from 1; 0 if it was dropped because the
   *     channel is closed
   * @throws ClosedResourceException if the channel is closed and late sends throw
   * @throws CancelledException if the calling thread is cancelled
   * @throws InterruptedException if the calling thread was interrupted from outside
   */
  long send(T item) throws InterruptedException;

  /**
   * Sends an item if that is possible without waiting. Works even if the thread is cancelled or
   * interrupted. So it is the right method for callbacks, signal handlers and clean-up.
   *
   * @param item not null
   * @return whether the item was accepted; false also if it was dropped because the channel is
   *     closed
   * @throws ClosedResourceException if the channel is closed and late sends throw
   */
  boolean trySend(T item);

  /**
   * {@return a send as a clause of a {@link io.selvage.select.Select}; if the channel is closed,
   * the select throws what {@link #send} would throw}
   *
   * @param item is sent if this clause is performed, and otherwise not
   */
  Trigger onSend(T item);
}
