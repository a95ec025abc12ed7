package io.selvage.bench.echo;

import io.selvage.bench.echo.EchoServer.Kind;
import io.selvage.net.ByteStream;
import io.selvage.net.ListenOptions;
import io.selvage.net.Network;
import io.selvage.net.SocketListener;
import io.selvage.net.SocketStream;
import io.selvage.net.server.ConnectionHandler;
import io.selvage.net.server.Server;
import io.selvage.net.server.ServerOptions;
import io.selvage.net.tls.TlsKeys;
import io.selvage.net.tls.TlsServer;
import io.selvage.net.tls.TlsVersion;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The servers of this library. */
final class SelvageEcho {
  private final EchoOptions options;
  private final ConnectionHandler<ByteStream> echo;

  SelvageEcho(EchoOptions options, Kind kind) {
    this.options = options;
    this.echo = kind == Kind.SELVAGE ? SelvageEcho::echo : this::echoWithBuffer;
  }

  void run() throws IOException, InterruptedException {
    SocketListener listener =
        Network.system()
            .listen(EchoServer.ANY_PORT, ListenOptions.defaults().withBacklog(EchoServer.BACKLOG));
    EchoServer.say(((InetSocketAddress) listener.localAddress()).getPort());
    ServerOptions<SocketStream> plain = ServerOptions.defaults();
    @Nullable Path keys = options.keys();
    if (keys == null) {
      Server.serve(List.of(listener), plain, echo);
    } else {
      Path pem = EchoKeys.pem(keys);
      TlsServer tls =
          TlsServer.create(TlsKeys.pem(pem, pem))
              .withVersions(TlsVersion.TLS_1_3)
              .withHandshakeLimit(EchoServer.HANDSHAKE_LIMIT);
      Server.serve(
          List.of(listener),
          plain.withHandshakeTimeout(EchoServer.HANDSHAKE_LIMIT).withWrapper(tls::accept),
          echo);
    }
  }

  private static void echo(ByteStream stream) throws IOException, InterruptedException {
    while (true) {
      byte[] message = stream.receiveSome();
      if (message.length == 0) {
        return;
      }
      stream.sendAll(message);
    }
  }

  private void echoWithBuffer(ByteStream stream) throws IOException, InterruptedException {
    ByteBuffer buffer =
        options.keys() == null
            ? ByteBuffer.allocateDirect(options.most())
            : ByteBuffer.allocate(options.most()); // the ciphers of the JDK use arrays
    while (stream.receive(buffer) >= 0) {
      stream.sendAll(buffer.flip());
      buffer.clear();
    }
  }
}
