package io.selvage.net.server;

import static io.selvage.net.server.Servers.connect;
import static io.selvage.net.server.Servers.listen;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.time.Duration.ofHours;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import io.selvage.CancelScope;
import io.selvage.Deadline;
import io.selvage.Selvage;
import io.selvage.Task;
import io.selvage.TaskGroup;
import io.selvage.channel.Channel;
import io.selvage.net.BrokenStreamException;
import io.selvage.net.ByteStream;
import io.selvage.net.Descriptors;
import io.selvage.net.FrameTooLongException;
import io.selvage.net.LiveHeap;
import io.selvage.net.SocketStream;
import io.selvage.observe.Dump;
import io.selvage.sync.Event;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Many peers that mean harm: what they cost, and what the others notice. */
@Timeout(120)
class HostilePeersTest {
  private static final byte[] LINE = {'\n'};
  private static final long MEBIBYTE = 1 << 20;

  private final Channel<Throwable> failures = Channel.unbounded();
  private final ServerOptions<SocketStream> options =
      ServerOptions.defaults().withUncaughtHandler((name, failure) -> failures.trySend(failure));

  /** {@return how many failures of each type were reported} */
  private Map<String, Integer> countFailures() {
    Map<String, Integer> counts = new TreeMap<>();
    for (Throwable failure : failures.drain()) {
      counts.merge(failure.getClass().getSimpleName(), 1, Integer::sum);
    }
    return counts;
  }

  private static void awaitConnections(Server<?> server, long count) throws InterruptedException {
    while (server.connections() != count) {
      Selvage.sleep(ofMillis(1));
    }
  }

  // ---- slow ones

  private static final int SLOW = 1000;
  private static final int TOO_LONG = 100; // of these
  private static final int LIMIT = 80;
  private static final int HONEST = 20;
  private static final int REQUESTS = 50;
  private static final Duration PAUSE = ofMillis(20); // from byte to byte of a slow peer

  /** Answers lines. Each one must come in time: the test moves the deadlines of slow peers. */
  private static final class LineServer {
    final Map<SocketAddress, CancelScope> scopes = new ConcurrentHashMap<>();

    void handle(SocketStream stream) throws Exception {
      while (true) {
        CancelScope scope = CancelScope.moveOnAfter(ofHours(1));
        scopes.put(stream.remoteAddress(), scope);
        byte[] line = scope.call(() -> stream.receiveUntil(LINE, LIMIT)).orElse(null);
        if (line == null) {
          throw new SlowPeerException();
        }
        stream.sendAll(("you said " + new String(line, US_ASCII) + "\n").getBytes(US_ASCII));
      }
    }
  }

  private static final class SlowPeerException extends Exception {
    private static final long serialVersionUID = 1L;
  }

  private static void ask(SocketAddress address, int number) throws Exception {
    try (SocketStream stream = connect(address)) {
      for (int i = 0; i < REQUESTS; i++) {
        String line = "I am " + number + ", request " + i;
        stream.sendAll((line + "\n").getBytes(US_ASCII));
        assertThat(stream.receiveUntil(LINE, 1000)).asString().isEqualTo("you said " + line);
      }
      stream.closeOutput();
      assertThat(stream.receiveSome()).isEmpty();
    }
  }

  /** Sends one byte to each, again and again, and never the end of a line. */
  private static void drip(List<SocketStream> slow, Event firstRound, Event enough)
      throws Exception {
    for (int round = 1; round < LIMIT && !enough.isSet(); round++) {
      for (SocketStream stream : slow) {
        stream.sendAll(new byte[] {'x'});
      }
      firstRound.set();
      Selvage.sleep(PAUSE);
    }
    enough.await();
  }

  private static boolean isEnded(ByteStream stream) throws InterruptedException {
    try {
      return stream.receiveSome().length == 0;
    } catch (BrokenStreamException e) {
      return true; // something that it sent was not received: this end is a reset
    } catch (IOException e) {
      return false;
    }
  }

