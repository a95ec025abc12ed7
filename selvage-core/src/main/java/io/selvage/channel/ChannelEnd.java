package io.selvage.channel;

/**
 * The common part of both ends of a channel: closing it and reading its state.
 *
 * <p><b>Threads.</b> Any thread may call these methods; they never wait. The first call that closes
 * the channel wins, whichever end it uses.
 */
public sealed interface ChannelEnd extends AutoCloseable permits Sender, Receiver {

  /** Closes the channel in an orderly way; as {@link #close(String)} with the reason "closed". */
  @Override
  void close();

  /**
   * Closes the channel in an orderly way: what was sent before is still received, then the stream
   * ends. Wakes all waiting threads.
   *
   * @param reason appears in the exceptions that senders and receivers get
   * @return true if this call closed it, false if it was closed before
   */
  boolean close(String reason);

  /**
   * Closes the channel because of a failure: what was sent before is still received, then receivers
   * get a {@link io.selvage.BrokenResourceException}. Wakes all waiting threads.
   *
   * @param cause the failure
   * @return true if this call closed it, false if it was closed before
   */
  boolean fail(Throwable cause);

  /**
   * {@return whether the channel was closed, in whatever way; there may still be items to receive}
   */
  boolean isClosed();

  /** {@return a consistent snapshot of the counters of the channel} */
  ChannelStats stats();
}
