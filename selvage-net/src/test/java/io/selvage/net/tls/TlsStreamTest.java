package io.selvage.net.tls;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.time.Duration.ofMillis;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selvage.CancelScope;
import io.selvage.ClosedResourceException;
import io.selvage.Selvage;
import io.selvage.TaskGroup;
import io.selvage.net.BrokenStreamException;
import io.selvage.net.SocketPairs;
import io.selvage.net.SocketStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Encrypted streams over real sockets. */
@Timeout(60)
class TlsStreamTest {

  static byte[] random(int count) {
    byte[] bytes = new byte[count];
    new Random(count).nextBytes(bytes);
    return bytes;
  }

  @ParameterizedTest
  @EnumSource(TlsVersion.class)
  void aMegabyteArrivesBothWaysAtOnce(TlsVersion version) throws Exception {
    byte[] sent = random(1 << 20);
    try (TlsPair pair = TlsPair.connect(version)) {
      assertThat(pair.client().version()).isEqualTo(version);
      TaskGroup.run(
          group -> {
            group.launch("client sends", () -> pair.client().sendAll(sent));
            group.launch("server sends", () -> pair.server().sendAll(sent));
            group.launch(
                "client receives",
                () -> assertThat(pair.client().receiveExactly(sent.length)).isEqualTo(sent));
            assertThat(pair.server().receiveExactly(sent.length)).isEqualTo(sent);
          });
    }
  }

  @ParameterizedTest
  @EnumSource(TlsVersion.class)
  void theFirstOperationDoesTheHandshake(TlsVersion version) throws Exception {
    try (TlsPair pair =
        TlsPair.create(
            TestKeys.client().withVersions(version), TestKeys.server().withVersions(version))) {
      assertThatThrownBy(pair.client()::session)
          .isExactlyInstanceOf(IllegalStateException.class)
          .hasMessageContaining("has had no handshake");
      TaskGroup.run(
          group -> {
            group.launch("client sends", () -> pair.client().sendAll("ping".getBytes(UTF_8)));
            group.launch(
                "client receives",
                () -> assertThat(pair.client().receiveExactly(4)).asString().isEqualTo("pong"));
            assertThat(pair.server().receiveExactly(4)).asString().isEqualTo("ping");
            pair.server().sendAll("pong".getBytes(UTF_8));
          });
      assertThatThrownBy(pair.client()::handshake)
          .isExactlyInstanceOf(IllegalStateException.class)
          .hasMessageContaining("was done before; call handshake() once");
      assertThat(pair.client().session().getCipherSuite())
          .isEqualTo(pair.server().session().getCipherSuite());
    }
  }

  @Test
  void nothingIsSentBeforeTheHandshake() throws Exception {
    List<SocketStream> ends = SocketPairs.connect();
    try (TlsStream client = TestKeys.client().over(ends.get(0), "localhost");
        SocketStream server = ends.get(1)) {
      client.close();
      assertThat(server.receiveSome()).isEmpty();
      assertThatThrownBy(client::handshake).isInstanceOf(ClosedResourceException.class);
      assertThatThrownBy(client::receiveSome).isInstanceOf(ClosedResourceException.class);
      client.closeOutput();
    }
  }

  @ParameterizedTest
  @EnumSource(TlsVersion.class)
  void smallAndLargeBuffersReceiveTheSame(TlsVersion version) throws Exception {
    byte[] sent = random(100_000);
    try (TlsPair pair = TlsPair.connect(version)) {
      TaskGroup.run(
          group -> {
            group.launch(
                () -> {
                  pair.client().sendAll(sent);
                  pair.client().closeOutput();
                });
            ByteBuffer all = ByteBuffer.allocate(sent.length + 1);
            Random random = new Random(3);
            while (true) {
              int size = random.nextBoolean() ? 1 + random.nextInt(50) : random.nextInt(40_000);
              ByteBuffer part = all.slice().limit(Math.min(size, all.remaining()));
              int count = pair.server().receive(part);
              assertThat(part.position()).isEqualTo(Math.max(0, count));
              if (count < 0) {
                break;
              }
              all.position(all.position() + count);
            }
            assertThat(all.position()).isEqualTo(sent.length);
            assertThat(all.limit(sent.length).rewind()).isEqualTo(ByteBuffer.wrap(sent));
          });
    }
  }

