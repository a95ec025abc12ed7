package io.selvage.channel;

import io.selvage.BrokenResourceException;
import io.selvage.CancelledException;
import io.selvage.EndOfStreamException;
import io.selvage.function.ThrowingConsumer;
import java.util.List;
import java.util.Optional;

/**
 * The end of a channel where things come out.
 *
 * <p><b>Threads.</b> Any number of threads may receive; each item goes to one of them, who waits
 * longest first.
 *
 * @param <T> the type of the items, which are never null
 */
public sealed interface Receiver<T> extends ChannelEnd permits Channel {

  /**
   * Waits for an item.
   *
   * <p><b>Cancellation.</b> If this throws, no item was taken: it is received by the next one.
   *
   * @return the item
   * @throws EndOfStreamException if the channel was closed and everything has been received; again
   *     and again
   * @throws BrokenResourceException if the channel was failed and everything has been received;
   *     again and again
   * @throws CancelledException if the calling thread is cancelled, also on entry when an item is
   *     there
   * @throws InterruptedException if the calling thread was interrupted from outside
   */
  T receive() throws InterruptedException;

  /**
   * Takes an item if one is there. Neither cancellation nor an interrupt hinders it.
   *
   * @return the item, or empty if none is there now
   * @throws EndOfStreamException if the channel was closed and everything has been received
   * @throws BrokenResourceException if the channel was failed and everything has been received
   */
  Optional<T> tryReceive();

  /**
   * {@return everything that is there now, which may be nothing; never waits and never throws for a
   * closed channel}
   */
  List<T> drain();

  /**
   * {@return at most {@code max} of the items that are there now; never waits and never throws for
   * a closed channel}
   *
   * @param max zero or more
   * @throws IllegalArgumentException if it is negative
   */
  List<T> drain(int max);

  /**
   * Receives until the channel was closed and everything has been received. What {@code action}
   * throws ends the loop; the channel stays open and the items that are left stay in it.
   *
   * @param <X> what the action may throw
   * @param action called with one item after the other, on the calling thread
   * @throws X if the action does
   * @throws BrokenResourceException if the channel was failed and everything has been received
   * @throws CancelledException if the calling thread is cancelled
   * @throws InterruptedException if the calling thread was interrupted from outside
   */
  <X extends Exception> void forEach(ThrowingConsumer<? super T, X> action)
      throws X, InterruptedException;
}
