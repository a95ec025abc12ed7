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
import org.jspecify.annotations.Nullable;

/**
 * A queue of messages for the thread that handles them. It is an unbounded channel, so senders
 * never wait. Unless configured otherwise, sending to a closed mailbox drops the message and does
 * not throw.
 *
 * <p><b>Context.</b> If it is made inside of a {@link io.selvage.context.Carrying} block, {@link
 * #submit} captures the context of the sender, and {@link #forEach} and an {@link Actor} handle the
 * message in it.
 *
 * <p><b>Threads.</b> Any thread may call any method. Everything that a thread did before it
 * submitted a message is visible to the thread that takes it.
 *
 * @param <T> the type of the messages, which are never null
 */
public sealed class Mailbox<T> implements AutoCloseable permits PriorityMailbox {
  private final Channel<T> channel;
  private final @Nullable Letters letters = Letters.ofCaller();

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
    Objects.requireNonNull(message, "message");
    if (letters == null || channel.isClosed()) { // a late message is not accepted: no letter
      return channel.trySend(message);
    }
    return channel.trySend(letters.seal(message));
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
    while (true) {
      T received = receive();
      if (passes(received)) {
        return Letters.message(received);
      }
    }
  }

  /** {@return the next message, in its letter if it has one, which may have to be discarded} */
  final T receive() throws InterruptedException {
    return channel.receive();
  }

  /**
   * {@return whether a message that was received is delivered, and not discarded} Calls foreign
   * code, whose exceptions must not be taken for the end of the mailbox.
   */
  boolean passes(T received) {
    return true;
  }

  /**
   * {@return the messages that are there now, after removing them; never waits, even if the mailbox
   * is closed}
   */
  public List<T> drain() {
    List<T> messages = channel.drain();
    if (letters != null) {
      messages.replaceAll(Letters::message);
    }
    return messages;
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
    if (letters == null) {
      channel.forEach(action);
    } else {
      handleEach(action);
    }
  }

  final <X extends Exception> void handleEach(ThrowingConsumer<? super T, X> action)
      throws X, InterruptedException {
    Objects.requireNonNull(action, "action");
    while (true) {
      T received;
      try {
        received = receive();
      } catch (EndOfStreamException e) {
        return;
      }
      if (passes(received)) {
        Letters.handle(received, action);
      }
    }
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

  /** {@return the sending end; messages that are sent through it come without context} */
  public Sender<T> sender() {
    return channel;
  }

  /**
   * {@return the receiving end} From then on messages come without context.
   *
   * @throws IllegalStateException if the mailbox carries context, and {@link #submit} was called
   *     before, while it was open
   */
  public Receiver<T> receiver() {
    if (letters != null) {
      letters.refuse();
    }
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
