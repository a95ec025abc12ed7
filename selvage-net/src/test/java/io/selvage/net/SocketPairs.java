package io.selvage.net;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.List;

/** Connections over the loopback interface, for tests of other packages. */
public final class SocketPairs {
  private static final int NARROW = 1 << 13;

  private SocketPairs() {}

  /** {@return both ends of a new connection} */
  public static List<SocketStream> connect() throws IOException {
    try (ServerSocketChannel listener = ServerSocketChannel.open()) {
      listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      SocketStream here = ChannelStream.over(SocketChannel.open(listener.getLocalAddress()));
      return List.of(here, ChannelStream.over(listener.accept()));
    }
  }

  /** {@return both ends of a new connection that takes a few kilobytes only until a send waits} */
  public static List<SocketStream> connectNarrow() throws IOException {
    try (ServerSocketChannel listener = ServerSocketChannel.open()) {
      listener.setOption(StandardSocketOptions.SO_RCVBUF, NARROW);
      listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      SocketChannel channel = SocketChannel.open();
      channel.setOption(StandardSocketOptions.SO_SNDBUF, NARROW);
      channel.connect(listener.getLocalAddress());
      return List.of(ChannelStream.over(channel), ChannelStream.over(listener.accept()));
    }
  }

  /** {@return a stream over a channel that is connected} */
  public static SocketStream over(SocketChannel channel) throws IOException {
    return ChannelStream.over(channel);
  }
}
