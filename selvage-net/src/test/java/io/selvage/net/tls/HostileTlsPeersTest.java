package io.selvage.net.tls;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.time.Duration.ofHours;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import io.selvage.Selvage;
import io.selvage.Task;
import io.selvage.TaskGroup;
import io.selvage.channel.Channel;
import io.selvage.net.BrokenStreamException;
import io.selvage.net.ByteStream;
import io.selvage.net.ConnectOptions;
import io.selvage.net.Descriptors;
import io.selvage.net.ListenOptions;
import io.selvage.net.LiveHeap;
import io.selvage.net.Network;
import io.selvage.net.SocketListener;
import io.selvage.net.SocketStream;
import io.selvage.net.server.Server;
import io.selvage.net.server.ServerOptions;
import io.selvage.sync.Event;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.net.ssl.SSLEngine;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A thousand peers begin a handshake and never end it: what they cost, and what is served. */
@Timeout(120)
class HostileTlsPeersTest {
  private static final Network NETWORK = Network.system();
  private static final int HOSTILE = 1000;
  private static final int HONEST = 20;
  private static final int ROUND_TRIPS = 10;
  private static final Duration PAUSE = ofMillis(20); // from byte to byte of a slow peer
  private static final long MEBIBYTE = 1 << 20;

  private final Channel<Throwable> failures = Channel.unbounded();
  private final ServerOptions<TlsStream> options =
      ServerOptions.defaults()
          .withUncaughtHandler((name, failure) -> failures.trySend(failure))
          .withWrapper(TestKeys.server()::accept);

  private static List<SocketListener> listen() throws IOException {
    return List.of(
        NETWORK.listen(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            ListenOptions.defaults().withBacklog(HOSTILE)));
  }

  private static InetSocketAddress address(Server<?> server) {
    return (InetSocketAddress) server.localAddresses().getFirst();
  }

  private static void echo(ByteStream stream) throws IOException, InterruptedException {
    for (byte[] some = stream.receiveSome(); some.length > 0; some = stream.receiveSome()) {
      stream.sendAll(some);
    }
    stream.closeOutput();
  }

  private static void askHonestly(Server<?> server) throws IOException, InterruptedException {
    try (TlsStream stream =
        TestKeys.client().connect(new LoopbackNetwork(), "localhost", address(server).getPort())) {
      for (int i = 0; i < ROUND_TRIPS; i++) {
        stream.sendAll(new byte[] {(byte) i});
        assertThat(stream.receiveExactly(1)).containsExactly(i);
      }
      stream.closeOutput();
      assertThat(stream.receiveSome()).isEmpty();
    }
  }

