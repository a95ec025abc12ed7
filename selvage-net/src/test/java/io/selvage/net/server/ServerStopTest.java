package io.selvage.net.server;

import static io.selvage.net.server.Servers.connect;
import static io.selvage.net.server.Servers.echoes;
import static io.selvage.net.server.Servers.listen;
import static io.selvage.net.server.Servers.listenAgain;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selvage.CancelScope;
import io.selvage.Selvage;
import io.selvage.Task;
import io.selvage.TaskGroup;
import io.selvage.net.SocketStream;
import io.selvage.net.server.Server.StopReport;
import io.selvage.sync.Event;
import java.io.IOException;
import java.net.BindException;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How a server stops. */
@Timeout(60)
class ServerStopTest {

  @Test
  void connectionsThatEndWithinTheGraceAreNotCancelled() throws Exception {
    TaskGroup.run(
        group -> {
          var server = Server.launch(group, listen(), Servers::echo);
          SocketAddress address = server.localAddresses().getFirst();
          try (SocketStream one = connect(server);
              SocketStream two = connect(server)) {
            assertThat(echoes(one)).isTrue();
            assertThat(echoes(two)).isTrue();
            Task<StopReport> stopping = group.fork(() -> server.stop(ofSeconds(30)));
            awaitFree(address); // the listeners are closed first
            assertThat(echoes(one)).isTrue(); // the connections go on
            assertThat(stopping.isDone()).isFalse();
            one.closeOutput();
            two.closeOutput();
            assertThat(stopping.join()).isEqualTo(new StopReport(2, 0));
            assertThat(one.receiveSome()).isEmpty();
          }
          assertThat(server.connections()).isZero();
          assertThat(server.stop(ofSeconds(1))).isEqualTo(new StopReport(2, 0)); // once more
        });
  }

  private static void awaitFree(SocketAddress address) throws Exception {
    while (true) {
      try {
        listenAgain(address);
        return;
      } catch (BindException e) {
        Selvage.sleep(ofMillis(1));
      }
    }
  }

  @Test
  void connectionsThatLastLongerAreCancelled() throws Exception {
    TaskGroup.run(
        group -> {
          var server = Server.launch(group, listen(), Servers::echo);
          try (SocketStream ends = connect(server);
              SocketStream lasts = connect(server);
              SocketStream lastsToo = connect(server)) {
            for (SocketStream stream : new SocketStream[] {ends, lasts, lastsToo}) {
              assertThat(echoes(stream)).isTrue();
            }
            Task<StopReport> stopping = group.fork(() -> server.stop(Duration.ofDays(1)));
            awaitFree(server.localAddresses().getFirst());
            ends.closeOutput();
            assertThat(ends.receiveSome()).isEmpty();
            server.stop(Duration.ZERO); // the grace period is over
            assertThat(stopping.join()).isEqualTo(new StopReport(1, 2));
            assertThat(lasts.receiveSome()).isEmpty();
            assertThat(lastsToo.receiveSome()).isEmpty();
          }
        });
  }

  @Test
  void withoutGraceAllAreCancelledAtOnce() throws Exception {
    TaskGroup.run(
        group -> {
          AtomicInteger cleanedUp = new AtomicInteger();
          var server =
              Server.launch(
                  group,
                  listen(),
                  stream -> {
                    try {
                      Servers.echo(stream);
                    } finally {
                      cleanedUp.incrementAndGet();
                    }
                  });
          SocketAddress address = server.localAddresses().getFirst();
          try (SocketStream one = connect(server)) {
            assertThat(echoes(one)).isTrue();
            assertThat(server.stop(Duration.ZERO)).isEqualTo(new StopReport(0, 1));
            assertThat(cleanedUp).hasValue(1); // the handler has ended
            assertThat(one.receiveSome()).isEmpty();
          }
          listenAgain(address);
        });
  }

