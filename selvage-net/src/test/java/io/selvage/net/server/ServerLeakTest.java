package io.selvage.net.server;

import static io.selvage.net.server.Servers.connect;
import static io.selvage.net.server.Servers.echoes;
import static io.selvage.net.server.Servers.listen;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import io.selvage.Selvage;
import io.selvage.Task;
import io.selvage.TaskGroup;
import io.selvage.net.Descriptors;
import io.selvage.net.SocketStream;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Peers that misbehave cost nothing after they are gone, and do not disturb the others. */
@Timeout(120)
class ServerLeakTest {
  private static final int DROPPED = 10_000;
  private static final int CLIENTS = 8;

  @Test
  void tenThousandConnectionsThatAreOpenedAndDroppedLeaveNothing() throws Exception {
    long before = Descriptors.count();
    TaskGroup.run(
        group -> {
          AtomicInteger broken = new AtomicInteger();
          var server =
              Server.launch(
                  group,
                  listen(),
                  ServerOptions.defaults()
                      .withUncaughtHandler((name, failure) -> broken.incrementAndGet()),
                  Servers::echo);
          SocketAddress address = server.localAddresses().getFirst();
          try (SocketStream served = connect(server)) {
            List<Task<?>> clients = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
              clients.add(
                  group.launch(
                      "client " + i,
                      () -> {
                        for (int k = 0; k < DROPPED / CLIENTS; k++) {
                          drop(connect(address));
                        }
                      }));
            }
            while (!clients.stream().allMatch(Task::isDone)) {
              assertThat(echoes(served)).isTrue();
            }
            while (server.connections() > 1) {
              Selvage.sleep(Duration.ofMillis(1));
            }
            assertThat(echoes(served)).isTrue();
            Descriptors.awaitAtMost(before + 3); // the listener, and both ends of this connection
          }
          server.stop(ofSeconds(30));
        });
    Descriptors.awaitAtMost(before);
  }

  /** Closes a connection by a reset, so that no port is kept for it. */
  private static void drop(SocketStream stream) throws Exception {
    stream.setOption(StandardSocketOptions.SO_LINGER, 0);
    stream.close();
  }

  @Test
  void peersThatNeverCloseAreClosedByTheStop() throws Exception {
    long before = Descriptors.count();
    TaskGroup.run(
        group -> {
          var server = Server.launch(group, listen(), Servers::echo);
          List<SocketStream> silent = new ArrayList<>();
          for (int i = 0; i < 200; i++) {
            silent.add(connect(server));
            assertThat(echoes(silent.getLast())).isTrue();
          }
          assertThat(server.stop(Duration.ofMillis(20)))
              .isEqualTo(new Server.StopReport(0, silent.size()));
          for (SocketStream stream : silent) {
            assertThat(stream.receiveSome()).isEmpty();
            stream.close();
          }
        });
    Descriptors.awaitAtMost(before);
  }

  @Test
  void aPeerThatNeverReadsStopsOnlyItsOwnHandler() throws Exception {
    TaskGroup.run(
        group -> {
          var server = Server.launch(group, listen(), stream -> stream.sendAll(new byte[1 << 24]));
          try (SocketStream lazy = connect(server);
              SocketStream eager = connect(server)) {
            assertThat(eager.receiveExactly(1 << 24)).hasSize(1 << 24);
            assertThat(server.stop(Duration.ZERO).cancelled()).isEqualTo(1);
            assertThat(lazy.remoteAddress()).isEqualTo(server.localAddresses().getFirst());
          }
        });
  }
}
