package io.selvage.net;

import io.selvage.CancelledException;
import io.selvage.ClosedResourceException;
import io.selvage.kernel.Step;
import io.selvage.kernel.ThreadRecord;
import io.selvage.net.poll.Readiness;
import io.selvage.select.Trigger;
import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.util.Objects;

/**
 * What a channel of the JDK is ready for: threads wait here until they can read or write it without
 * waiting. For channels that have no type of their own in this library, such as the pipes of {@link
 * java.nio.channels.Pipe}, and for system calls that it does not offer.
 *
 * {@snippet class="io.selvage.net.NetSnippets" region="readiness"}
 *
 * <p>A wait may end although nothing is possible, for example if another thread was faster. So a
 * program tries first, waits when that was in vain, and tries again.
 *
 * <p><b>Threads.</b> Any number of threads may wait. One of them is woken when the channel is
 * ready, the longest-waiting first; if the channel is still ready then, the next one follows.
 *
 * <p><b>Interruption.</b> A wait that is cancelled or interrupted leaves nothing behind. The
 * channel is in non-blocking mode, in which an interrupt does not close it.
 *
 * <p><b>Failure.</b> {@link #close} here closes the channel and wakes all waiting threads. A close
 * of the channel itself does not wake them: the JDK does not report it.
 */
public final class ChannelReadiness implements Closeable {
  private final SelectableChannel channel;
  private final Readiness readiness;

  private ChannelReadiness(SelectableChannel channel) {
    this.channel = channel;
    this.readiness = new Readiness(channel);
  }

  /**
   * {@return the readiness of a channel} The channel is in non-blocking mode from now on. There
   * must be one such object for a channel.
   *
   * @param channel is open, and registered with no selector in blocking mode
   * @throws IOException if the channel was closed
   */
  public static ChannelReadiness of(SelectableChannel channel) throws IOException {
    Objects.requireNonNull(channel, "channel").configureBlocking(false);
    return new ChannelReadiness(channel);
  }

  /** {@return the channel} */
  public SelectableChannel channel() {
    return channel;
  }

  /**
   * Waits until the channel can be read, or has a connection to accept, or its end has come.
   *
   * @throws UnsupportedOperationException if the channel has nothing to read or to accept
   * @throws ClosedResourceException if it was closed
   * @throws IllegalStateException if another object waits for this channel
   * @throws CancelledException if the calling thread is cancelled, also on entry
   * @throws InterruptedException if the calling thread was interrupted from outside
   * @throws IOException if the system refuses
   */
  public void awaitReadable() throws IOException, InterruptedException {
    requireReadable();
    ThreadRecord self = begin("ChannelReadiness.awaitReadable");
    readiness.awaitInput("ChannelReadiness.awaitReadable", this);
    throwIfClosed(self);
  }

  /**
   * Waits until the channel can be written, or its connect has ended, or has failed.
   *
   * @throws UnsupportedOperationException if the channel cannot be written or connected
   * @throws ClosedResourceException if it was closed
   * @throws IllegalStateException if another object waits for this channel
   * @throws CancelledException if the calling thread is cancelled, also on entry
   * @throws InterruptedException if the calling thread was interrupted from outside
   * @throws IOException if the system refuses
   */
  public void awaitWritable() throws IOException, InterruptedException {
    requireWritable();
    ThreadRecord self = begin("ChannelReadiness.awaitWritable");
    readiness.awaitOutput("ChannelReadiness.awaitWritable", this);
    throwIfClosed(self);
  }

  private ThreadRecord begin(String operation) throws InterruptedException {
    ThreadRecord self = ThreadRecord.current();
    self.begin(operation);
    throwIfClosed(self);
    return self;
  }

  private void throwIfClosed(ThreadRecord self) throws InterruptedException {
    if (!channel.isOpen()) {
      self.preferOwnCancellation();
      throw new ClosedResourceException("cannot wait for " + channel + ": it was closed");
    }
  }

  /**
   * {@return the wait of {@link #awaitReadable} as a clause of a {@link io.selvage.select.Select};
   * if the channel was closed, the select throws a {@link ClosedResourceException}} The system is
   * asked when this method is called; a clause that is not used costs no more than that.
   *
   * @throws UnsupportedOperationException if the channel has nothing to read or to accept
   * @throws IllegalStateException if another object waits for this channel
   * @throws IOException if the system refuses
   */
  public Trigger onReadable() throws IOException {
    requireReadable();
    Step.reserveStack();
    return readiness.onInput("await input of " + channel);
  }

  /**
   * {@return the wait of {@link #awaitWritable} as a clause of a {@link io.selvage.select.Select};
   * if the channel was closed, the select throws a {@link ClosedResourceException}} The system is
   * asked when this method is called; a clause that is not used costs no more than that.
   *
   * @throws UnsupportedOperationException if the channel cannot be written or connected
   * @throws IllegalStateException if another object waits for this channel
   * @throws IOException if the system refuses
   */
  public Trigger onWritable() throws IOException {
    requireWritable();
    Step.reserveStack();
    return readiness.onOutput("await output of " + channel);
  }

  private void requireReadable() {
    require(SelectionKey.OP_READ | SelectionKey.OP_ACCEPT, "has nothing to read or to accept");
  }

  private void requireWritable() {
    require(SelectionKey.OP_WRITE | SelectionKey.OP_CONNECT, "cannot be written or connected");
  }

  private void require(int ops, String otherwise) {
    if ((channel.validOps() & ops) == 0) {
      throw new UnsupportedOperationException(channel + " " + otherwise);
    }
  }

  /**
   * Closes the channel. Wakes all waiting threads with a {@link ClosedResourceException}. Never
   * waits, cancelled or not; a second call does nothing.
   *
   * @throws IOException if the system fails; it is closed anyway
   */
  @Override
  public void close() throws IOException {
    Step.before("ChannelReadiness.close");
    readiness.closeChannel();
  }

  @Override
  public String toString() {
    return "ChannelReadiness[" + channel + "]";
  }
}
