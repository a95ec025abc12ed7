package io.selvage.net.tls;

import io.selvage.net.SocketPairs;
import io.selvage.net.SocketStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;

/** Accepts connections over the loopback interface; its accept cannot be cancelled. */
final class TestServer implements AutoCloseable {
  private final ServerSocketChannel listener;

  TestServer() throws IOException {
    listener = ServerSocketChannel.open();
    listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
  }

  int port() throws IOException {
    return ((InetSocketAddress) listener.getLocalAddress()).getPort();
  }

  /** {@return the next connection} */
  SocketStream accept() throws IOException {
    return SocketPairs.over(listener.accept());
  }

  @Override
  public void close() throws IOException {
    listener.close();
  }
}
