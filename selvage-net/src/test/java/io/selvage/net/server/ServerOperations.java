package io.selvage.net.server;

import static io.selvage.Operation.endless;
import static io.selvage.Operation.waiting;
import static io.selvage.Threads.LONG;
import static io.selvage.net.StreamOperations.made;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selvage.Fixture;
import io.selvage.Operation;
import io.selvage.TaskGroup;
import io.selvage.Threads.Kind;
import io.selvage.Threads.Running;
import io.selvage.function.ThrowingConsumer;
import io.selvage.function.ThrowingRunnable;
import io.selvage.net.BrokenStreamException;
import io.selvage.net.ListenOptions;
import io.selvage.net.SocketListener;
import io.selvage.net.SocketStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;

/** The operations of servers that wait, for the test that cancels all operations. */
public final class ServerOperations {
  private static final ServerOptions<SocketStream> OPTIONS = ServerOptions.defaults();
  private static final String HERE = "127.0.0.1";

  public static final List<Operation> ALL =
      List.of(
          waiting(
              "Server.serve(List, ConnectionHandler)",
              () -> serve(listeners -> Server.serve(listeners, Servers::echo))),
          waiting(
              "Server.serve(List, ServerOptions, ConnectionHandler)",
              () -> serve(listeners -> Server.serve(listeners, OPTIONS, Servers::echo))),
          endless(
              "Server.serveTcp(String, int, ConnectionHandler)",
              () -> serveTcp(() -> Server.serveTcp(HERE, 0, Servers::echo))),
          endless(
              "Server.serveTcp(String, int, ServerOptions, ConnectionHandler)",
              () -> serveTcp(() -> Server.serveTcp(HERE, 0, OPTIONS, Servers::echo))),
          endless(
              "Server.serveUnix(Path, ConnectionHandler)",
              () -> serveUnix(file -> Server.serveUnix(file, Servers::echo))),
          endless(
              "Server.serveUnix(Path, ListenOptions, ServerOptions, ConnectionHandler)",
              () ->
                  serveUnix(
                      file ->
                          Server.serveUnix(
                              file, ListenOptions.defaults(), OPTIONS, Servers::echo))),
          waiting("Server.stop(Duration)", ServerOperations::stop));

  private ServerOperations() {}

  /** A server with one connection, until its listener is closed and the connection has ended. */
  private static Fixture serve(ThrowingConsumer<List<SocketListener>, Exception> serve) {
    SocketListener listener = made(Servers::listenOnce);
    SocketStream client = made(() -> Servers.connect(listener.localAddress()));
    return Fixture.of(
        () -> serve.accept(List.of(listener)),
        () -> {
          listener.close();
          client.closeOutput();
        },
        happened -> {
          hasEnded(client);
          Servers.listenAgain(listener.localAddress());
        },
        client::close);
  }

  private static void hasEnded(SocketStream client) throws IOException, InterruptedException {
    try {
      assertThat(client.receiveSome()).isEmpty();
    } catch (BrokenStreamException e) {
      // it was reset
    }
  }

  private static Fixture serveTcp(ThrowingRunnable<Exception> serve) {
    return Fixture.of(serve, () -> {}, happened -> assertThat(happened).isFalse(), () -> {});
  }

  private static Fixture serveUnix(ThrowingConsumer<Path, Exception> serve) {
    Path folder = made(() -> Files.createTempDirectory("selvage"));
    Path file = folder.resolve("socket");
    return Fixture.of(
        () -> serve.accept(file),
        () -> {},
        happened -> {
          assertThat(happened).isFalse();
          assertThatThrownBy(() -> Servers.NETWORK.connect(file)).isInstanceOf(IOException.class);
        },
        () -> {
          Files.deleteIfExists(file);
          Files.delete(folder);
        });
  }

  /** A stop that waits for one connection. */
  private static Fixture stop() {
    CompletableFuture<Server<SocketStream>> launched = new CompletableFuture<>();
    Running<Void> owner =
        Kind.VIRTUAL.run(
            () ->
                TaskGroup.run(
                    group ->
                        launched.complete(Server.launch(group, Servers.listen(), Servers::echo))));
    Server<SocketStream> server = launched.join();
    SocketStream client = made(() -> Servers.connect(server));
    assertThat(made(() -> Servers.echoes(client))).isTrue();
    AtomicReference<Server.StopReport> report = new AtomicReference<>();
    return Fixture.of(
        () -> report.set(server.stop(LONG)),
        client::closeOutput,
        happened -> {
          assertThat(report.get() != null).isEqualTo(happened);
          Server.StopReport last = server.stop(LONG);
          assertThat(last.ended() + last.cancelled()).isBetween(0L, 1L); // it may end before
          owner.get();
          hasEnded(client);
          Servers.listenAgain(server.localAddresses().getFirst());
        },
        client::close);
  }
}
