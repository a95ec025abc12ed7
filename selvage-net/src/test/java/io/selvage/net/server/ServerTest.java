package io.selvage.net.server;

import static io.selvage.net.server.Servers.connect;
import static io.selvage.net.server.Servers.echoes;
import static io.selvage.net.server.Servers.listen;
import static io.selvage.net.server.Servers.listenAgain;
import static io.selvage.net.server.Servers.listenOnce;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selvage.CancelScope;
import io.selvage.ClosedResourceException;
import io.selvage.Selvage;
import io.selvage.Task;
import io.selvage.TaskCancelledException;
import io.selvage.TaskGroup;
import io.selvage.channel.Channel;
import io.selvage.net.AbstractByteStream;
import io.selvage.net.BrokenStreamException;
import io.selvage.net.ListenOptions;
import io.selvage.net.SocketListener;
import io.selvage.net.SocketStream;
import io.selvage.sync.Event;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Servers over real sockets. */
@Timeout(60)
class ServerTest {
  private final Channel<String> names = Channel.unbounded();
  private final Channel<Throwable> failures = Channel.unbounded();
  private final ServerOptions<SocketStream> options =
      ServerOptions.defaults()
          .withName("test")
          .withUncaughtHandler(
              (name, failure) -> {
                names.trySend(name);
                failures.trySend(failure);
              });

  @Test
  void eachConnectionIsHandledByItsOwnTask() throws Exception {
    TaskGroup.run(
        group -> {
          Channel<String> threads = Channel.unbounded();
          var server =
              Server.launch(
                  group,
                  listen(),
                  options,
                  stream -> {
                    threads.send(Thread.currentThread().getName());
                    Servers.echo(stream);
                  });
          try (SocketStream one = connect(server);
              SocketStream two = connect(server)) {
            assertThat(echoes(two)).isTrue();
            assertThat(echoes(one)).isTrue();
            assertThat(List.of(threads.receive(), threads.receive()))
                .containsExactlyInAnyOrder(nameOf(one), nameOf(two));
            assertThat(server.connections()).isEqualTo(2);
            assertThat(server).asString().startsWith("Server[test at [").contains("2 connections");
          }
          server.stop(ofSeconds(30));
          assertThat(server.hasEnded()).isTrue();
        });
  }

  /** The name of a connection, as its peer knows it. */
  private static String nameOf(SocketStream peer) {
    return "test" + peer.localAddress(); // the text of an address begins with a slash
  }

  @Test
  void aMegabyteComesBack() throws Exception {
    byte[] sent = new byte[1 << 20];
    new Random(3).nextBytes(sent);
    TaskGroup.run(
        group -> {
          var server = Server.launch(group, listen(), Servers::echo);
          try (SocketStream stream = connect(server)) {
            Task<?> sending =
                group.launch(
                    () -> {
                      stream.sendAll(sent);
                      stream.closeOutput();
                    });
            assertThat(stream.receiveExactly(sent.length)).isEqualTo(sent);
            assertThat(stream.receiveSome()).isEmpty();
            sending.join();
          }
          server.stop(ofSeconds(30));
        });
  }

  @Test
  void aFailedHandlerIsReportedWithItsPeerAndTheServerGoesOn() throws Exception {
    IllegalStateException failure = new IllegalStateException("of the handler");
    TaskGroup.run(
        group -> {
          var server =
              Server.launch(
                  group,
                  listen(),
                  options,
                  stream -> {
                    if (stream.receiveSome().length > 0) {
                      throw failure;
                    }
                  });
          for (int i = 0; i < 10; i++) {
            try (SocketStream stream = connect(server)) {
              stream.sendAll(new byte[1]);
              assertThat(stream.receiveSome()).isEmpty(); // it is closed behind its handler
              assertThat(names.receive()).isEqualTo(nameOf(stream));
              assertThat(failures.receive()).isSameAs(failure);
            }
          }
          server.stop(ofSeconds(30));
        });
  }

  @Test
  void anErrorAndABrokenReceiverOfFailuresDoNotStopTheServer() throws Exception {
    TaskGroup.run(
        group -> {
          var server =
              Server.launch(
                  group,
                  listen(),
                  options.withUncaughtHandler(
                      (name, failure) -> {
                        failures.trySend(failure);
                        throw new IllegalStateException("of the receiver; it is logged");
                      }),
                  stream -> {
                    throw new StackOverflowError("of the handler; it is logged");
                  });
          for (int i = 0; i < 2; i++) {
            try (SocketStream stream = connect(server)) {
              assertThat(stream.receiveSome()).isEmpty();
              assertThat(failures.receive()).isInstanceOf(StackOverflowError.class);
            }
          }
          server.stop(ofSeconds(30));
        });
  }

