package io.selvage.net.tls;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import io.selvage.TaskGroup;
import io.selvage.channel.Channel;
import io.selvage.net.ByteStream;
import io.selvage.net.Network;
import io.selvage.net.SocketListener;
import io.selvage.net.SocketStream;
import io.selvage.net.server.Server;
import io.selvage.net.server.ServerOptions;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Servers whose connections are encrypted. */
@Timeout(60)
class TlsServingTest {
  private final Channel<Throwable> failures = Channel.unbounded();
  private final ServerOptions<TlsStream> options =
      ServerOptions.defaults()
          .withUncaughtHandler((name, failure) -> failures.trySend(failure))
          .withWrapper(TestKeys.server()::accept);

  private static void echo(ByteStream stream) throws IOException, InterruptedException {
    for (byte[] some = stream.receiveSome(); some.length > 0; some = stream.receiveSome()) {
      stream.sendAll(some);
    }
    stream.closeOutput();
  }

  private static int port(List<SocketListener> listeners) {
    return ((InetSocketAddress) listeners.getFirst().localAddress()).getPort();
  }

  private static TlsStream connect(int port) throws IOException, InterruptedException {
    return TestKeys.client().connect(Network.system(), "localhost", port);
  }

  @Test
  void aServerWithTlsServesAMegabyteBothWays() throws Exception {
    byte[] sent = new byte[1 << 20];
    new Random(1).nextBytes(sent);
    List<SocketListener> listeners = Network.system().listen("localhost", 0);
    TaskGroup.run(
        group -> {
          var server = Server.launch(group, listeners, options, TlsServingTest::echo);
          try (TlsStream stream = connect(port(listeners))) {
            group.launch(
                "sender",
                () -> {
                  stream.sendAll(sent);
                  stream.closeOutput();
                });
            assertThat(stream.receiveExactly(sent.length)).isEqualTo(sent);
            assertThat(stream.receiveSome()).isEmpty();
          }
          assertThat(server.stop(ofSeconds(20)).cancelled()).isZero();
        });
    assertThat(failures.drain()).isEmpty();
  }

  @Test
  void aSlowHandshakeDelaysNobody() throws Exception {
    List<SocketListener> listeners = Network.system().listen("localhost", 0);
    TaskGroup.run(
        group -> {
          var server = Server.launch(group, listeners, options, TlsServingTest::echo);
          int port = port(listeners);
          try (SocketStream silent = Network.system().connect("localhost", port);
              SocketStream garbage = Network.system().connect("localhost", port);
              TlsStream served = connect(port)) {
            garbage.sendAll("GET / HTTP/1.0\r\n\r\n".getBytes(US_ASCII));
            served.sendAll(new byte[] {7});
            assertThat(served.receiveExactly(1)).containsExactly(7);
            assertThat(failures.receive()).isInstanceOf(IOException.class); // of the garbage
            assertThat(server.connections()).isGreaterThanOrEqualTo(2);
            silent.close();
          }
          server.stop(ofSeconds(20));
        });
  }
}