  @Test
  void aThousandSlowPeersAreEndedByTheirDeadlinesAndDelayNobody() throws Exception {
    long sockets = Descriptors.count();
    long heapBefore = LiveHeap.bytes();
    LineServer lines = new LineServer();
    long[] heapWhile = new long[1];
    TaskGroup.run(
        group -> {
          var server = Server.launch(group, listen(), options, lines::handle);
          SocketAddress address = server.localAddresses().getFirst();
          List<SocketStream> slow = new ArrayList<>();
          for (int i = 0; i < SLOW; i++) {
            slow.add(connect(address));
          }
          awaitConnections(server, SLOW);
          Event dripping = new Event();
          Event enough = new Event();
          Task<?> drips = group.launch("drips", () -> drip(slow, dripping, enough));
          dripping.await();
          List<Task<?>> honest = new ArrayList<>();
          for (int i = 0; i < HONEST; i++) {
            int number = i;
            honest.add(group.launch("honest " + i, () -> ask(address, number)));
          }
          for (Task<?> client : honest) {
            client.join();
          }
          enough.set();
          drips.join();
          awaitConnections(server, SLOW);
          assertThat(countFailures()) // an honest client ends before a line begins
              .containsOnly(Map.entry(EOFException.class.getSimpleName(), HONEST));
          heapWhile[0] = LiveHeap.bytes();
          for (SocketStream stream : slow.subList(0, TOO_LONG)) {
            stream.sendAll(new byte[LIMIT]); // with what has dripped: more than the limit
          }
          awaitConnections(server, SLOW - TOO_LONG);
          Deadline soon = Deadline.after(ofMillis(300));
          lines.scopes.values().forEach(scope -> scope.setDeadline(soon));
          for (SocketStream stream : slow) {
            assertThat(isEnded(stream)).isTrue();
            stream.close();
          }
          awaitConnections(server, 0);
          assertThat(countFailures())
              .containsOnly(
                  Map.entry(FrameTooLongException.class.getSimpleName(), TOO_LONG),
                  Map.entry(SlowPeerException.class.getSimpleName(), SLOW - TOO_LONG));
          ask(address, HONEST);
          assertThat(server.stop(ofSeconds(30)).cancelled()).isZero();
        });
    lines.scopes.clear();
    Descriptors.awaitAtMost(sockets);
    long heapAfter = LiveHeap.bytes();
    System.out.printf(
        "slow peers: %d open, %d honest requests answered beside them; live heap +%s while, +%s"
            + " after (both ends in this process)%n",
        SLOW,
        HONEST * REQUESTS,
        LiveHeap.since(heapBefore, heapWhile[0]),
        LiveHeap.since(heapBefore, heapAfter));
    assertThat(heapWhile[0] - heapBefore).isLessThan(48 * MEBIBYTE);
    assertThat(heapAfter - heapBefore).isLessThan(8 * MEBIBYTE);
  }

  // ---- those that never read

  private static final int LAZY = 200;
  private static final int EAGER_BYTES = 1 << 22;

  /** A peer with a small buffer of its own. */
  private static SocketChannel connectWithSmallBuffer(SocketAddress address) throws IOException {
    SocketChannel channel = SocketChannel.open();
    channel.setOption(StandardSocketOptions.SO_RCVBUF, 1 << 14);
    channel.connect(address);
    return channel;
  }

  private static long threadsThatSend() {
    return Pattern.compile("ByteStream\\.send").matcher(Dump.take().toString()).results().count();
  }