  @Test
  void aPeerThatResetsItsConnectionIsReportedAsBroken() throws Exception {
    TaskGroup.run(
        group -> {
          var server = Server.launch(group, listen(), options, SocketStream::receiveSome);
          SocketStream stream = connect(server);
          stream.setOption(StandardSocketOptions.SO_LINGER, 0);
          stream.close();
          assertThat(failures.receive()).isInstanceOf(BrokenStreamException.class);
          server.stop(ofSeconds(30));
        });
  }

  @Test
  void cancellingTheCallFreesTheAddressAndClosesTheConnections() throws Exception {
    List<SocketListener> listeners = listen();
    SocketAddress address = listeners.getFirst().localAddress();
    TaskGroup.run(
        group -> {
          Task<?> serving = group.launch(() -> Server.serve(listeners, Servers::echo));
          try (SocketStream one = connect(address);
              SocketStream two = connect(address)) {
            assertThat(echoes(one)).isTrue();
            assertThat(echoes(two)).isTrue();
            serving.cancel("enough");
            assertThat(one.receiveSome()).isEmpty();
            assertThat(two.receiveSome()).isEmpty();
            assertThatThrownBy(serving::join).isInstanceOf(TaskCancelledException.class);
            listenAgain(address);
          }
        });
  }

  @Test
  void aTimeLimitEndsTheCall() throws Exception {
    List<SocketListener> listeners = listen();
    SocketAddress address = listeners.getFirst().localAddress();
    assertThatThrownBy(
            () ->
                CancelScope.failAfter(ofMillis(20))
                    .run(() -> Server.serve(listeners, Servers::echo)))
        .isInstanceOf(TimeoutException.class);
    listenAgain(address);
  }

  @Test
  void aCallThatIsCancelledOnEntryClosesItsListeners() throws Exception {
    List<SocketListener> listeners = listen();
    SocketAddress address = listeners.getFirst().localAddress();
    assertThat(
            CancelScope.moveOnAfter(Duration.ZERO)
                .run(() -> Server.serve(listeners, Servers::echo)))
        .isFalse();
    listenAgain(address);
    List<SocketListener> more = listen();
    TaskGroup.run(
        group -> {
          group.cancel();
          var server = Server.launch(group, more, Servers::echo);
          assertThat(server.hasEnded()).isTrue();
          listenAgain(more.getFirst().localAddress());
        });
  }

  @Test
  void aGroupThatHasEndedTakesNoServer() throws Exception {
    TaskGroup ended = TaskGroup.call(group -> group);
    List<SocketListener> listeners = listen();
    assertThatThrownBy(() -> Server.launch(ended, listeners, Servers::echo))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("has ended");
    listenAgain(listeners.getFirst().localAddress());
  }

  @Test
  void aListenerThatFailsEndsTheServerWithItsFailure() throws Exception {
    IOException broken = new IOException("the listener is broken");
    SocketListener good = listenOnce();
    SocketListener bad = new BrokenListener(listenOnce(), broken);
    assertThatThrownBy(() -> Server.serve(List.of(good, bad), Servers::echo)).isSameAs(broken);
    listenAgain(good.localAddress());
    listenAgain(bad.localAddress());
  }

