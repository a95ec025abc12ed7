package io.selvage.test.guide;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;

import io.selvage.CancelScope;
import io.selvage.TaskGroup;
import io.selvage.net.ByteStream;
import io.selvage.net.Network;
import io.selvage.net.SocketListener;
import io.selvage.net.SocketStream;
import io.selvage.net.framing.FrameStream;
import io.selvage.net.framing.LengthFormat;
import io.selvage.net.framing.LineFormat;
import io.selvage.net.server.Server;
import io.selvage.net.server.ServerOptions;
import io.selvage.net.tls.TlsClient;
import io.selvage.net.tls.TlsKeys;
import io.selvage.net.tls.TlsServer;
import io.selvage.net.tls.TlsStream;
import io.selvage.sync.Event;
import io.selvage.test.Simulation;
import io.selvage.test.net.LinkOptions;
import io.selvage.test.net.SimulatedHost;
import io.selvage.test.net.SimulatedNetwork;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The code of docs/guide/network.md; GuideTest compares it. */
final class NetworkChapter {
  private NetworkChapter() {}

  // @start region="client"
  static String ask(Network network, String host, int port, String question)
      throws IOException, InterruptedException {
    try (SocketStream stream = network.connect(host, port)) {
      stream.sendAll((question + "\n").getBytes(UTF_8));
      return new String(stream.receiveUntil(new byte[] {'\n'}, 1_000), UTF_8);
    }
  }

  // @end

  // @start region="late"
  static Optional<byte[]> listen(ByteStream stream) throws IOException, InterruptedException {
    Optional<byte[]> early = CancelScope.moveOnAfter(ofMillis(100)).call(stream::receiveSome);
    if (early.isPresent()) {
      return early;
    }
    stream.sendAll("still there?\n".getBytes(UTF_8)); // the connection is as it was
    return Optional.of(stream.receiveSome());
  }

  // @end

  // @start region="cut"
  static long sendFor(ByteStream stream, byte[] message) throws IOException, InterruptedException {
    ByteBuffer rest = ByteBuffer.wrap(message);
    boolean all = CancelScope.moveOnAfter(ofSeconds(1)).run(() -> stream.sendAll(rest));
    if (!all && rest.position() > 0) {
      return stream.resumeSending(); // how much went out; now it may send again
    }
    return rest.position();
  }

  // @end

  // @start region="server"
  static Server.StopReport serve(List<SocketListener> listeners, Event terminate)
      throws IOException, InterruptedException {
    ServerOptions<SocketStream> options =
        ServerOptions.defaults().withName("echo").withLimit(1_000);
    return TaskGroup.call(
        group -> {
          var server = Server.launch(group, listeners, options, NetworkChapter::echo);
          terminate.await();
          return server.stop(ofSeconds(5));
        });
  }

  static void echo(SocketStream stream) throws IOException, InterruptedException {
    for (byte[] some = stream.receiveSome(); some.length > 0; some = stream.receiveSome()) {
      stream.sendAll(some);
    }
  }

  // @end

  static int frames(ByteStream stream) throws IOException, InterruptedException {
    int[] received = {0};
    // @start region="frames"
    FrameStream<byte[]> messages = FrameStream.over(stream, LengthFormat.of(4, 1 << 20));
    messages.send("hello".getBytes(UTF_8));
    messages.forEach(message -> received[0]++); // until the end of the stream
    // @end
    return received[0];
  }

  static Optional<String> lines(ByteStream stream) throws IOException, InterruptedException {
    // @start region="lines"
    FrameStream<String> lines = FrameStream.over(stream, LineFormat.of(8_000));
    Optional<String> line = lines.receive(); // empty at the end
    // @end
    return line;
  }

  // @start region="tlsClient"
  static String askSecurely(TlsClient client, Network network, String host, int port)
      throws IOException, InterruptedException {
    try (TlsStream stream = client.connect(network, host, port)) { // TlsClient.create(), in general
      stream.sendAll("name?\n".getBytes(UTF_8));
      return new String(stream.receiveUntil(new byte[] {'\n'}, 1_000), UTF_8);
    }
  }

  // @end

  // @start region="tlsServer"
  static void serveSecurely(List<SocketListener> listeners, Path chain, Path key)
      throws IOException, InterruptedException {
    TlsServer tls = TlsServer.create(TlsKeys.pem(chain, key));
    Server.serve(
        listeners, ServerOptions.defaults().withWrapper(tls::accept), NetworkChapter::answer);
  }

  static void answer(TlsStream stream) throws IOException, InterruptedException {
    byte[] question = stream.receiveUntil(new byte[] {'\n'}, 1_000);
    stream.sendAll(question);
    stream.sendAll(" Selvage\n".getBytes(UTF_8));
  }

  // @end

  static void simulated() {
    // @start region="simulated"
    Simulation.explore(
        200,
        run -> {
          SimulatedNetwork network = SimulatedNetwork.create(run.random());
          SimulatedHost client = network.host("client");
          SimulatedHost server = network.host("server");
          network.link(client, server, LinkOptions.defaults().withLatency(ofMillis(20)));
          Event terminate = new Event();
          TaskGroup.run(
              group -> {
                group.launch("server", () -> serve(server.listen(7), terminate));
                run.awaitAllBlocked(); // it listens
                String answer = ask(client, "server", 7, "anybody?");
                assert answer.equals("anybody?");
                terminate.set();
              });
        });
    // @end
  }
}
