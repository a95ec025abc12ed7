package io.selvage.channel;

import io.selvage.BrokenResourceException;
import io.selvage.CancelledException;
import io.selvage.EndOfStreamException;
import io.selvage.function.ThrowingConsumer;
import io.selvage.select.Selectable;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The receiving end of a channel.
 *
 * <p><b>Threads.</b> Any number of threads may receive; each item goes to one of them, the
 * longest-waiting first.
 *
 * @param <T> the type of the items, which are never null
 */
public sealed interface Receiver<T> extends ChannelEnd permits Channel {

  /**
   * Waits for an item.
   *
   * <p><b>Cancellation.</b> If this throws, no item was taken: the next receiver gets it.
   *
   * @return the item
   * @throws EndOfStreamException if the channel was closed and everything has been received; thrown
   *     by every call from then on
   * @throws BrokenResourceException if the channel was failed and everything has been received;
   *     thrown by every call from then on
   * @throws CancelledException if the calling thread is cancelled, also on entry when an item is
   *     there
   * @throws InterruptedException if the calling thread was interrupted from outside
   */
  T receive() throws InterruptedException;

  /**
   * Takes an item if one is there. Works even if the thread is cancelled or interrupted.
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
   * Receives until the channel was closed and everything has been received. An exception of {@code
   * action} ends the loop; the channel stays open and the remaining items stay in it.
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

  /**
   * Receives with several workers, which are tasks of a group, until the channel was closed and
   * everything has been received. If the action of one worker throws, the others are cancelled; the
   * channel stays open and the remaining items stay in it.
   *
   * @param workers how many items are worked on at a time; 1 or more
   * @param action called with one item after the other, by each worker
   * @throws IllegalArgumentException if there are fewer workers
   * @throws io.selvage.TaskFailedException if the action throws, or if the channel was failed and
   *     everything has been received ({@link BrokenResourceException}): that is the cause
   * @throws CancelledException if the calling thread is cancelled
   * @throws InterruptedException if the calling thread was interrupted from outside
   */
  void forEachParallel(int workers, ThrowingConsumer<? super T, ?> action)
      throws InterruptedException;

  /**
   * {@return a receive as a clause of a {@link io.selvage.select.Select}; if the channel has ended,
   * the select throws what {@link #receive} would throw}
   */
  Selectable<T> onReceive();

  /**
   * {@return a receive as a clause of a {@link io.selvage.select.Select}; if the channel was closed
   * and everything has been received, the value is null} If the channel was failed, the select
   * throws a {@link BrokenResourceException}.
   */
  Selectable<@Nullable T> onReceiveOrEnd();
}
