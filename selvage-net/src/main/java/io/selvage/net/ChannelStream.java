package io.selvage.net;

import io.selvage.ClosedResourceException;
import io.selvage.kernel.Step;
import io.selvage.net.poll.Readiness;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.util.Objects;

/** A stream over a channel of the JDK: TCP or a Unix socket. */
final class ChannelStream extends AbstractByteStream implements SocketStream {
  private static final int MOST_BUFFERS = 16; // the JDK gathers so many in one system call

  /**
   * The most bytes of one system call. The JDK copies what is on the heap to memory of this size
   * outside of it, which each carrier keeps.
   */
  private static final int MOST_BYTES = 2 * CHUNK;

  private final SocketChannel channel;
  private final Readiness readiness;
  private final SocketAddress local;
  private final SocketAddress remote;

  /**
   * Takes over a channel that is connected.
   *
   * @param readiness of the channel
   */
  private ChannelStream(SocketChannel channel, Readiness readiness) throws IOException {
    this.channel = channel;
    this.readiness = readiness;
    this.local = Objects.requireNonNull(channel.getLocalAddress());
    this.remote = Objects.requireNonNull(channel.getRemoteAddress());
  }

  /** {@return a stream over a channel that is connected; closes the channel if this throws} */
  static ChannelStream over(SocketChannel channel) throws IOException {
    boolean made = false;
    try {
      channel.configureBlocking(false);
      ChannelStream stream = over(channel, new Readiness(channel));
      made = true;
      return stream;
    } finally {
      if (!made) {
        channel.close();
      }
    }
  }

  /** {@return a stream over a channel that is connected and in non-blocking mode} */
  static ChannelStream over(SocketChannel channel, Readiness readiness) throws IOException {
    if (channel.supportedOptions().contains(StandardSocketOptions.TCP_NODELAY)) {
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
    }
    return new ChannelStream(channel, readiness);
  }

  @Override
  protected int tryReceive(ByteBuffer into) throws IOException {
    Step.reserveStack(); // the JDK must not stop between the system call and the copy of its bytes
    int limit = into.limit();
    into.limit(into.position() + Math.min(into.remaining(), MOST_BYTES));
    try {
      return channel.read(into);
    } catch (IOException e) {
      throw broken(e);
    } finally {
      into.limit(limit);
    }
  }

  @Override
  protected void awaitReceivable() throws IOException, InterruptedException {
    readiness.awaitInput("ByteStream.receive", this);
  }

  @Override
  protected boolean triesTwice() {
    return true;
  }

  @Override
  protected void sendNext(ByteBuffer[] from, int first) throws IOException, InterruptedException {
    while (true) {
      if (write(from, first) > 0) {
        return;
      }
      readiness.awaitOutput("ByteStream.send", this);
    }
  }

  @Override
  protected int trySend(ByteBuffer from) throws IOException {
    return (int) write(new ByteBuffer[] {from}, 0);
  }

  private long write(ByteBuffer[] from, int first) throws IOException {
    Step.reserveStack();
    int end = Math.min(from.length, first + MOST_BUFFERS);
    int last = first;
    int room = MOST_BYTES; // for the last buffer
    while (last + 1 < end && from[last].remaining() < room) {
      room -= from[last].remaining();
      last++;
    }
    ByteBuffer cut = from[last];
    int limit = cut.limit();
    cut.limit(cut.position() + Math.min(cut.remaining(), room));
    try {
      return first == last
          ? channel.write(from[first])
          : channel.write(from, first, last - first + 1);
    } catch (IOException e) {
      throw broken(e);
    } finally {
      cut.limit(limit);
    }
  }

  private IOException broken(IOException failure) {
    return failure instanceof ClosedChannelException
        ? failure
        : new BrokenStreamException(this + " has failed: " + failure.getMessage(), failure);
  }

  @Override
  protected void endOutput() throws IOException {
    try {
      channel.shutdownOutput();
    } catch (IOException e) {
      throw broken(e);
    } finally {
      readiness.wakeOutput();
    }
  }

  @Override
  protected void release() throws IOException {
    readiness.closeChannel();
  }

  @Override
  public SocketAddress localAddress() {
    return local;
  }

  @Override
  public SocketAddress remoteAddress() {
    return remote;
  }

  @Override
  public <T> T option(SocketOption<T> option) throws IOException {
    Objects.requireNonNull(option, "option");
    try {
      return channel.getOption(option);
    } catch (ClosedChannelException e) {
      throw closed(e);
    }
  }

  @Override
  public <T> void setOption(SocketOption<T> option, T value) throws IOException {
    Objects.requireNonNull(option, "option");
    Objects.requireNonNull(value, "value");
    if (option == StandardSocketOptions.SO_LINGER && (Integer) value > 0) {
      throw new IllegalArgumentException(
          "value of SO_LINGER must be 0 or negative, was " + value + "; a close never waits");
    }
    try {
      channel.setOption(option, value);
    } catch (ClosedChannelException e) {
      throw closed(e);
    }
  }

  private ClosedResourceException closed(ClosedChannelException cause) {
    ClosedResourceException closed = new ClosedResourceException(this + " was closed");
    closed.initCause(cause);
    return closed;
  }

  @Override
  public String toString() {
    return "SocketStream[" + local + " to " + remote + "]";
  }
}
