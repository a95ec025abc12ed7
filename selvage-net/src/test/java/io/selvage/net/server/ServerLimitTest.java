package io.selvage.net.server;

import static io.selvage.net.server.Servers.connect;
import static io.selvage.net.server.Servers.listenOnce;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import io.selvage.CancelScope;
import io.selvage.Task;
import io.selvage.TaskGroup;
import io.selvage.net.SocketListener;
import io.selvage.net.SocketStream;
import java.io.IOException;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The limit of connections. */
@Timeout(60)
class ServerLimitTest {

  private static ServerOptions<SocketStream> limited(int connections) {
    return ServerOptions.defaults().withLimit(connections);
  }

  @Test
  void noConnectionIsAcceptedWhileTheLimitIsReached() throws Exception {
    AtomicInteger accepted = new AtomicInteger();
    SocketListener counting = new CountingListener(listenOnce(), accepted);
    TaskGroup.run(
        group -> {
          var server = Server.launch(group, List.of(counting), limited(2), Servers::echo);
          try (SocketStream one = connect(server);
              SocketStream two = connect(server);
              SocketStream three = connect(server)) {
            assertThat(Servers.echoes(one)).isTrue();
            assertThat(Servers.echoes(two)).isTrue();
            three.sendAll(new byte[] {1});
            assertThat(CancelScope.moveOnAfter(ofMillis(30)).call(() -> three.receiveExactly(1)))
                .isEmpty();
            assertThat(accepted).hasValue(2);
            assertThat(server.connections()).isEqualTo(2);
            one.close();
            assertThat(three.receiveExactly(1)).containsExactly(1);
            assertThat(accepted).hasValue(3);
          }
          server.stop(ofSeconds(30));
        });
  }

  private record CountingListener(SocketListener real, AtomicInteger accepted)
      implements SocketListener {
    @Override
    public SocketStream accept() throws IOException, InterruptedException {
      SocketStream stream = real.accept();
      accepted.incrementAndGet();
      return stream;
    }

    @Override
    public SocketAddress localAddress() {
      return real.localAddress();
    }

    @Override
    public void close() throws IOException {
      real.close();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void theLimitHoldsOverAllListeners(int listeners) throws Exception {
    int limit = 2;
    AtomicInteger now = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    List<SocketListener> all = new ArrayList<>();
    for (int i = 0; i < listeners; i++) {
      all.add(listenOnce());
    }
    TaskGroup.run(
        group -> {
          var server =
              Server.launch(
                  group,
                  all,
                  limited(limit),
                  stream -> {
                    most.accumulateAndGet(now.incrementAndGet(), Math::max);
                    try {
                      Servers.echo(stream);
                    } finally {
                      now.decrementAndGet();
                    }
                  });
          List<Task<?>> clients = new ArrayList<>();
          for (int i = 0; i < 12; i++) {
            SocketAddress address = all.get(i % listeners).localAddress();
            clients.add(
                group.launch(
                    "client " + i,
                    () -> {
                      for (int k = 0; k < 50; k++) {
                        try (SocketStream stream = connect(address)) {
                          assertThat(Servers.echoes(stream)).isTrue();
                          stream.closeOutput();
                          assertThat(stream.receiveSome()).isEmpty();
                        }
                      }
                    }));
          }
          for (Task<?> client : clients) {
            client.join();
          }
          server.stop(ofSeconds(30));
        });
    assertThat(most.get()).isBetween(1, limit);
  }

  @Test
  void aListenerWithoutConnectionsTakesNoPlaceFromTheOthers() throws Exception {
    SocketListener idle = listenOnce();
    SocketListener busy = listenOnce();
    TaskGroup.run(
        group -> {
          var server = Server.launch(group, List.of(idle, busy), limited(1), Servers::echo);
          for (int i = 0; i < 50; i++) {
            SocketListener either = i % 10 == 0 ? idle : busy;
            try (SocketStream stream = connect(either.localAddress())) {
              assertThat(Servers.echoes(stream)).isTrue();
            }
          }
          server.stop(ofSeconds(30));
        });
  }

  @Test
  void aServerAtItsLimitCanBeStopped() throws Exception {
    for (int listeners = 1; listeners <= 2; listeners++) {
      List<SocketListener> all = new ArrayList<>();
      for (int i = 0; i < listeners; i++) {
        all.add(listenOnce());
      }
      TaskGroup.run(
          group -> {
            var server = Server.launch(group, all, limited(1), Servers::echo);
            try (SocketStream one = connect(server);
                SocketStream waiting = connect(server)) {
              assertThat(Servers.echoes(one)).isTrue();
              assertThat(server.stop(Duration.ZERO).cancelled()).isEqualTo(1);
            }
          });
    }
  }
}
