package io.selvage.bench.echo;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/** A connection without encryption. */
final class PlainWire extends Wire {
  private final ByteBuffer received;

  PlainWire(SocketChannel channel, ByteBuffer received) {
    super(channel);
    this.received = received;
  }

  @Override
  boolean write(ByteBuffer from) throws IOException {
    channel().write(from);
    return !from.hasRemaining();
  }

  @Override
  int read() throws IOException {
    return channel().read(received.clear());
  }
}
