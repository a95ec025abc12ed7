package io.selvage.bench.echo;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import org.jspecify.annotations.Nullable;

/** A virtual thread for each connection, on a {@link Socket}: an SSLSocket if it speaks TLS. */
final class BlockingEcho {
  private final EchoOptions options;

  BlockingEcho(EchoOptions options) {
    this.options = options;
  }

  void run() throws IOException, GeneralSecurityException, InterruptedException {
    try (ServerSocket listener = listener(options.keys())) {
      listener.bind(EchoServer.ANY_PORT, EchoServer.BACKLOG);
      EchoServer.say(listener.getLocalPort());
      Thread.startVirtualThread(() -> accept(listener)).join();
    }
  }

  private static ServerSocket listener(@Nullable Path keys)
      throws IOException, GeneralSecurityException {
    return keys == null
        ? new ServerSocket()
        : EchoKeys.serverContext(keys).getServerSocketFactory().createServerSocket();
  }

  private void accept(ServerSocket listener) {
    try {
      while (true) {
        Socket socket = listener.accept();
        Thread.startVirtualThread(() -> echo(socket));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void echo(Socket socket) {
    try (socket) {
      socket.setTcpNoDelay(true);
      byte[] buffer = new byte[options.most()];
      int count;
      while ((count = socket.getInputStream().read(buffer)) > 0) {
        socket.getOutputStream().write(buffer, 0, count);
      }
    } catch (IOException e) {
      // the client is gone
    }
  }
}
