package io.selvage.net.tls;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selvage.CancelScope;
import io.selvage.ClosedResourceException;
import io.selvage.Selvage;
import io.selvage.TaskGroup;
import io.selvage.net.BrokenStreamException;
import io.selvage.net.SocketPairs;
import io.selvage.net.SocketStream;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Handshakes: what is agreed on, and what is refused. */
@Timeout(60)
class TlsHandshakeTest {

  /** One byte each way, so that both ends know that the other one is content. */
  private static TlsPair connected(TlsClient client, TlsServer server, String host)
      throws Exception {
    List<SocketStream> ends = SocketPairs.connect();
    TlsPair pair = new TlsPair(client.over(ends.get(0), host), server.over(ends.get(1)));
    TaskGroup.run(
        group -> {
          group.launch(
              () -> {
                assertThat(pair.server().receiveExactly(1)).containsExactly(1);
                pair.server().sendAll(new byte[] {2});
              });
          pair.client().sendAll(new byte[] {1});
          assertThat(pair.client().receiveExactly(1)).containsExactly(2);
        });
    return pair;
  }

  private static TlsPair connected(TlsClient client, TlsServer server) throws Exception {
    return connected(client, server, "localhost");
  }

  /** The client refuses; the server gets an alert. */
  private static void assertClientRefuses(
      TlsClient client, TlsServer server, String host, String text, String alert) throws Exception {
    List<SocketStream> ends = SocketPairs.connect();
    TaskGroup.run(
        group -> {
          group.launch(
              "server",
              () ->
                  assertThatThrownBy(() -> server.accept(ends.get(1)).receiveSome())
                      .isInstanceOf(BrokenStreamException.class)
                      .hasCauseInstanceOf(SSLException.class)
                      .hasMessageContaining("Received fatal alert: " + alert));
          try (TlsStream stream = client.over(ends.get(0), host)) {
            for (int i = 0; i < 2; i++) {
              assertThatThrownBy(stream::handshake)
                  .isInstanceOf(BrokenStreamException.class)
                  .hasCauseInstanceOf(SSLException.class)
                  .hasMessageContaining("TlsStream to " + host)
                  .hasMessageContaining("127.0.0.1")
                  .hasMessageContaining(text);
            }
            assertThatThrownBy(stream::receiveSome).isInstanceOf(BrokenStreamException.class);
            assertThatThrownBy(() -> stream.sendAll(new byte[0]))
                .isInstanceOf(BrokenStreamException.class);
            assertThatThrownBy(stream::closeOutput).isInstanceOf(BrokenStreamException.class);
            assertThatThrownBy(stream::session).isInstanceOf(IllegalStateException.class);
          }
        });
  }

  @Test
  void aWrongHostNameIsRefused() throws Exception {
    assertClientRefuses(
        TestKeys.client(), TestKeys.server(), "other.test", "other.test", "certificate_unknown");
    connected(TestKeys.client().withServerName("server.test"), TestKeys.server(), "other.test")
        .close();
    connected(TestKeys.client().insecurelyWithAnyName(), TestKeys.server(), "other.test").close();
    connected(TestKeys.client(), TestKeys.server(), "127.0.0.1").close();
    connected(TestKeys.client(), TestKeys.server(), "localhost.").close();
    assertClientRefuses(
        TestKeys.client(), TestKeys.server(), "odd_name.test", "odd_name", "certificate_unknown");
  }

  @Test
  void anUnknownAuthorityIsRefused() throws Exception {
    assertClientRefuses(
        TestKeys.client(),
        TlsServer.create(TestKeys.keys("stranger")),
        "localhost",
        "unable to find valid certification path",
        "certificate_unknown");
    assertClientRefuses(
        TlsClient.create(),
        TestKeys.server(),
        "localhost",
        "unable to find valid certification path",
        "certificate_unknown");
    connected(
            TlsClient.create().withTrust(TlsTrust.insecurelyAnybody()),
            TlsServer.create(TestKeys.keys("stranger")),
            "any.host")
        .close();
    connected(
            TlsClient.create().withTrust(TestKeys.trust("other-ca.pem")),
            TlsServer.create(TestKeys.keys("stranger")))
        .close();
  }

  @Test
  void anExpiredCertificateIsRefused() throws Exception {
    assertClientRefuses(
        TestKeys.client(),
        TlsServer.create(TestKeys.keys("expired")),
        "localhost",
        "validity check failed",
        "certificate_");
  }

  // ---- peers that are slow, silent or no peers at all

