package io.selvage.bench.echo;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/** A connection of a client, which drops what it reads. Used by one thread. */
abstract class Wire {
  private static final int MOST = 1 << 17;

  private final SocketChannel channel;

  Wire(SocketChannel channel) {
    this.channel = channel;
  }

  /** Makes connections of one kind. */
  interface Connector {
    Wire connect(int port) throws IOException;
  }

  /** {@return what connects without TLS; for one thread} */
  static Connector plain() {
    ByteBuffer received = buffer();
    return port -> new PlainWire(open(port), received);
  }

  /**
   * {@return what connects and does the handshake; for one thread, and for connections of which
   * only one is in use at a time}
   */
  static Connector sharingBuffers(TlsWire.Engines engines) {
    TlsWire.Buffers buffers = new TlsWire.Buffers(buffer());
    return port -> new TlsWire(open(port), engines.create(), buffers);
  }

  /** {@return the same for connections that are all in use} */
  static Connector withBuffers(TlsWire.Engines engines) {
    ByteBuffer received = buffer();
    return port -> new TlsWire(open(port), engines.create(), new TlsWire.Buffers(received));
  }

  private static ByteBuffer buffer() {
    return ByteBuffer.allocateDirect(MOST);
  }

  private static SocketChannel open(int port) throws IOException {
    SocketChannel channel =
        SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
    return channel;
  }

  SocketChannel channel() {
    return channel;
  }

  /** Writes what can be written now. Returns whether nothing is left. */
  abstract boolean write(ByteBuffer from) throws IOException;

  /** Reads what is there; waits if the channel is a blocking one. Returns -1 at the end. */
  abstract int read() throws IOException;

  /** Sends a message and waits until all of it has come back. The channel is a blocking one. */
  void echo(ByteBuffer message) throws IOException {
    ByteBuffer out = message.duplicate();
    int missing = out.remaining();
    while (!write(out)) {
      // a blocking channel takes it all in the end
    }
    while (missing > 0) {
      int count = read();
      if (count < 0) {
        throw new EOFException("the server has closed a connection");
      }
      missing -= count;
    }
  }

  /** Ends the output, waits until the server has closed the connection, and closes it. */
  void close() throws IOException {
    try (SocketChannel closing = channel) {
      closing.shutdownOutput();
      ByteBuffer rest = ByteBuffer.allocate(1024);
      while (closing.read(rest.clear()) >= 0) {
        // a farewell
      }
    }
  }
}
