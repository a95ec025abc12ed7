package io.selvage.channel;

/**
 * What both ends of a channel have: closing, and looking at it.
 *
 * <p><b>Threads.</b> Any thread may call these, they never wait. The first who closes wins,
 * whichever end it has.
 */
public sealed interface ChannelEnd extends AutoCloseable permits Sender, Receiver {

  /** Closes the channel in an orderly way; as {@link #close(String)} with the reason "closed". */
  @Override
  void close();

  /**
   * Closes the channel in an orderly way: what was sent before is still received, then the stream
   * ends. Wakes everybody who waits.
   *
   * @param reason found in the exceptions that senders and receivers get
   * @return true if this call closed it, false if it was closed before
   */
  boolean close(String reason);

  /**
   * Closes the channel because of a failure: what was sent before is still received, then receivers
   * get a {@link io.selvage.BrokenResourceException}. Wakes everybody who waits.
   *
   * @param cause the failure
   * @return true if this call closed it, false if it was closed before
   */
  boolean fail(Throwable cause);

  /**
   * {@return whether the channel was closed, in whatever way; there may still be items to receive}
   */
  boolean isClosed();

  /** {@return a consistent snapshot of what the channel has seen} */
  ChannelStats stats();
}