  @Test
  void peersThatNeverReadAreHeldByBackPressureAndEndedByTheStop() throws Exception {
    long sockets = Descriptors.count();
    long heapBefore = LiveHeap.bytes();
    byte[] chunk = new byte[1 << 16];
    AtomicLong taken = new AtomicLong();
    TaskGroup.run(
        group -> {
          var server =
              Server.launch(
                  group,
                  listen(),
                  options,
                  stream -> {
                    stream.setOption(StandardSocketOptions.SO_SNDBUF, 1 << 14);
                    while (true) {
                      taken.addAndGet(stream.sendSome(ByteBuffer.wrap(chunk)));
                    }
                  });
          SocketAddress address = server.localAddresses().getFirst();
          List<SocketChannel> lazy = new ArrayList<>();
          for (int i = 0; i < LAZY; i++) {
            lazy.add(connectWithSmallBuffer(address));
          }
          while (server.connections() != LAZY || threadsThatSend() != LAZY) {
            Selvage.sleep(ofMillis(1));
          }
          long heapWhile = LiveHeap.bytes();
          long takenOfLazy = taken.get();
          try (SocketStream eager = connect(address)) {
            assertThat(eager.receiveExactly(EAGER_BYTES)).hasSize(EAGER_BYTES);
          }
          awaitConnections(server, LAZY);
          assertThat(countFailures())
              .containsOnly(Map.entry(BrokenStreamException.class.getSimpleName(), 1));
          Server.StopReport report = server.stop(ofMillis(50));
          System.out.printf(
              "peers that never read: %d, %d KiB were taken from the handler of each; live heap"
                  + " +%s; the stop says %s%n",
              LAZY, takenOfLazy / LAZY / 1024, LiveHeap.since(heapBefore, heapWhile), report);
          assertThat(report).isEqualTo(new Server.StopReport(0, LAZY));
          assertThat(takenOfLazy / LAZY).isLessThan(8 * MEBIBYTE);
          assertThat(heapWhile - heapBefore).isLessThan(24 * MEBIBYTE);
          for (SocketChannel channel : lazy) {
            channel.close();
          }
        });
    assertThat(failures.drain()).isEmpty(); // a handler that the stop has cancelled has not failed
    Descriptors.awaitAtMost(sockets);
  }

  // ---- resets

  private static final int RESETS = 2000;
  private static final int CLIENTS = 8;

  /** Receives a message of 1000 bytes, or sends one without an end; says first that it began. */
  private static void receiveOrSend(SocketStream stream) throws Exception {
    stream.setOption(StandardSocketOptions.SO_SNDBUF, 1 << 14);
    byte[] wish = stream.receiveExactly(1);
    while (wish[0] == 'e') {
      stream.sendAll(wish);
      wish = stream.receiveExactly(1);
    }
    stream.sendAll(wish);
    if (wish[0] == 'r') {
      stream.receiveExactly(1000);
    }
    byte[] chunk = new byte[wish[0] == 's' ? 1 << 14 : 0];
    while (chunk.length > 0) {
      stream.sendAll(chunk);
    }
  }

  private static void resetInTheMiddle(SocketAddress address, char wish) throws Exception {
    try (SocketStream stream = connect(address)) {
      stream.sendAll(new byte[] {(byte) wish});
      assertThat(stream.receiveExactly(1)[0]).isEqualTo((byte) wish);
      if (wish == 'r') {
        stream.sendAll(new byte[500]);
      }
      stream.setOption(StandardSocketOptions.SO_LINGER, 0);
    }
  }

  @Test
  void resetsInTheMiddleOfAMessageEndOnlyTheirConnections() throws Exception {
    long sockets = Descriptors.count();
    long heapBefore = LiveHeap.bytes();
    TaskGroup.run(
        group -> {
          var server = Server.launch(group, listen(), options, HostilePeersTest::receiveOrSend);
          SocketAddress address = server.localAddresses().getFirst();
          int echoed = 0;
          try (SocketStream served = connect(address)) {
            List<Task<?>> clients = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
              clients.add(
                  group.launch(
                      "client " + i,
                      () -> {
                        for (int k = 0; k < RESETS / CLIENTS; k++) {
                          resetInTheMiddle(address, k % 2 == 0 ? 'r' : 's');
                        }
                      }));
            }
            while (!clients.stream().allMatch(Task::isDone)) {
              served.sendAll(new byte[] {'e'});
              assertThat(served.receiveExactly(1)).containsExactly('e');
              echoed++;
            }
            awaitConnections(server, 1);
            assertThat(countFailures())
                .containsOnly(Map.entry(BrokenStreamException.class.getSimpleName(), RESETS));
          }
          awaitConnections(server, 0);
          assertThat(server.stop(ofSeconds(30)).cancelled()).isZero();
          System.out.printf(
              "resets in the middle: %d, half of them while the server sent; %d echoes beside%n",
              RESETS, echoed);
        });
    Descriptors.awaitAtMost(sockets);
    assertThat(LiveHeap.bytes() - heapBefore).isLessThan(8 * MEBIBYTE);
  }
}
