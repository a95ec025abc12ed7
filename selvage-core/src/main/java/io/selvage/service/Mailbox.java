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
 * Where messages wait for the one who handles them: a channel of any size whose senders never wait
 * and, unless told otherwise, need not care whether it is closed.
 *
 * <p><b>Threads.</b> Any thread may call anything. What a thread did before it submitted a message
 * is visible to who gets it.
 *
 * @param <T> the type of the messages, which are never null
 */
public sealed class Mailbox<T> implements AutoCloseable permits PriorityMailbox {
  private final Channel<T> channel;

  /** Creates an open one; messages that come after it was closed are dropped. */
  public Mailbox() {
    this(LateSend.DROP);
  }

  /**
   * Creates an open one.
   *
   * @param lateSend what submitting does after it was closed
   */
  public Mailbox(LateSend lateSend) {
    this(Channel.options().withLateSend(Objects.requireNonNull(lateSend, "lateSend")).unbounded());
  }

  Mailbox(Channel<T> channel) {
    this.channel = channel;
  }

  /**
   * Puts a message in. Never waits; neither cancellation nor an interrupt hinders it.
   *
   * @param message not null
   * @return true if it was accepted, false if it was dropped because this is closed
   * @throws ClosedResourceException if this is closed and late messages raise
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

  /** {@return the messages that are there now, taken out; never waits, also not if it is closed} */
  public List<T> drain() {
    return channel.drain();
  }

  /**
   * Handles one message after the other until this was closed and all messages were taken. What
   * {@code action} throws ends the loop; the messages that are left stay, and this stays open.
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

  /** Closes; as {@link #close(String)} with the reason "closed". */
  @Override
  public void close() {
    channel.close();
  }

  /**
   * Closes: messages that are in it are still taken, then it ends.
   *
   * @param reason why
   * @return true if this call closed it, false if it was closed before
   */
  public boolean close(String reason) {
    return channel.close(reason);
  }

  /**
   * Closes because of a failure: messages that are in it are still taken, then who takes gets a
   * {@link BrokenResourceException}.
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

  /** {@return the end where messages go in} */
  public Sender<T> sender() {
    return channel;
  }

  /** {@return the end where messages come out} */
  public Receiver<T> receiver() {
    return channel;
  }

  /** {@return a consistent snapshot of what it has seen} */
  public ChannelStats stats() {
    return channel.stats();
  }

  @Override
  public String toString() {
    return "Mailbox[" + stats() + "]";
  }
}