  @Test
  void severalBuffersAreSentInTheirOrder() throws Exception {
    byte[] sent = random(70_000);
    ByteBuffer[] parts = new ByteBuffer[60];
    int from = 0;
    for (int i = 0; i < parts.length; i++) {
      int length = i == parts.length - 1 ? sent.length - from : i * 37 % 3_000;
      parts[i] = ByteBuffer.wrap(sent, from, length).asReadOnlyBuffer();
      from += length;
    }
    try (TlsPair pair = TlsPair.connect()) {
      TaskGroup.run(
          group -> {
            group.launch(() -> pair.client().sendAll(parts));
            assertThat(pair.server().receiveExactly(sent.length)).isEqualTo(sent);
          });
      pair.client().sendAll(new byte[0]);
      assertThat(pair.client().sendSome(ByteBuffer.allocate(0))).isZero();
    }
  }

  // ---- the end

  @Test
  void theOutputIsClosedAndReceivingGoesOn() throws Exception {
    try (TlsPair pair = TlsPair.connect(TlsVersion.TLS_1_3)) {
      pair.client().sendAll("last".getBytes(UTF_8));
      pair.client().closeOutput();
      pair.client().closeOutput();
      assertThatThrownBy(() -> pair.client().sendAll(new byte[1]))
          .isInstanceOf(ClosedResourceException.class)
          .hasMessageContaining("its output was closed");
      assertThat(pair.server().receiveExactly(4)).asString().isEqualTo("last");
      assertThat(pair.server().receiveSome()).isEmpty();
      byte[] sent = random(200_000);
      TaskGroup.run(
          group -> {
            group.launch(() -> pair.server().sendAll(sent));
            assertThat(pair.client().receiveExactly(sent.length)).isEqualTo(sent);
          });
      pair.server().closeOutput();
      assertThat(pair.client().receiveSome()).isEmpty();
      assertThat(pair.client().receiveSome()).isEmpty();
    }
  }

