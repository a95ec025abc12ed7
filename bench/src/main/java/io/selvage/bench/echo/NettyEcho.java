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
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.selvage.bench.echo.EchoServer.Kind;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Netty with its native epoll. */
final class NettyEcho {
  private final EchoOptions options;
  private final Kind kind;

  NettyEcho(EchoOptions options, Kind kind) {
    this.options = options;
    this.kind = kind;
  }

  void run() throws IOException, InterruptedException {
    @Nullable SslContext tls = tls(options.keys());
    Channel listener =
        new ServerBootstrap()
            .group(new MultiThreadIoEventLoopGroup(options.threads(), EpollIoHandler.newFactory()))
            .channel(EpollServerSocketChannel.class)
            .option(ChannelOption.SO_BACKLOG, EchoServer.BACKLOG)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childHandler(
                new ChannelInitializer<>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    if (tls != null) {
                      SslHandler handler = tls.newHandler(channel.alloc());
                      handler.setHandshakeTimeoutMillis(EchoServer.HANDSHAKE_LIMIT.toMillis());
                      channel.pipeline().addLast(handler);
                    }
                    channel.pipeline().addLast(new Handler());
                  }
                })
            .bind(EchoServer.ANY_PORT)
            .sync()
            .channel();
    EchoServer.say(((InetSocketAddress) listener.localAddress()).getPort());
    listener.closeFuture().sync();
  }

  private @Nullable SslContext tls(@Nullable Path keys) throws IOException {
    if (keys == null) {
      return null;
    }
    Path pem = EchoKeys.pem(keys);
    SslContextBuilder builder =
        SslContextBuilder.forServer(pem.toFile(), pem.toFile()).protocols(EchoKeys.PROTOCOL);
    return kind == Kind.NETTY
        ? builder.sslProvider(SslProvider.JDK).ciphers(List.of(EchoKeys.CIPHER)).build()
        : builder.sslProvider(SslProvider.OPENSSL_REFCNT).build(); // prefers that suite
  }

  private static final class Handler extends ChannelInboundHandlerAdapter {
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
