package io.selvage.net.tls;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selvage.TaskGroup;
import io.selvage.net.BrokenStreamException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Locale;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The other end is curl, the HTTP client of the JDK, or Python. */
@Timeout(60)
class OtherPeersTest {
  private static final byte[] END_OF_HEAD = {'\r', '\n', '\r', '\n'};

  /** Answers one request. */
  private static void answerHttp(TlsServer server, TestServer listener) throws Exception {
    try (TlsStream stream =
        server.withApplicationProtocols("http/1.1").accept(listener.accept())) {
      String request = new String(stream.receiveUntil(END_OF_HEAD, 10_000), US_ASCII);
      String body = request.lines().findFirst().orElseThrow() + " over " + stream.version();
      stream.sendAll(
          ("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: "
                  + body.length()
                  + "\r\n\r\n"
                  + body)
              .getBytes(US_ASCII));
      stream.closeOutput();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"1.2", "1.3"})
  void curlGetsAPage(String version) throws Exception {
    try (TestServer listener = new TestServer()) {
      TaskGroup.run(
          group -> {
            group.launch("server", () -> answerHttp(TestKeys.server(), listener));
            try (Peer curl =
                Peer.start(
                    "curl",
                    "--silent",
                    "--show-error",
                    "--noproxy",
                    "*",
                    "--tls-max",
                    version,
                    "--cacert",
                    TestKeys.file("ca.pem").toString(),
                    "https://127.0.0.1:" + listener.port() + "/page")) {
              assertThat(curl.awaitEnd())
                  .isEqualTo("GET /page HTTP/1.1 over TLS_" + version.replace('.', '_'));
              assertThat(curl.exitValue()).isZero();
            }
          });
    }
  }

  @Test
  void curlRefusesAnUnknownAuthority() throws Exception {
    try (TestServer listener = new TestServer()) {
      TaskGroup.run(
          group -> {
            group.launch(
                "server",
                () ->
                    assertThatThrownBy(() -> answerHttp(TestKeys.server(), listener))
                        .isInstanceOf(BrokenStreamException.class)
                        .hasMessageContaining("unknown_ca"));
            try (Peer curl =
                Peer.start(
                    "curl",
                    "--silent",
                    "--show-error",
                    "--noproxy",
                    "*",
                    "--cacert",
                    TestKeys.file("other-ca.pem").toString(),
                    "https://127.0.0.1:" + listener.port() + "/page")) {
              assertThat(curl.awaitEnd()).contains("SSL certificate problem");
            }
          });
    }
  }

  @ParameterizedTest
  @EnumSource(TlsVersion.class)
  void theHttpClientOfTheJdkGetsAPage(TlsVersion version) throws Exception {
    SSLContext trusting = TlsContexts.of(null, TestKeys.CA);
    try (TestServer listener = new TestServer();
        HttpClient client = HttpClient.newBuilder().sslContext(trusting).build()) {
      TaskGroup.run(
          group -> {
            group.launch(
                "server", () -> answerHttp(TestKeys.server().withVersions(version), listener));
            HttpRequest request =
                HttpRequest.newBuilder(
                        URI.create("https://127.0.0.1:" + listener.port() + "/page"))
                    .build();
            assertThat(client.send(request, HttpResponse.BodyHandlers.ofString()).body())
                .isEqualTo("GET /page HTTP/1.1 over " + version);
          });
    }
  }

  // ---- Python

  private static final String SERVER =
      """
      import socket, ssl, sys
      context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
      context.load_cert_chain(sys.argv[1], sys.argv[2])
      context.maximum_version = ssl.TLSVersion[sys.argv[3]]
      listener = socket.create_server(("127.0.0.1", 0))
      print("port", listener.getsockname()[1], flush=True)
      plain, _ = listener.accept()
      stream = context.wrap_socket(plain, server_side=True, suppress_ragged_eofs=False)
      rest = 1 << 20
      while rest > 0:
          some = stream.recv(65536)
          stream.sendall(some)
          rest -= len(some)
      stream.unwrap()
      print("clean", flush=True)
      """;

  private static final String CLIENT =
      """
      import socket, ssl, sys
      context = ssl.create_default_context(cafile=sys.argv[1])
      context.maximum_version = ssl.TLSVersion[sys.argv[3]]
      plain = socket.create_connection(("127.0.0.1", int(sys.argv[2])))
      stream = context.wrap_socket(plain, server_hostname="localhost", suppress_ragged_eofs=False)
      for i in range(100):
          text = bytes([i]) * 10000
          stream.sendall(text)
          got = b""
          while len(got) < len(text):
              got += stream.recv(65536)
          assert got == text
      version = stream.version()
      stream.unwrap()
      print("clean", version, flush=True)
      """;

  @ParameterizedTest
  @EnumSource(TlsVersion.class)
  void aServerInPythonSendsAMegabyteBack(TlsVersion version) throws Exception {
    byte[] sent = TlsStreamTest.random(1 << 20);
    try (Peer python =
        Peer.start(
            "python3",
            "-c",
            SERVER,
            TestKeys.file("server.pem").toString(),
            TestKeys.file("server.key").toString(),
            pythonName(version))) {
      python.await("port ");
      int port = Integer.parseInt(python.await("\n"));
      try (TlsStream stream =
          TestKeys.client().connect(new LoopbackNetwork(), "localhost", port)) {
        assertThat(stream.version()).isEqualTo(version);
        TaskGroup.run(
            group -> {
              group.launch(() -> stream.sendAll(sent));
              assertThat(stream.receiveExactly(sent.length)).isEqualTo(sent);
            });
        assertThat(stream.receiveSome()).isEmpty(); // unwrap waits for our farewell
        stream.closeOutput();
        python.await("clean");
      }
    }
  }

  @ParameterizedTest
  @EnumSource(TlsVersion.class)
  void aClientInPythonIsServed(TlsVersion version) throws Exception {
    try (TestServer listener = new TestServer()) {
      TaskGroup.run(
          group -> {
            group.launch(
                "server",
                () -> {
                  try (TlsStream stream = TestKeys.server().accept(listener.accept())) {
                    for (byte[] some = stream.receiveSome();
                        some.length > 0;
                        some = stream.receiveSome()) {
                      stream.sendAll(some);
                    }
                    stream.closeOutput();
                  }
                });
            try (Peer python =
                Peer.start(
                    "python3",
                    "-c",
                    CLIENT,
                    TestKeys.file("ca.pem").toString(),
                    String.valueOf(listener.port()),
                    pythonName(version))) {
              assertThat(python.awaitEnd()).isEqualTo("clean " + version.jdkName() + "\n");
            }
          });
    }
  }

  private static String pythonName(TlsVersion version) {
    return version.name().replace("TLS_", "TLSv").toUpperCase(Locale.ROOT).replace("TLSV", "TLSv");
  }
}
