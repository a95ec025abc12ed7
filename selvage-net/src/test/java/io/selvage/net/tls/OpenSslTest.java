package io.selvage.net.tls;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.time.Duration.ofMillis;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selvage.CancelScope;
import io.selvage.Task;
import io.selvage.TaskGroup;
import io.selvage.net.BrokenStreamException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The other end is OpenSSL: {@code openssl s_client} and {@code openssl s_server}. */
@Timeout(60)
class OpenSslTest {
  private static final byte[] LINE = {'\n'};

  private static String option(TlsVersion version) {
    return version == TlsVersion.TLS_1_3 ? "-tls1_3" : "-tls1_2";
  }

  // ---- s_client

  private static Peer client(int port, String... options) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                "openssl",
                "s_client",
                "-connect",
                "127.0.0.1:" + port,
                "-servername",
                "localhost",
                "-CAfile",
                TestKeys.file("ca.pem").toString(),
                "-verify_return_error"));
    command.addAll(List.of(options));
    return Peer.start(command.toArray(String[]::new));
  }

  /** Sends back what comes. Returns the stream after the end. */
  private static TlsStream echo(TlsServer server, TestServer listener) throws Exception {
    TlsStream stream = server.accept(listener.accept());
    try {
      for (byte[] bytes = stream.receiveSome(); bytes.length > 0; bytes = stream.receiveSome()) {
        stream.sendAll(bytes);
      }
      return stream;
    } finally {
      stream.close();
    }
  }

  @ParameterizedTest
  @EnumSource(TlsVersion.class)
  void aClientIsServed(TlsVersion version) throws Exception {
    TlsServer server = TestKeys.server().withApplicationProtocols("h2", "echo");
    try (TestServer listener = new TestServer()) {
      TaskGroup.run(
          group -> {
            Task<TlsStream> served = group.fork(() -> echo(server, listener));
            try (Peer peer = client(listener.port(), option(version), "-alpn", "echo,x")) {
              peer.write("hello\n");
              assertThat(peer.await("hello\n"))
                  .contains("ALPN protocol: echo")
                  .contains("Verify return code: 0 (ok)");
              peer.write("Q\n");
              peer.await("DONE");
            }
            TlsStream stream = served.join(); // a clean end
            assertThat(stream.applicationProtocol()).contains("echo");
            assertThat(stream.serverName()).contains("localhost");
            assertThat(stream.version()).isEqualTo(version);
          });
    }
  }

  @Test
  void aClientReplacesTheKeys() throws Exception {
    try (TestServer listener = new TestServer()) {
      TaskGroup.run(
          group -> {
            Task<TlsStream> served = group.fork(() -> echo(TestKeys.server(), listener));
            try (Peer peer = client(listener.port(), "-tls1_3")) {
              for (int i = 0; i < 3; i++) {
                peer.write("hello " + i + "\n");
                peer.await("hello " + i + "\n");
                peer.write("K\n"); // asks for new keys of the server, too
                peer.await("KEYUPDATE");
                peer.write("more " + i + "\n");
                peer.await("more " + i + "\n");
                peer.write("k\n");
                peer.await("KEYUPDATE");
              }
              peer.write("Q\n");
              peer.await("DONE");
            }
            served.join();
          });
    }
  }

  @Test
  void aClientThatRenegotiatesIsRefused() throws Exception {
    try (TestServer listener = new TestServer()) {
      TaskGroup.run(
          group -> {
            group.launch(
                () ->
                    assertThatThrownBy(() -> echo(TestKeys.server(), listener))
                        .isInstanceOf(BrokenStreamException.class)
                        .hasMessageContaining("the other end wants to renegotiate"));
            try (Peer peer = client(listener.port(), "-tls1_2")) {
              peer.write("hello\n");
              peer.await("hello\n");
              peer.write("R\n");
              peer.await("RENEGOTIATING");
              assertThat(peer.awaitEnd()).doesNotContain("hello");
            }
          });
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aClientThatIsKilledIsAnEndWithoutFarewell(boolean lenient) throws Exception {
    TlsServer server = lenient ? TestKeys.server().withLenientEnd() : TestKeys.server();
    try (TestServer listener = new TestServer()) {
      TaskGroup.run(
          group -> {
            Task<Boolean> served =
                group.fork(
                    () -> {
                      if (lenient) {
                        return !echo(server, listener).toString().isEmpty();
                      }
                      assertThatThrownBy(() -> echo(server, listener))
                          .isInstanceOf(BrokenStreamException.class)
                          .hasMessageContaining("without close_notify");
                      return true;
                    });
            try (Peer peer = client(listener.port())) {
              peer.write("hello\n");
              peer.await("hello\n");
              peer.kill();
              assertThat(served.join()).isTrue();
            }
          });
    }
  }

  @ParameterizedTest
  @EnumSource(TlsVersion.class)
  void aClientShowsItsCertificate(TlsVersion version) throws Exception {
    TlsServer server =
        TestKeys.server()
            .withVersions(version)
            .withClientCertificates(ClientCertificates.NEEDED, TestKeys.CA);
    try (TestServer listener = new TestServer()) {
      TaskGroup.run(
          group -> {
            Task<TlsStream> served = group.fork(() -> echo(server, listener));
            try (Peer peer =
                client(
                    listener.port(),
                    "-cert",
                    TestKeys.file("client.pem").toString(),
                    "-key",
                    TestKeys.file("client.key").toString())) {
              peer.write("hello\n");
              peer.await("hello\n");
              peer.write("Q\n");
              peer.await("DONE");
            }
            assertThat(served.join().peerCertificates())
                .startsWith(TestKeys.keys("client").certificates().getFirst());
            group.launch(
                () ->
                    assertThatThrownBy(() -> echo(server, listener))
                        .isInstanceOf(BrokenStreamException.class));
            try (Peer peer = client(listener.port())) {
              peer.await("alert");
            }
          });
    }
  }

  // ---- s_server

  /** A server, and where it listens. */
  private record Listening(Peer peer, int port) implements AutoCloseable {
    static Listening start(String keys, String... options)
        throws IOException, InterruptedException {
      List<String> command =
          new ArrayList<>(
              List.of(
                  "openssl",
                  "s_server",
                  "-accept",
                  "127.0.0.1:0",
                  "-cert",
                  TestKeys.file(keys + ".pem").toString(),
                  "-cert_chain",
                  TestKeys.file(keys + ".pem").toString(),
                  "-key",
                  TestKeys.file(keys + ".key").toString()));
      command.addAll(List.of(options));
      Peer peer = Peer.start(command.toArray(String[]::new));
      peer.await("ACCEPT 127.0.0.1:");
      return new Listening(peer, Integer.parseInt(peer.await("\n")));
    }

    TlsStream connect(TlsClient client) throws IOException, InterruptedException {
      return client.connect(new LoopbackNetwork(), "localhost", port);
    }

    @Override
    public void close() {
      peer.close();
    }
  }

  @ParameterizedTest
  @EnumSource(TlsVersion.class)
  void aServerAnswers(TlsVersion version) throws Exception {
    TlsClient client = TestKeys.client().withApplicationProtocols("x", "echo");
    try (Listening server =
            Listening.start("chained", option(version), "-alpn", "h2,echo", "-rev");
        TlsStream stream = server.connect(client)) {
      assertThat(stream.applicationProtocol()).contains("echo");
      assertThat(stream.version()).isEqualTo(version);
      for (int i = 0; i < 10; i++) {
        stream.sendAll("hello\n".getBytes(UTF_8));
        assertThat(stream.receiveUntil(LINE, 100)).asString().isEqualTo("olleh");
      }
      stream.closeOutput();
      assertThat(stream.receiveSome()).isEmpty();
    }
  }

  @Test
  void aServerReplacesTheKeysAndEnds() throws Exception {
    try (Listening server = Listening.start("server", "-tls1_3");
        TlsStream stream = server.connect(TestKeys.client())) {
      for (int i = 0; i < 6; i++) {
        server.peer.write(i % 2 == 0 ? "K\n" : "k\n");
        awaitLine(server.peer, stream, "from server " + i);
        stream.sendAll(("from client " + i + "\n").getBytes(UTF_8));
        server.peer.await("from client " + i + "\n");
      }
      stream.closeOutput();
      assertThat(rest(stream)).doesNotContain("from client");
    }
  }

  /** The server forgets a line that it reads together with a command: so it is written again. */
  private static void awaitLine(Peer server, TlsStream stream, String line) throws Exception {
    while (true) {
      server.write(line + "\n");
      Optional<byte[]> received =
          CancelScope.moveOnAfter(ofMillis(300)).call(() -> stream.receiveUntil(LINE, 100));
      if (received.isPresent() && new String(received.get(), UTF_8).equals(line)) {
        return;
      }
    }
  }

  /** Receives until the end. */
  private static String rest(TlsStream stream) throws Exception {
    StringBuilder rest = new StringBuilder();
    for (byte[] some = stream.receiveSome(); some.length > 0; some = stream.receiveSome()) {
      rest.append(new String(some, UTF_8));
    }
    return rest.toString();
  }

  @Test
  void aServerThatIsKilledIsAnEndWithoutFarewell() throws Exception {
    for (boolean lenient : new boolean[] {true, false}) {
      TlsClient client = lenient ? TestKeys.client().withLenientEnd() : TestKeys.client();
      try (Listening server = Listening.start("server");
          TlsStream stream = server.connect(client)) {
        server.peer.write("from server\n");
        assertThat(stream.receiveUntil(LINE, 100)).asString().isEqualTo("from server");
        server.peer.kill();
        if (lenient) {
          assertThat(stream.receiveSome()).isEmpty();
        } else {
          assertThatThrownBy(stream::receiveSome).isInstanceOf(BrokenStreamException.class);
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(TlsVersion.class)
  void aServerAsksForACertificate(TlsVersion version) throws Exception {
    try (Listening server =
        Listening.start(
            "server",
            option(version),
            "-rev",
            "-Verify",
            "1",
            "-verify_return_error",
            "-CAfile",
            TestKeys.file("ca.pem").toString())) {
      TlsClient with = TestKeys.client().withKeys(TestKeys.keys("client"));
      try (TlsStream stream = server.connect(with)) {
        stream.sendAll("hello\n".getBytes(UTF_8));
        assertThat(stream.receiveUntil(LINE, 100)).asString().isEqualTo("olleh");
      }
      assertThatThrownBy(
              () -> {
                try (TlsStream stream = server.connect(TestKeys.client())) {
                  stream.receiveSome();
                }
              })
          .isInstanceOf(BrokenStreamException.class)
          .hasMessageContaining("Received fatal alert");
    }
  }
}