  @Test
  void aSlowHandshakeMeetsItsLimit() throws Exception {
    List<SocketStream> ends = SocketPairs.connect();
    TlsServer server = TestKeys.server().withHandshakeLimit(ofMillis(60));
    try (SocketStream silent = ends.get(0)) {
      silent.sendAll(new byte[] {22, 3, 1, 1}); // the beginning of a record
      assertThatThrownBy(() -> server.accept(ends.get(1)))
          .isInstanceOf(BrokenStreamException.class)
          .hasMessageContaining("the handshake took longer than PT0.06S");
      assertThatThrownBy(ends.get(1)::receiveSome).isInstanceOf(ClosedResourceException.class);
    }
  }

  @Test
  void theLimitGoesOnWhileAHandshakeIsCancelledAgainAndAgain() throws Exception {
    List<SocketStream> ends = SocketPairs.connect();
    try (SocketStream silent = ends.get(0);
        TlsStream stream = TestKeys.server().withHandshakeLimit(ofMillis(60)).over(ends.get(1))) {
      assertThatThrownBy(
              () -> {
                while (true) {
                  assertThat(CancelScope.moveOnAfter(ofMillis(5)).call(stream::receiveSome))
                      .isEmpty();
                }
              })
          .isInstanceOf(BrokenStreamException.class)
          .hasMessageContaining("the handshake took longer than");
      assertThat(silent.toString()).isNotEmpty();
    }
  }

  @Test
  void beforeTheHandshakeNothingIsAvailable() throws Exception {
    try (TlsPair pair = TlsPair.create(TestKeys.client(), TestKeys.server())) {
      assertThat(pair.client().available()).isZero();
      assertThat(pair.server().available()).isZero();
      TaskGroup.run(
          group -> {
            var server = group.launch(pair.server()::handshake);
            var client = group.launch(pair.client()::handshake);
            while (!server.isDone() || !client.isDone()) {
              assertThat(pair.client().available()).isZero();
              assertThat(pair.server().available()).isZero();
              Selvage.checkpoint();
            }
          });
      pair.client().sendAll(new byte[] {1, 2});
      assertThat(pair.server().receiveExactly(1)).containsExactly(1);
      assertThat(pair.server().available()).isEqualTo(1);
    }
  }

  @Test
  void anOuterLimitEndsAHandshakeToo() throws Exception {
    List<SocketStream> ends = SocketPairs.connect();
    try (SocketStream silent = ends.get(0)) {
      assertThat(
              CancelScope.moveOnAfter(ofMillis(30))
                  .call(() -> TestKeys.server().accept(ends.get(1))))
          .isEmpty();
      assertThat(silent.receiveSome()).isEmpty(); // it was closed
    }
  }

