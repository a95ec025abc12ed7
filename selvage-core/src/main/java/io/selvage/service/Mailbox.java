package io.selvage.service;

import io.selvage.BrokenResourceException;
import io.selvage.CancelledException;
import io.selvage.ClosedResourceException;
import io.selvage.EndOfStreamException;
import io.selvage.channel.Channel;
import io.selvage.channel.ChannelStats;
import io.selvage.channel.LateSend;
import io.selvage.channel.Receiver;
import io.selvage.channel.Sender;
import io.selvage.function.ThrowingConsumer;
import java.util.List;
import java.util.Objects;

/**
 * A queue of messages for the thread that handles them. It is an unbounded channel, so senders
 * never wait. Unless configured otherwise, sending to a closed mailbox drops the message and does
 * not throw.
 *
 * <p><b>Threads.</b> Any thread may call any method. Everything that a thread did before it
 * submitted a message is visible to the thread that takes it.
 *
 * @param <T> the type of the messages, which are never null
 */
public sealed class Mailbox<T> implements AutoCloseable permits PriorityMailbox {
  private final Channel<T> channel;

  /** Creates an open mailbox; messages that come after it was closed are dropped. */
  public Mailbox() {
    this(LateSend.DROP);
  }

  /**
   * Creates an open mailbox.
   *
   * @param lateSend what {@link #submit} does after the mailbox was closed
   */
  public Mailbox(LateSend lateSend) {
    this(Channel.options().withLateSend(Objects.requireNonNull(lateSend, "lateSend")).unbounded());
  }

  Mailbox(Channel<T> channel) {
    this.channel = channel;
  }

  /**
   * Adds a message. Never waits; works even if the thread is cancelled or interrupted.
   *
   * @param message not null
   * @return true if it was accepted, false if it was dropped because this is closed
   * @throws ClosedResourceException if this is closed and late messages throw
   */
  public boolean submit(T message) {
    return channel.trySend(Objects.requireNonNull(message, "message"));
  }

  /**
   * Waits for a message.
   *
   * <p><b>Cancellation.</b> If this throws, no message was taken.
   *
   * @return the message that has waited longest
   * @throws EndOfStreamException if this was closed and all messages were taken
   * @throws BrokenResourceException if this was failed and all messages were taken
   * @throws CancelledException if the calling thread is cancelled, also on entry
   * @throws InterruptedException if the calling thread was interrupted from outside
   */
  public T get() throws InterruptedException {
    return channel.receive();
  }

  /**
   * {@return the messages that are there now, after removing them; never waits, even if the mailbox
   * is closed}
   */
  public List<T> drain() {
    return channel.drain();
  }

  /**
   * Handles one message at a time until this was closed and all messages were taken. An exception
   * of {@code action} ends the loop; the remaining messages stay, and the mailbox stays open.
   *
   * @param <X> what the action may throw
   * @param action called on the calling thread
   * @throws X if the action does
   * @throws BrokenResourceException if this was failed and all messages were taken
   * @throws CancelledException if the calling thread is cancelled
   * @throws InterruptedException if the calling thread was interrupted from outside
   */
  public <X extends Exception> void forEach(ThrowingConsumer<? super T, X> action)
      throws X, InterruptedException {
    channel.forEach(action);
  }

  /** Closes the mailbox; as {@link #close(String)} with the reason "closed". */
  @Override
  public void close() {
    channel.close();
  }

  /**
   * Closes the mailbox: messages that are in it are still taken, then it ends.
   *
   * @param reason why
   * @return true if this call closed it, false if it was closed before
   */
  public boolean close(String reason) {
    return channel.close(reason);
  }

  /**
   * Closes the mailbox because of a failure: messages that are in it are still taken, then {@link
   * #get} throws a {@link BrokenResourceException}.
   *
   * @param cause the failure
   * @return true if this call closed it, false if it was closed before
   */
  public boolean fail(Throwable cause) {
    return channel.fail(cause);
  }

  /** {@return whether it was closed, in whatever way; there may still be messages} */
  public boolean isClosed() {
    return channel.isClosed();
  }

  /** {@return the sending end} */
  public Sender<T> sender() {
    return channel;
  }

  /** {@return the receiving end} */
  public Receiver<T> receiver() {
    return channel;
  }

  /** {@return a consistent snapshot of its counters} */
  public ChannelStats stats() {
    return channel.stats();
  }

  @Override
  public String toString() {
    return "Mailbox[" + stats() + "]";
  }
}