  @Test
  void inTls12TheEndOfOneDirectionEndsBoth() throws Exception {
    try (TlsPair pair = TlsPair.connect(TlsVersion.TLS_1_2)) {
      pair.client().closeOutput();
      assertThat(pair.server().receiveSome()).isEmpty();
      assertThatThrownBy(() -> pair.server().sendAll(new byte[10]))
          .isInstanceOf(BrokenStreamException.class)
          .hasMessageContaining("was closed by the other end");
      assertThat(pair.client().receiveSome()).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource(TlsVersion.class)
  void aCloseTellsTheOtherEnd(TlsVersion version) throws Exception {
    try (TlsPair pair = TlsPair.connect(version)) {
      pair.client().sendAll("bye".getBytes(UTF_8));
      pair.client().close();
      assertThat(pair.server().receiveExactly(3)).asString().isEqualTo("bye");
      assertThat(pair.server().receiveSome()).isEmpty();
      assertThatThrownBy(pair.client()::receiveSome).isInstanceOf(ClosedResourceException.class);
      assertThatThrownBy(() -> pair.client().transport().receiveSome())
          .isInstanceOf(ClosedResourceException.class);
    }
  }

  @ParameterizedTest
  @EnumSource(TlsVersion.class)
  void anEndWithoutFarewellIsAFailure(TlsVersion version) throws Exception {
    try (TlsPair pair = TlsPair.connect(version)) {
      pair.client().sendAll("cut".getBytes(UTF_8));
      pair.client().transport().closeOutput();
      assertThat(pair.server().receiveExactly(3)).asString().isEqualTo("cut");
      for (int i = 0; i < 2; i++) {
        assertThatThrownBy(pair.server()::receiveSome)
            .isInstanceOf(BrokenStreamException.class)
            .hasMessageContaining("127.0.0.1")
            .hasMessageContaining("has ended without close_notify");
      }
    }
  }

  @ParameterizedTest
  @EnumSource(TlsVersion.class)
  void anEndWithoutFarewellIsAnEndIfThatIsAllowed(TlsVersion version) throws Exception {
    try (TlsPair pair =
        TlsPair.connect(
            TestKeys.client().withVersions(version), TestKeys.server().withLenientEnd())) {
      pair.client().sendAll("cut".getBytes(UTF_8));
      pair.client().transport().closeOutput();
      assertThat(pair.server().receiveExactly(3)).asString().isEqualTo("cut");
      assertThat(pair.server().receiveSome()).isEmpty();
      assertThat(pair.server().receive(ByteBuffer.allocate(5))).isEqualTo(-1);
      pair.server().sendAll("more".getBytes(UTF_8));
      assertThat(pair.client().receiveExactly(4)).asString().isEqualTo("more");
    }
  }

  @Test
  void anEndInTheMiddleOfARecordIsAFailureAnyway() throws Exception {
    try (TlsPair pair = TlsPair.connect(TestKeys.client(), TestKeys.server().withLenientEnd())) {
      pair.client().transport().sendAll(new byte[] {23, 3, 3, 0, 100, 1, 2, 3});
      pair.client().transport().closeOutput();
      assertThatThrownBy(pair.server()::receiveSome)
          .isInstanceOf(BrokenStreamException.class)
          .hasMessageContaining("has ended without close_notify");
    }
  }

  @Test
  void aRecordThatWasChangedOnTheWayBreaksTheStream() throws Exception {
    try (TlsPair pair = TlsPair.connect()) {
      byte[] forged = new byte[5 + 100];
      forged[0] = 23;
      forged[1] = 3;
      forged[2] = 3;
      forged[4] = 100;
      pair.client().transport().sendAll(forged);
      for (int i = 0; i < 2; i++) {
        assertThatThrownBy(pair.server()::receiveSome)
            .isInstanceOf(BrokenStreamException.class)
            .hasCauseInstanceOf(SSLException.class);
      }
      assertThatThrownBy(() -> pair.server().sendAll(new byte[1]))
          .isInstanceOf(BrokenStreamException.class);
      assertThatThrownBy(pair.client()::receiveSome)
          .isInstanceOf(BrokenStreamException.class)
          .hasMessageContaining("Received fatal alert: bad_record_mac");
    }
  }

  // ---- waiting threads

  @Test
  void aCloseWakesTheReaderAndTheWriter() throws Exception {
    try (TlsPair pair = TlsPair.connect()) {
      TaskGroup.run(
          group -> {
            group.launch(
                "reader",
                () ->
                    assertThatThrownBy(pair.client()::receiveSome)
                        .isInstanceOf(ClosedResourceException.class)
                        .hasMessageContaining("it was closed"));
            group.launch(
                "writer",
                () ->
                    assertThatThrownBy(() -> pair.client().sendAll(new byte[1 << 24]))
                        .isInstanceOf(ClosedResourceException.class));
            Selvage.sleep(ofMillis(30));
            pair.client().close();
          });
    }
  }

  @Test
  void aClosedOutputWakesItsWriterAndTheRecordsAreSentFirst() throws Exception {
    byte[] bytes = random(1 << 25); // more than the sockets take
    ByteBuffer from = ByteBuffer.wrap(bytes);
    try (TlsPair pair = TlsPair.connect()) {
      TaskGroup.run(
          group -> {
            var writer =
                group.fork(
                    "writer",
                    () -> {
                      assertThatThrownBy(() -> pair.client().sendAll(from))
                          .isInstanceOf(ClosedResourceException.class)
                          .hasMessageContaining("its output was closed");
                      return from.position();
                    });
            Selvage.sleep(ofMillis(30));
            group.launch("closer", pair.client()::closeOutput);
            int sent = writer.join(); // although nobody has received anything
            assertThat(pair.server().receiveExactly(sent)).isEqualTo(Arrays.copyOf(bytes, sent));
            assertThat(pair.server().receiveSome()).isEmpty();
          });
    }
  }

  @Test
  void aReceiveThatTimesOutTakesNothing() throws Exception {
    try (TlsPair pair = TlsPair.connect()) {
      for (int i = 0; i < 20; i++) {
        assertThat(CancelScope.moveOnAfter(ofMillis(2)).call(pair.server()::receiveSome)).isEmpty();
        pair.client().sendAll(new byte[] {(byte) i});
        assertThat(pair.server().receiveSome()).containsExactly(i);
      }
    }
  }

  @Test
  void aSendThatIsCancelledTellsWhatTheRecordsHave() throws Exception {
    byte[] bytes = random(1 << 24);
    ByteBuffer from = ByteBuffer.wrap(bytes);
    try (TlsPair pair = TlsPair.connect()) {
      CancelScope scope = CancelScope.create();
      TaskGroup.run(
          group -> {
            group.launch(
                () -> {
                  pair.server().awaitInput();
                  scope.cancel();
                });
            assertThat(scope.run(() -> pair.client().sendAll(from))).isFalse();
          });
      int sent = from.position();
      assertThat(sent).isPositive().isLessThan(1 << 24);
      assertThatThrownBy(() -> pair.client().sendAll(new byte[1]))
          .isExactlyInstanceOf(IllegalStateException.class)
          .hasMessageContaining("was cut short after " + sent + " bytes");
      assertThat(pair.client().resumeSending()).isEqualTo(sent);
      TaskGroup.run(
          group -> {
            group.launch(
                () -> {
                  pair.client().sendAll(from);
                  pair.client().closeOutput();
                });
            assertThat(pair.server().receiveExactly(bytes.length)).isEqualTo(bytes);
            assertThat(pair.server().receiveSome()).isEmpty();
          });
    }
  }

  // ---- new keys

  @Test
  void theKeysAreReplacedDuringTraffic() throws Exception {
    byte[] sent = random(1 << 20);
    try (TlsPair pair = TlsPair.connect(TlsVersion.TLS_1_3)) {
      TaskGroup.run(
          group -> {
            group.launch("client sends", () -> pair.client().sendAll(sent));
            group.launch("server sends", () -> pair.server().sendAll(sent));
            group.launch(
                "key updates",
                () -> {
                  for (int i = 0; i < 20; i++) {
                    pair.client().engine().beginHandshake();
                    pair.server().engine().beginHandshake();
                    Selvage.sleep(ofMillis(1));
                  }
                });
            group.launch(
                "client receives",
                () -> assertThat(pair.client().receiveExactly(sent.length)).isEqualTo(sent));
            assertThat(pair.server().receiveExactly(sent.length)).isEqualTo(sent);
          });
    }
  }

  @Test
  void anAnswerToAKeyUpdateNeedsNoSend() throws Exception {
    try (TlsPair pair = TlsPair.connect(TlsVersion.TLS_1_3)) {
      for (int i = 0; i < 100; i++) {
        pair.client().engine().beginHandshake();
        pair.client().sendAll(new byte[] {1});
        assertThat(pair.server().receiveExactly(1)).containsExactly(1);
      }
      int answers = ((SocketStream) pair.client().transport()).receiveSome().length;
      assertThat(answers).isPositive();
    }
  }

  @Test
  void renegotiationIsRefused() throws Exception {
    try (TlsPair pair = TlsPair.connect(TlsVersion.TLS_1_2)) {
      pair.client().engine().beginHandshake();
      pair.client().sendAll(new byte[1]);
      assertThatThrownBy(() -> pair.server().receiveExactly(2))
          .isInstanceOf(BrokenStreamException.class)
          .hasMessageContaining("the other end wants to renegotiate");
    }
  }
}