  @Test
  void aSecondStopShortensTheGrace() throws Exception {
    TaskGroup.run(
        group -> {
          var server = Server.launch(group, listen(), Servers::echo);
          try (SocketStream one = connect(server)) {
            assertThat(echoes(one)).isTrue();
            Task<StopReport> first = group.fork(() -> server.stop(Duration.ofDays(1)));
            awaitFree(server.localAddresses().getFirst());
            assertThat(server.stop(Duration.ZERO)).isEqualTo(new StopReport(0, 1));
            assertThat(first.join()).isEqualTo(new StopReport(0, 1));
          }
        });
  }

  @Test
  void aStopThatIsCancelledEndsTheGrace() throws Exception {
    TaskGroup.run(
        group -> {
          var server = Server.launch(group, listen(), Servers::echo);
          try (SocketStream one = connect(server)) {
            assertThat(echoes(one)).isTrue();
            assertThat(
                    CancelScope.moveOnAfter(ofMillis(5))
                        .call(() -> server.stop(Duration.ofDays(1))))
                .isEmpty();
            assertThat(one.receiveSome()).isEmpty();
            assertThat(server.stop(Duration.ofDays(1))).isEqualTo(new StopReport(0, 1));
          }
        });
  }

  @Test
  void aHandlerThatCannotBeCancelledAtOnceIsJoined() throws Exception {
    TaskGroup.run(
        group -> {
          Event begun = new Event();
          AtomicInteger left = new AtomicInteger();
          var server =
              Server.launch(
                  group,
                  listen(),
                  stream ->
                      CancelScope.shield(ofSeconds(30))
                          .run(
                              () -> {
                                begun.set();
                                Selvage.sleep(ofMillis(50));
                                left.incrementAndGet();
                              }));
          try (SocketStream one = connect(server)) {
            begun.await();
            server.stop(Duration.ZERO);
            assertThat(left).hasValue(1);
          }
        });
  }

  @Test
  void theEndOfTheGroupEndsTheServer() throws Exception {
    SocketAddress address =
        TaskGroup.call(
            group -> {
              var server = Server.launch(group, listen(), Servers::echo);
              try (SocketStream one = connect(server)) {
                assertThat(echoes(one)).isTrue();
              }
              group.launch(() -> server.stop(Duration.ZERO));
              return server.localAddresses().getFirst();
            });
    listenAgain(address);
  }

  @Test
  void stoppingManyTimesLosesNoConnection() throws Exception {
    for (int i = 0; i < 200; i++) {
      int round = i;
      TaskGroup.run(
          group -> {
            AtomicInteger begun = new AtomicInteger();
            AtomicInteger ended = new AtomicInteger();
            var server =
                Server.launch(
                    group,
                    listen(),
                    stream -> {
                      begun.incrementAndGet();
                      try {
                        Servers.echo(stream);
                      } finally {
                        ended.incrementAndGet();
                      }
                    });
            SocketAddress address = server.localAddresses().getFirst();
            group.launch(
                "connect",
                () -> {
                  for (int k = 0; k < 10; k++) {
                    try (SocketStream stream = connect(address)) {
                      // Linux may forget a connection whose listener is being closed without
                      // telling
                      // this end; it resets this end when something is sent.
                      stream.sendAll(new byte[1]);
                      stream.receiveExactly(1);
                      stream.receiveSome();
                    } catch (IOException e) {
                      return; // the server has stopped
                    }
                  }
                });
            Selvage.sleep(Duration.ofNanos(round * 5_000L));
            StopReport report = server.stop(Duration.ZERO);
            assertThat(ended.get()).isEqualTo(begun.get());
            // The client may connect again before the listeners are closed.
            assertThat(report.ended() + report.cancelled()).isLessThanOrEqualTo(10);
            assertThat(server.connections()).isZero();
            listenAgain(address);
          });
    }
  }

  @Test
  void aNegativeGraceIsRefused() throws Exception {
    TaskGroup.run(
        group -> {
          var server = Server.launch(group, listen(), Servers::echo);
          assertThatThrownBy(() -> server.stop(ofMillis(-1)))
              .isInstanceOf(IllegalArgumentException.class)
              .hasMessageContaining("grace must be >= 0");
          assertThat(server.hasEnded()).isFalse();
          server.stop(ofSeconds(1));
        });
  }
}