  private static List<SocketStream> connect(Server<?> server, int count) throws Exception {
    List<SocketStream> streams = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      streams.add(NETWORK.connect(address(server), ConnectOptions.defaults()));
    }
    return streams;
  }

  private static void awaitConnections(Server<?> server, long count) throws InterruptedException {
    while (server.connections() != count) {
      Selvage.sleep(ofMillis(1));
    }
  }

  /** {@return how many failures there were, by their types and those of their causes} */
  private Map<String, Integer> countFailures() {
    Map<String, Integer> counts = new TreeMap<>();
    for (Throwable failure : failures.drain()) {
      String kind = failure.getClass().getSimpleName();
      if (failure.getCause() != null) {
        kind += " by " + failure.getCause().getClass().getSimpleName();
      }
      counts.merge(kind, 1, Integer::sum);
    }
    return counts;
  }

  /** The first message of a client. */
  private static byte[] clientHello() throws Exception {
    SSLEngine engine = TlsContexts.of(null, TestKeys.CA).createSSLEngine("localhost", 1);
    engine.setUseClientMode(true);
    ByteBuffer hello = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
    engine.wrap(ByteBuffer.allocate(0), hello);
    return Arrays.copyOf(hello.array(), hello.position());
  }

  /** Sends its first message byte by byte, without the last one. */
  private static void drip(List<SocketStream> slow, Event firstRound, Event enough)
      throws Exception {
    byte[] hello = clientHello();
    for (int i = 0; i < hello.length - 1 && !enough.isSet(); i++) {
      for (SocketStream stream : slow) {
        sendIfOpen(stream, hello[i]);
      }
      firstRound.set();
      Selvage.sleep(PAUSE);
    }
    enough.await();
  }

  private static void sendIfOpen(SocketStream stream, byte value)
      throws IOException, InterruptedException {
    try {
      stream.sendAll(new byte[] {value});
    } catch (BrokenStreamException e) {
      // the server has ended it
    }
  }

  /** Receives until the end; it may be a reset. */
  private static void awaitEnd(ByteStream stream) throws IOException, InterruptedException {
    try {
      while (stream.receiveSome().length > 0) {}
    } catch (BrokenStreamException e) {
      // something that was sent was not received
    }
  }

  @Test
  void honestClientsAreServedBesideHandshakesThatNeverEnd() throws Exception {
    long sockets = Descriptors.count();
    long heapBefore = LiveHeap.bytes();
    int garbage = HOSTILE / 4;
    int slow = HOSTILE / 4;
    TaskGroup.run(
        group -> {
          var server =
              Server.launch(
                  group,
                  listen(),
                  options.withHandshakeTimeout(ofHours(1)), // the stop ends them
                  HostileTlsPeersTest::echo);
          List<SocketStream> hostile = connect(server, HOSTILE);
          List<SocketStream> wrong = hostile.subList(0, garbage);
          for (SocketStream stream : wrong) {
            stream.sendAll("GET / HTTP/1.0\r\n\r\n".getBytes(US_ASCII));
          }
          for (SocketStream stream : wrong) {
            awaitEnd(stream);
          }
          awaitConnections(server, HOSTILE - garbage);
          assertThat(countFailures()).hasSize(1).containsValue(garbage);
          Event dripping = new Event();
          Event enough = new Event();
          Task<?> drips =
              group.launch(
                  "drips", () -> drip(hostile.subList(garbage, garbage + slow), dripping, enough));
          dripping.await();
          List<Task<?>> honest = new ArrayList<>();
          for (int i = 0; i < HONEST; i++) {
            honest.add(group.launch("honest " + i, () -> askHonestly(server)));
          }
          for (Task<?> client : honest) {
            client.join();
          }
          enough.set();
          drips.join();
          awaitConnections(server, HOSTILE - garbage);
          long heapWhile = LiveHeap.bytes();
          Server.StopReport report = server.stop(ofMillis(50));
          System.out.printf(
              "handshakes that never end: %d (%d silent, %d byte by byte), %d failed at once; %d"
                  + " honest TLS clients served beside them; live heap +%s; the stop says %s%n",
              HOSTILE - garbage,
              HOSTILE - garbage - slow,
              slow,
              garbage,
              HONEST,
              LiveHeap.since(heapBefore, heapWhile),
              report);
          assertThat(report).isEqualTo(new Server.StopReport(0, HOSTILE - garbage));
          assertThat(heapWhile - heapBefore).isLessThan(128 * MEBIBYTE);
          assertThat(failures.drain()).isEmpty();
          for (SocketStream stream : hostile) {
            awaitEnd(stream);
            stream.close();
          }
        });
    Descriptors.awaitAtMost(sockets);
    assertThat(LiveHeap.bytes() - heapBefore).isLessThan(8 * MEBIBYTE);
  }

  @Test
  void theLimitEndsEveryHandshakeThatTakesTooLong() throws Exception {
    long sockets = Descriptors.count();
    TaskGroup.run(
        group -> {
          var server =
              Server.launch(
                  group,
                  listen(),
                  options.withHandshakeTimeout(ofMillis(300)),
                  HostileTlsPeersTest::echo);
          List<SocketStream> hostile = connect(server, HOSTILE);
          Event dripping = new Event();
          Event enough = new Event();
          Task<?> drips =
              group.launch("drips", () -> drip(hostile.subList(0, HOSTILE / 4), dripping, enough));
          for (SocketStream stream : hostile) {
            awaitEnd(stream);
          }
          enough.set();
          drips.join();
          awaitConnections(server, 0);
          assertThat(countFailures())
              .containsOnly(Map.entry("HandshakeException by TimeoutException", HOSTILE));
          awaitAnHonestClientServed(server);
          assertThat(server.stop(ofSeconds(30)).cancelled()).isZero();
          for (SocketStream stream : hostile) {
            stream.close();
          }
        });
    Descriptors.awaitAtMost(sockets);
  }

  /** On a busy machine an honest client, too, may take too long; then it tries again. */
  private static void awaitAnHonestClientServed(Server<?> server) throws InterruptedException {
    boolean served = false;
    while (!served) {
      try {
        askHonestly(server);
        served = true;
      } catch (IOException e) {
        Selvage.checkpoint();
      }
    }
  }
}
