package io.selvage.bench.echo;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.selvage.net.ListenOptions;
import io.selvage.net.Network;
import io.selvage.net.SocketListener;
import io.selvage.net.SocketStream;
import io.selvage.net.server.ConnectionHandler;
import io.selvage.net.server.Server;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * An echo server: it receives at most 102400 bytes and sends them back, again and again, on each
 * connection. {@link EchoTable} starts it; the counterpart for asyncio is {@code asyncio_echo.py}.
 */
public final class EchoServer {
  private static final int MOST = 102_400;
  private static final int BACKLOG = 4096;
  private static final InetSocketAddress ANY_PORT =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

  private EchoServer() {}

  /** A library. */
  enum Kind {
    /** A task for each connection, which holds no buffer while it waits. */
    SELVAGE,
    /** A task for each connection, with a buffer of its own. */
    SELVAGE_BUFFER,
    /** A virtual thread for each connection, on a blocking socket. */
    BLOCKING,
    /** Netty with its native epoll. */
    NETTY
  }

  /**
   * Prints the port, and serves until the process is killed.
   *
   * @param arguments the {@link Kind}, and how many threads Netty's loops have
   * @throws Exception if it cannot listen
   */
  public static void main(String[] arguments) throws Exception {
    int threads = Integer.parseInt(arguments[1]);
    switch (Kind.valueOf(arguments[0])) {
      case SELVAGE -> selvage(EchoServer::echo);
      case SELVAGE_BUFFER -> selvage(EchoServer::echoWithBuffer);
      case BLOCKING -> blocking();
      case NETTY -> netty(threads);
    }
  }

  private static void say(int port) {
    System.out.println(port);
  }

  // ---- Selvage

  private static void selvage(ConnectionHandler<SocketStream> echo)
      throws IOException, InterruptedException {
    SocketListener listener =
        Network.system().listen(ANY_PORT, ListenOptions.defaults().withBacklog(BACKLOG));
    say(((InetSocketAddress) listener.localAddress()).getPort());
    Server.serve(List.of(listener), echo);
  }

  private static void echo(SocketStream stream) throws IOException, InterruptedException {
    while (true) {
      byte[] message = stream.receiveSome();
      if (message.length == 0) {
        return;
      }
      stream.sendAll(message);
    }
  }

  private static void echoWithBuffer(SocketStream stream) throws IOException, InterruptedException {
    ByteBuffer buffer = ByteBuffer.allocateDirect(MOST);
    while (stream.receive(buffer) >= 0) {
      stream.sendAll(buffer.flip());
      buffer.clear();
    }
  }

  // ---- blocking sockets

  private static void blocking() throws IOException, InterruptedException {
    try (ServerSocket listener = new ServerSocket()) {
      listener.bind(ANY_PORT, BACKLOG);
      say(listener.getLocalPort());
      Thread acceptor =
          Thread.startVirtualThread(
              () -> {
                try {
                  while (true) {
                    Socket socket = listener.accept();
                    Thread.startVirtualThread(() -> echo(socket));
                  }
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              });
      acceptor.join();
    }
  }

  private static void echo(Socket socket) {
    try (socket) {
      socket.setTcpNoDelay(true);
      byte[] buffer = new byte[MOST];
      int count;
      while ((count = socket.getInputStream().read(buffer)) > 0) {
        socket.getOutputStream().write(buffer, 0, count);
      }
    } catch (IOException e) {
      // the client is gone
    }
  }

  // ---- Netty

  private static void netty(int threads) throws InterruptedException {
    Channel listener =
        new ServerBootstrap()
            .group(new MultiThreadIoEventLoopGroup(threads, EpollIoHandler.newFactory()))
            .channel(EpollServerSocketChannel.class)
            .option(ChannelOption.SO_BACKLOG, BACKLOG)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childHandler(
                new ChannelInitializer<>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    channel.pipeline().addLast(new NettyEcho());
                  }
                })
            .bind(ANY_PORT)
            .sync()
            .channel();
    say(((InetSocketAddress) listener.localAddress()).getPort());
    listener.closeFuture().sync();
  }

  private static final class NettyEcho extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      var unused = context.write(message, context.voidPromise());
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
      var unused = context.flush();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      var unused = context.close();
    }
  }
}