  @Test
  void garbageInsteadOfAHandshakeIsRefusedWithAnAlert() throws Exception {
    List<SocketStream> ends = SocketPairs.connect();
    try (SocketStream other = ends.get(0)) {
      other.sendAll("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(UTF_8));
      assertThatThrownBy(() -> TestKeys.server().accept(ends.get(1)))
          .isInstanceOf(BrokenStreamException.class)
          .hasCauseInstanceOf(SSLException.class)
          .hasMessageContaining("plaintext connection?");
      assertThat(other.receiveExactly(7)).startsWith(21, 3); // a record of an alert
    }
  }

  @Test
  void anEndInTheHandshakeIsAFailure() throws Exception {
    List<SocketStream> ends = SocketPairs.connect();
    ends.get(0).close();
    assertThatThrownBy(() -> TestKeys.server().accept(ends.get(1)))
        .isInstanceOf(BrokenStreamException.class)
        .hasMessageContaining("has ended during the handshake");
  }

  @Test
  void aCloseEndsAHandshake() throws Exception {
    List<SocketStream> ends = SocketPairs.connect();
    try (SocketStream silent = ends.get(0);
        TlsStream stream = TestKeys.server().over(ends.get(1))) {
      TaskGroup.run(
          group -> {
            group.launch(
                "reader",
                () ->
                    assertThatThrownBy(stream::receiveSome)
                        .isInstanceOf(ClosedResourceException.class));
            group.launch(
                "writer",
                () ->
                    assertThatThrownBy(() -> stream.sendAll(new byte[1]))
                        .isInstanceOf(ClosedResourceException.class));
            group.launch(
                "handshake",
                () ->
                    assertThatThrownBy(stream::handshake)
                        .isInstanceOf(ClosedResourceException.class));
            Selvage.sleep(ofMillis(30));
            stream.close();
          });
      assertThat(silent.receiveSome()).isEmpty();
    }
  }

  // ---- what is agreed on

  @Test
  void protocolsAreAgreedOn() throws Exception {
    TlsServer server = TestKeys.server().withApplicationProtocols("h2", "http/1.1");
    try (TlsPair pair =
        connected(TestKeys.client().withApplicationProtocols("spdy", "http/1.1"), server)) {
      assertThat(pair.client().applicationProtocol()).contains("http/1.1");
      assertThat(pair.server().applicationProtocol()).contains("http/1.1");
    }
    try (TlsPair pair = connected(TestKeys.client(), server)) {
      assertThat(pair.client().applicationProtocol()).isEmpty();
      assertThat(pair.server().applicationProtocol()).isEmpty();
    }
    try (TlsPair pair =
        connected(TestKeys.client().withApplicationProtocols("h2"), TestKeys.server())) {
      assertThat(pair.client().applicationProtocol()).isEmpty();
    }
    assertServerRefuses(
        TestKeys.client().withApplicationProtocols("ftp"), server, "no_application_protocol");
  }

  /** The server refuses; the client gets an alert, at the latest from its first receive. */
  private static void assertServerRefuses(TlsClient client, TlsServer server, String alert)
      throws Exception {
    List<SocketStream> ends = SocketPairs.connect();
    TaskGroup.run(
        group -> {
          group.launch(
              "server",
              () ->
                  assertThatThrownBy(() -> server.accept(ends.get(1)))
                      .isInstanceOf(BrokenStreamException.class)
                      .hasCauseInstanceOf(SSLException.class));
          try (TlsStream stream = client.over(ends.get(0), "localhost")) {
            assertThatThrownBy(stream::receiveSome)
                .isInstanceOf(BrokenStreamException.class)
                .hasCauseInstanceOf(SSLException.class)
                .hasMessageContaining("Received fatal alert: " + alert);
          }
        });
  }

  @Test
  void versionsAreAgreedOnOrRefused() throws Exception {
    try (TlsPair pair =
        connected(TestKeys.client().withVersions(TlsVersion.TLS_1_2), TestKeys.server())) {
      assertThat(pair.client().version()).isEqualTo(TlsVersion.TLS_1_2);
      assertThat(pair.server().version()).isEqualTo(TlsVersion.TLS_1_2);
    }
    try (TlsPair pair = connected(TestKeys.client(), TestKeys.server())) {
      assertThat(pair.client().version()).isEqualTo(TlsVersion.TLS_1_3);
    }
    assertServerRefuses(
        TestKeys.client().withVersions(TlsVersion.TLS_1_2),
        TestKeys.server().withVersions(TlsVersion.TLS_1_3),
        "protocol_version");
  }

  @ParameterizedTest
  @EnumSource(TlsVersion.class)
  void certificatesOfClientsAreAskedFor(TlsVersion version) throws Exception {
    TlsKeys keys = TestKeys.keys("client");
    TlsClient without = TestKeys.client().withVersions(version);
    TlsClient with = without.withKeys(keys);
    TlsServer needed =
        TestKeys.server().withClientCertificates(ClientCertificates.NEEDED, TestKeys.CA);
    TlsServer wanted =
        TestKeys.server().withClientCertificates(ClientCertificates.WANTED, TestKeys.CA);
    assertShown(with, needed, keys.certificates());
    assertShown(with, wanted, keys.certificates());
    assertShown(without, wanted, List.of());
    assertShown(with, TestKeys.server(), List.of());
    String missing = version == TlsVersion.TLS_1_3 ? "certificate_required" : "handshake_failure";
    assertServerRefuses(without, needed, missing);
    assertServerRefuses(without.withKeys(TestKeys.keys("stranger")), needed, "certificate_unknown");
  }

  private static void assertShown(
      TlsClient client, TlsServer server, List<X509Certificate> certificates) throws Exception {
    try (TlsPair pair = connected(client, server)) {
      assertThat(pair.server().peerCertificates()).isEqualTo(certificates);
      assertThat(pair.client().peerCertificates()).isEqualTo(TestKeys.SERVER.certificates());
    }
  }

  // ---- names, new certificates, sessions

  @Test
  void theCertificateIsChosenByTheName() throws Exception {
    TlsServer server =
        TestKeys.server()
            .withKeysFor("Second.test", TestKeys.keys("second"))
            .withKeysFor("*.wild.test", TestKeys.keys("wild"));
    assertCertificate(server, "localhost", "server");
    assertCertificate(server, "second.TEST", "second");
    assertCertificate(server, "a.wild.test", "wild");
    assertCertificate(server, "127.0.0.1", "server");
    try (TlsPair pair =
        connected(TestKeys.client().insecurelyWithAnyName(), server, "b.a.wild.test")) {
      assertThat(pair.client().peerCertificates()).isEqualTo(TestKeys.SERVER.certificates());
      assertThat(pair.server().serverName()).contains("b.a.wild.test");
    }
    try (TlsPair pair = connected(TestKeys.client(), server, "127.0.0.1")) {
      assertThat(pair.server().serverName()).isEmpty();
    }
  }

  private static void assertCertificate(TlsServer server, String host, String name)
      throws Exception {
    try (TlsPair pair = connected(TestKeys.client(), server, host)) {
      assertThat(pair.client().peerCertificates()).isEqualTo(TestKeys.keys(name).certificates());
    }
  }

  @Test
  void aNewCertificateIsUsedByTheNextHandshake() throws Exception {
    AtomicReference<TlsKeys> keys = new AtomicReference<>(TestKeys.SERVER);
    TlsServer server = TlsServer.create(keys::get);
    try (TlsPair first = connected(TestKeys.client(), server)) {
      keys.set(TestKeys.keys("rsa"));
      try (TlsPair second = connected(TestKeys.client(), server)) {
        assertThat(first.client().peerCertificates()).isEqualTo(TestKeys.SERVER.certificates());
        assertThat(second.client().peerCertificates()).isEqualTo(keys.get().certificates());
        first.client().sendAll(new byte[] {3});
        assertThat(first.server().receiveSome()).containsExactly(3);
      }
    }
  }

  @Test
  void aSupplierThatFailsLetsOneHandshakeFail() throws Exception {
    AtomicReference<TlsKeys> keys = new AtomicReference<>();
    TlsServer server = TlsServer.create(keys::get);
    assertServerRefuses(TestKeys.client(), server, "");
    keys.set(TestKeys.SERVER);
    connected(TestKeys.client(), server).close();
  }

  @ParameterizedTest
  @EnumSource(TlsVersion.class)
  void aSessionIsResumed(TlsVersion version) throws Exception {
    TlsClient client = TestKeys.client();
    TlsServer server = TestKeys.server().withVersions(version);
    long created;
    try (TestServer listener = new TestServer()) {
      try (TlsPair pair = overNetwork(client, server, listener)) {
        created = pair.client().session().getCreationTime();
      }
      Thread.sleep(2); // a session of its own would have a later time
      for (int i = 0; i < 3; i++) {
        try (TlsPair pair = overNetwork(client.withApplicationProtocols(), server, listener)) {
          assertThat(pair.client().session().getCreationTime()).isEqualTo(created);
          assertThat(pair.client().peerCertificates()).isEqualTo(TestKeys.SERVER.certificates());
        }
      }
      try (TlsPair pair = overNetwork(client.withTrust(TestKeys.CA), server, listener)) {
        assertThat(pair.client().session().getCreationTime()).isNotEqualTo(created);
      }
    }
  }

  /** Sessions are kept for a host and a port, so this needs a real connect. */
  private static TlsPair overNetwork(TlsClient client, TlsServer server, TestServer listener)
      throws Exception {
    return TaskGroup.call(
        group -> {
          var accepted =
              group.fork(
                  () -> {
                    TlsStream stream = server.accept(listener.accept());
                    stream.sendAll(new byte[] {7});
                    return stream;
                  });
          TlsStream stream = client.connect(new LoopbackNetwork(), "localhost", listener.port());
          assertThat(stream.receiveSome()).containsExactly(7);
          return new TlsPair(stream, accepted.join());
        });
  }

  // ---- arguments

  @Test
  void oddArgumentsAreRefused() {
    TlsClient client = TlsClient.create();
    assertThatThrownBy(() -> client.withHandshakeLimit(Duration.ZERO))
        .hasMessageContaining("limit must be more than zero, was PT0S");
    assertThatThrownBy(() -> client.withHandshakeLimit(ofSeconds(-1)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(client::withVersions).hasMessageContaining("versions must not be empty");
    assertThatThrownBy(() -> client.withApplicationProtocols("h2", ""))
        .hasMessageContaining("a protocol must not be empty");
    assertThatThrownBy(() -> client.withApplicationProtocols("x".repeat(256)))
        .hasMessageContaining("must not be longer than 255 bytes, was 256");
    assertThatThrownBy(() -> client.connect(new LoopbackNetwork(), "", 1))
        .hasMessageContaining("host must not be empty");
    assertThatThrownBy(() -> client.connect(new LoopbackNetwork(), "localhost", 65_536))
        .hasMessageContaining("65536");
    assertThatThrownBy(() -> TestKeys.server().withKeysFor("", TestKeys.SERVER))
        .hasMessageContaining("name must not be empty");
  }
}
