package io.selvage.net;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.time.Duration.ofSeconds;

import io.selvage.CancelScope;
import io.selvage.TaskGroup;
import io.selvage.net.server.ConnectionWrapper;
import io.selvage.net.server.Server;
import io.selvage.net.server.ServerOptions;
import io.selvage.sync.Event;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.util.concurrent.TimeoutException;

/** The examples in the Javadoc of this package. {@link NetSnippetsTest} runs them. */
final class NetSnippets {
  private NetSnippets() {}

  static String ask(ByteStream stream) throws IOException, InterruptedException, TimeoutException {
    // @start region="stream"
    stream.sendAll("name?\n".getBytes(US_ASCII));
    byte[] reply =
        CancelScope.failAfter(ofSeconds(2)) // the connection is whole also if this is too late
            .call(() -> stream.receiveUntil(new byte[] {'\n'}, 1_000));
    // @end
    return new String(reply, US_ASCII);
  }

  static String greet(Network network, int port) throws IOException, InterruptedException {
    // @start region="network"
    try (SocketStream connection = network.connect("localhost", port)) { // or Network.system()
      connection.sendAll("hello\n".getBytes(US_ASCII));
      return new String(connection.receiveUntil(new byte[] {'\n'}, 100), US_ASCII);
    }
    // @end
  }

  static void echo(ByteStream connection) throws IOException, InterruptedException {
    for (byte[] some = connection.receiveSome(); some.length > 0; some = connection.receiveSome()) {
      connection.sendAll(some);
    }
  }

  static void serve(Network network, int port) throws IOException, InterruptedException {
    // @start region="serve"
    Server.serve(network.listen("localhost", port), connection -> echo(connection));
    // @end
  }

  static Server.StopReport serveForAWhile(Network network, Event terminate)
      throws InterruptedException, IOException {
    // @start region="server"
    return TaskGroup.call(
        group -> {
          var server = Server.launch(group, network.listen(0), NetSnippets::echo);
          terminate.await(); // for example a signal of the system
          return server.stop(ofSeconds(5)); // says how many had to be cancelled
        });
    // @end
  }

  static ServerOptions<?> options(ConnectionWrapper<ByteStream> tls) {
    // @start region="serverOptions"
    ServerOptions<ByteStream> options =
        ServerOptions.defaults()
            .withName("echo")
            .withLimit(1_000)
            .withUncaughtHandler((connection, failure) -> System.err.println(connection + failure))
            .withWrapper(tls)
            .withHandshakeTimeout(ofSeconds(5));
    // @end
    return options;
  }

  static String datagrams() throws IOException, InterruptedException {
    // @start region="datagrams"
    InetSocketAddress anyPort = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    try (UdpSocket server = UdpSocket.bind(anyPort);
        UdpSocket client = UdpSocket.connect(server.localAddress())) {
      client.send(new Datagram("ping".getBytes(US_ASCII), server.localAddress()));
      Datagram request = server.receive();
      server.send(new Datagram("pong".getBytes(US_ASCII), request.remote()));
      return new String(client.receive().bytes(), US_ASCII);
    }
    // @end
  }

  static int readiness(Pipe pipe) throws IOException, InterruptedException {
    // @start region="readiness"
    ByteBuffer into = ByteBuffer.allocate(100);
    try (ChannelReadiness source = ChannelReadiness.of(pipe.source())) {
      while (pipe.source().read(into) == 0) { // try first
        source.awaitReadable();
      }
    }
    // @end
    return into.position();
  }

  // @start region="ownStream"
  /** What is sent comes back. */
  static final class Echo extends AbstractByteStream {
    private final ByteArrayOutputStream sent = new ByteArrayOutputStream();
    private int taken;

    @Override
    protected int tryReceive(ByteBuffer into) {
      byte[] all = sent.toByteArray();
      int count = Math.min(into.remaining(), all.length - taken);
      into.put(all, taken, count);
      taken += count;
      return count == 0 ? -1 : count; // what is not there now never comes
    }

    @Override
    protected void awaitReceivable() {}

    @Override
    protected void sendNext(ByteBuffer[] from, int first) {
      while (from[first].hasRemaining()) {
        sent.write(from[first].get());
      }
    }

    @Override
    protected void endOutput() {}

    @Override
    protected void release() {}
  }
  // @end
}