  private record BrokenListener(SocketListener real, IOException failure)
      implements SocketListener {
    @Override
    public SocketStream accept() throws IOException {
      throw failure;
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

  @Test
  void aListenerThatTheProgramClosesEndsByItself() throws Exception {
    SocketListener one = listenOnce();
    SocketListener two = listenOnce();
    TaskGroup.run(
        group -> {
          Task<?> serving = group.launch(() -> Server.serve(List.of(one, two), Servers::echo));
          try (SocketStream stream = connect(one.localAddress())) {
            assertThat(echoes(stream)).isTrue();
            one.close();
            try (SocketStream other = connect(two.localAddress())) {
              assertThat(echoes(other)).isTrue();
            }
            two.close();
            assertThat(echoes(stream)).isTrue(); // connections go on
          }
          serving.join(); // and the call returns behind them
        });
    assertThatThrownBy(one::accept).isInstanceOf(ClosedResourceException.class);
  }

  @Test
  void aServerNeedsAListener() {
    assertThatThrownBy(() -> Server.serve(List.of(), Servers::echo))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("listeners must not be empty");
    assertThatThrownBy(() -> options.withLimit(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("limit of connections must be >= 1, was 0");
    assertThatThrownBy(() -> options.withHandshakeTimeout(ofSeconds(-1)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> options.withName("")).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aUnixSocketIsServedInOneCall(@TempDir Path folder) throws Exception {
    Path path = folder.resolve("s");
    TaskGroup.run(
        group -> {
          Task<?> serving =
              group.launch(
                  () ->
                      Server.serveUnix(
                          path,
                          ListenOptions.defaults()
                              .withMode(PosixFilePermissions.fromString("rw-------")),
                          options,
                          Servers::echo));
          while (!Files.exists(path)) {
            Selvage.sleep(ofMillis(1));
          }
          try (SocketStream stream = connectWhenItListens(path)) {
            assertThat(echoes(stream)).isTrue();
          }
          serving.cancel();
        });
    assertThat(path).exists();
    assertThat(Files.getPosixFilePermissions(path))
        .isEqualTo(PosixFilePermissions.fromString("rw-------"));
  }

  @Test
  void aTcpAddressIsServedInOneCall() throws Exception {
    SocketListener first = listenOnce();
    int port = ((InetSocketAddress) first.localAddress()).getPort();
    first.close(); // the port is free; few others take a port by chance
    TaskGroup.run(
        group -> {
          Task<?> serving =
              group.launch(() -> Server.serveTcp("127.0.0.1", port, options, Servers::echo));
          while (!serving.isDone()) {
            try (SocketStream stream = Servers.NETWORK.connect("127.0.0.1", port)) {
              assertThat(echoes(stream)).isTrue();
              serving.cancel();
              return;
            } catch (ConnectException e) {
              Selvage.sleep(ofMillis(1)); // it does not listen yet
            }
          }
          throw new AssertionError("it does not serve");
        });
    listenAgain(first.localAddress());
  }

  private static SocketStream connectWhenItListens(Path path) throws Exception {
    while (true) {
      try {
        return Servers.NETWORK.connect(path);
      } catch (ConnectException e) {
        Selvage.sleep(ofMillis(1)); // the file is there, and no one listens yet
      }
    }
  }

  // ---- wrappers

  @Test
  void aWrapperRunsInTheTaskOfItsConnection() throws Exception {
    TaskGroup.run(
        group -> {
          var server =
              Server.launch(
                  group,
                  listen(),
                  options
                      .withWrapper(
                          accepted -> {
                            byte[] first = accepted.receiveExactly(1);
                            if (first[0] != 'h') {
                              throw new IOException("garbage: " + first[0]);
                            }
                            return accepted;
                          })
                      .withHandshakeTimeout(ofSeconds(30)),
                  Servers::echo);
          try (SocketStream silent = connect(server);
              SocketStream garbage = connect(server);
              SocketStream good = connect(server)) {
            good.sendAll(new byte[] {'h'});
            assertThat(echoes(good)).isTrue(); // although the others have not said anything
            garbage.sendAll(new byte[] {'x'});
            assertThat(garbage.receiveSome()).isEmpty();
            assertThat(failures.receive())
                .isInstanceOf(IOException.class)
                .hasMessage("the handshake failed: garbage: 120");
            assertThat(names.receive()).isEqualTo(nameOf(garbage));
            assertThat(server.stop(Duration.ZERO).cancelled()).isEqualTo(2);
            assertThat(silent.receiveSome()).isEmpty();
          }
        });
  }

  @Test
  void aHandshakeThatTakesTooLongIsEnded() throws Exception {
    TaskGroup.run(
        group -> {
          var server =
              Server.launch(
                  group,
                  listen(),
                  options
                      .withWrapper(
                          accepted -> {
                            accepted.receiveExactly(1);
                            return accepted;
                          })
                      .withHandshakeTimeout(ofMillis(20)),
                  Servers::echo);
          try (SocketStream silent = connect(server)) {
            assertThat(silent.receiveSome()).isEmpty();
            assertThat(failures.receive())
                .hasMessageContaining("the handshake failed: operation timed out")
                .hasCauseInstanceOf(TimeoutException.class);
          }
          server.stop(ofSeconds(30));
        });
  }

  @Test
  void theStreamOfAWrapperIsClosedBehindItsHandler() throws Exception {
    Event closed = new Event();
    final class Wrapped extends AbstractByteStream {
      private final SocketStream inner;

      Wrapped(SocketStream inner) {
        this.inner = inner;
      }

      @Override
      protected int tryReceive(ByteBuffer into) {
        return -1;
      }

      @Override
      protected void awaitReceivable() {}

      @Override
      protected void sendNext(ByteBuffer[] from, int first)
          throws IOException, InterruptedException {
        inner.sendSome(from[first]);
      }

      @Override
      protected void endOutput() {}

      @Override
      protected void release() {
        closed.set(); // and leaves the socket to the server
      }
    }
    TaskGroup.run(
        group -> {
          var server =
              Server.launch(
                  group,
                  listen(),
                  options.withWrapper(Wrapped::new),
                  (Wrapped stream) -> stream.sendAll(new byte[] {1}));
          try (SocketStream stream = connect(server)) {
            assertThat(stream.receiveExactly(1)).containsExactly(1);
            assertThat(stream.receiveSome()).isEmpty();
          }
          closed.await();
          server.stop(ofSeconds(30));
        });
  }
}
