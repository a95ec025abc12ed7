package io.selvage.test.guide;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.selvage.TaskGroup;
import io.selvage.net.Network;
import io.selvage.net.SocketListener;
import io.selvage.net.SocketStream;
import io.selvage.sync.Event;
import io.selvage.test.Simulation;
import io.selvage.test.connection.MemoryStream;
import io.selvage.test.connection.MemoryStreams;
import io.selvage.test.connection.StreamPair;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Runs the code of the chapter on the network. TLS is run by the tests of its package. */
@Timeout(60)
class NetworkChapterTest {

  @Test
  void anEchoServerAnswersOverTheSystemsNetwork() throws Exception {
    List<SocketListener> listeners = Network.system().listen("localhost", 0);
    Event terminate = new Event();
    TaskGroup.run(
        group -> {
          var report = group.fork(() -> NetworkChapter.serve(listeners, terminate));
          int port = portOf(listeners.getFirst());
          assertThat(NetworkChapter.ask(Network.system(), "localhost", port, "who?"))
              .isEqualTo("who?");
          try (SocketStream open = Network.system().connect("localhost", port)) {
            open.sendAll(new byte[] {1});
            assertThat(open.receiveSome()).containsExactly(1);
            open.closeOutput();
            assertThat(open.receiveSome()).isEmpty();
          }
          terminate.set();
          assertThat(report.join().cancelled()).isZero();
        });
  }

  private static int portOf(SocketListener listener) {
    return ((java.net.InetSocketAddress) listener.localAddress()).getPort();
  }

  @Test
  void aReceiveThatWasLateIsTriedAgain() {
    Simulation.explore(
        50,
        run -> {
          StreamPair<MemoryStream> pair = MemoryStreams.pair();
          TaskGroup.run(
              group -> {
                group.launch(
                    () -> {
                      assertThat(pair.right().receiveSome()).asString().isEqualTo("still there?\n");
                      pair.right().sendAll("yes".getBytes(UTF_8));
                    });
                assertThat(NetworkChapter.listen(pair.left()).orElseThrow())
                    .asString()
                    .isEqualTo("yes");
              });
        });
  }

  @Test
  void aSendThatWasCutShortSaysHowMuchWentOut() {
    Simulation.explore(
        50,
        () -> {
          StreamPair<MemoryStream> pair = MemoryStreams.pair(100);
          assertThat(NetworkChapter.sendFor(pair.left(), new byte[150])).isEqualTo(100);
          assertThat(pair.right().receiveSome()).hasSize(100);
          assertThat(NetworkChapter.sendFor(pair.left(), new byte[50])).isEqualTo(50);
        });
  }

  @Test
  void framesComeWhole() throws Exception {
    StreamPair<MemoryStream> pair = MemoryStreams.pair();
    pair.right().sendAll(new byte[] {0, 0, 0, 1, 7, 0, 0, 0, 0});
    pair.right().closeOutput();
    assertThat(NetworkChapter.frames(pair.left())).isEqualTo(2);
    assertThat(pair.right().receiveExactly(9)).startsWith(0, 0, 0, 5, 'h');
    StreamPair<MemoryStream> text = MemoryStreams.pair();
    text.right().sendAll("one\r\ntwo".getBytes(UTF_8));
    assertThat(NetworkChapter.lines(text.left())).contains("one");
  }

  @Test
  void theServerRunsOnASimulatedNetwork() {
    NetworkChapter.simulated();
  }
}
