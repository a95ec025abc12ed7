package io.selvage.channel;

import io.selvage.CancelledException;
import io.selvage.ClosedResourceException;

/**
 * The end of a channel where things go in.
 *
 * <p><b>Threads.</b> Any number of threads may send. What a thread did before it sent is visible to
 * who receives.
 *
 * @param <T> the type of the items, which are never null
 */
public sealed interface Sender<T> extends ChannelEnd permits Channel {

  /**
   * Sends an item.
   *
   * <p><b>Cancellation.</b> If this throws the item was not sent.
   *
   * @param item not null
   * @return the running number of the item in this channel, from 1; 0 if it was dropped because the
   *     channel is closed
   * @throws ClosedResourceException if the channel is closed and late sends raise
   * @throws CancelledException if the calling thread is cancelled
   * @throws InterruptedException if the calling thread was interrupted from outside
   */
  long send(T item) throws InterruptedException;

  /**
   * Sends an item if that is possible without waiting. Neither cancellation nor an interrupt
   * hinders it, so it is the way to send from callbacks, signal handlers and clean-up.
   *
   * @param item not null
   * @return whether the item was accepted; false also if it was dropped because the channel is
   *     closed
   * @throws ClosedResourceException if the channel is closed and late sends raise
   */
  boolean trySend(T item);
}
