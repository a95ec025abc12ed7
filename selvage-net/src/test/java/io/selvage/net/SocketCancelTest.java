package io.selvage.net;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.selvage.CancelScope;
import io.selvage.ClosedResourceException;
import io.selvage.ScopeGroup;
import io.selvage.Selvage;
import io.selvage.Task;
import io.selvage.TaskGroup;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.StandardSocketOptions;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Ten thousand connects and accepts that are cancelled at random points. */
@Timeout(120)
class SocketCancelTest {
  private static final Network NETWORK = Network.system();
  private static final int ROUNDS = 10_000;
  private static final int CONNECTIONS = 1_000;

  private final Random random = new Random(7);

  private static SocketListener listen() throws IOException {
    return NETWORK.listen(
        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
        ListenOptions.defaults().withBacklog(4_096));
  }

  private Duration soon() {
    return Duration.ofNanos(random.nextInt(150_000));
  }

  /** Ends a connection by a reset, so that no port is kept for it. */
  private static void reset(SocketStream stream) throws IOException {
    try {
      stream.setOption(StandardSocketOptions.SO_LINGER, 0);
    } finally {
      stream.close();
    }
  }

  /** {@return whether it was connected; the other end may have reset it already} */
  private static boolean connectAndReset(SocketAddress address)
      throws IOException, InterruptedException {
    try {
      reset(NETWORK.connect(address, ConnectOptions.defaults()));
    } catch (SocketException e) {
      assertThat(e).hasMessageContaining("reset");
    }
    return true;
  }

  private static void acceptAndReset(SocketListener listener)
      throws IOException, InterruptedException {
    while (true) {
      try {
        reset(listener.accept());
      } catch (ClosedResourceException e) {
        return;
      }
    }
  }

  @Test
  void connectsThatTimeOutLeaveNothingOpen() throws Exception {
    long before = Descriptors.count();
    int[] connected = {0};
    TaskGroup.run(
        group -> {
          SocketListener listener = listen();
          SocketAddress address = listener.localAddress();
          group.launch("accept", () -> acceptAndReset(listener));
          for (int i = 0; i < ROUNDS; i++) {
            if (CancelScope.moveOnAfter(soon()).call(() -> connectAndReset(address)).isPresent()) {
              connected[0]++;
            }
          }
          assertThat(connectAndReset(address)).isTrue();
          listener.close();
        });
    assertThat(connected[0]).isBetween(1, ROUNDS - 1);
    Descriptors.awaitAtMost(before);
  }

  @Test
  void connectsThatAnotherThreadCancelsLeaveNothingOpen() throws Exception {
    long before = Descriptors.count();
    ScopeGroup connects = new ScopeGroup();
    AtomicBoolean over = new AtomicBoolean();
    TaskGroup.run(
        group -> {
          SocketListener listener = listen();
          SocketAddress address = listener.localAddress();
          group.launch("accept", () -> acceptAndReset(listener));
          group.launch(
              "cancel",
              () -> {
                while (!over.get()) {
                  connects.cancel("at a random point");
                  Selvage.checkpoint();
                }
              });
          for (int i = 0; i < ROUNDS; i++) {
            connects.call(() -> connectAndReset(address));
          }
          over.set(true);
          listener.close();
        });
    Descriptors.awaitAtMost(before);
  }

  @Test
  void cancelledAcceptsLoseNoConnection() throws Exception {
    long before = Descriptors.count();
    Set<String> received = new HashSet<>();
    int[] cancelled = {0};
    TaskGroup.run(
        group -> {
          SocketListener listener = listen();
          SocketAddress address = listener.localAddress();
          Task<?> sending =
              group.launch(
                  "connect",
                  () -> {
                    for (int i = 0; i < CONNECTIONS; i++) {
                      try (SocketStream stream =
                          NETWORK.connect(address, ConnectOptions.defaults())) {
                        stream.sendAll((i + "\n").getBytes(US_ASCII));
                        assertThat(stream.receiveSome()).isEmpty(); // the other end closes first
                      }
                    }
                  });
          while (!sending.isDone() || cancelled[0] < ROUNDS) {
            Optional<SocketStream> accepted =
                CancelScope.moveOnAfter(Duration.ofNanos(random.nextInt(30_000)))
                    .call(listener::accept);
            if (accepted.isEmpty()) {
              cancelled[0]++;
              continue;
            }
            try (SocketStream stream = accepted.get()) {
              received.add(new String(stream.receiveUntil(new byte[] {'\n'}, 10), US_ASCII));
            }
          }
          listener.close();
        });
    assertThat(received).hasSize(CONNECTIONS);
    Descriptors.awaitAtMost(before);
  }
}
