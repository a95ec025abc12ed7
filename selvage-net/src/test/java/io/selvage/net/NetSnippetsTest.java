package io.selvage.net;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.time.Duration.ofMillis;
import static org.assertj.core.api.Assertions.assertThat;

import io.selvage.Selvage;
import io.selvage.Task;
import io.selvage.TaskGroup;
import io.selvage.net.server.Server;
import io.selvage.sync.Event;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import org.junit.jupiter.api.Test;

/** Runs the examples in the Javadoc of this package. */
class NetSnippetsTest {

  @Test
  void streams() throws Exception {
    try (ByteStream echo = new NetSnippets.Echo()) {
      assertThat(NetSnippets.ask(echo)).isEqualTo("name?");
      echo.sendAll("abc".getBytes(US_ASCII));
      assertThat(echo.receiveSome(2)).asString(US_ASCII).isEqualTo("ab");
    }
  }

  @Test
  void networkAndServer() throws Exception {
    Event terminate = new Event();
    TaskGroup.run(
        group -> {
          Task<Server.StopReport> served =
              group.fork(() -> NetSnippets.serveForAWhile(Network.system(), terminate));
          terminate.set();
          assertThat(served.join()).isEqualTo(new Server.StopReport(0, 0));
        });
    SocketListener[] free = Network.system().listen("localhost", 0).toArray(SocketListener[]::new);
    int port = ((InetSocketAddress) free[0].localAddress()).getPort();
    for (SocketListener listener : free) {
      listener.close();
    }
    TaskGroup.run(
        group -> {
          Task<?> server = group.launch(() -> NetSnippets.serve(Network.system(), port));
          assertThat(greetWhenItListens(port)).isEqualTo("hello");
          server.cancel();
        });
    assertThat(NetSnippets.options(accepted -> accepted))
        .hasToString("ServerOptions[echo, at most 1000 connections, handshake within PT5S]");
  }

  private static String greetWhenItListens(int port) throws Exception {
    while (true) {
      try {
        return NetSnippets.greet(Network.system(), port);
      } catch (ConnectException e) {
        Selvage.sleep(ofMillis(1));
      }
    }
  }

  @Test
  void datagrams() throws Exception {
    assertThat(NetSnippets.datagrams()).isEqualTo("pong");
  }

  @Test
  void readiness() throws Exception {
    Pipe pipe = Pipe.open();
    try (Pipe.SinkChannel sink = pipe.sink()) {
      sink.write(ByteBuffer.wrap(new byte[3]));
      assertThat(NetSnippets.readiness(pipe)).isEqualTo(3);
    }
  }
}
