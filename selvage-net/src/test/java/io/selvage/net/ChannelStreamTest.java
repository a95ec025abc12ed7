package io.selvage.net;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.time.Duration.ofMillis;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selvage.CancelScope;
import io.selvage.ClosedResourceException;
import io.selvage.Selvage;
import io.selvage.TaskGroup;
import java.io.EOFException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Streams over real sockets. */
@Timeout(30)
class ChannelStreamTest {
  private SocketStream here;
  private SocketStream there;

  @BeforeEach
  void connect() throws Exception {
    try (ServerSocketChannel listener = ServerSocketChannel.open()) {
      listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      SocketAddress address = listener.getLocalAddress();
      here = ChannelStream.over(SocketChannel.open(address));
      there = ChannelStream.over(listener.accept());
    }
  }

  @AfterEach
  void close() throws Exception {
    here.close();
    there.close();
  }

  @Test
  void aMegabyteArrivesBothWays() throws Exception {
    byte[] sent = new byte[1 << 20];
    new Random(1).nextBytes(sent);
    TaskGroup.run(
        group -> {
          group.launch("send there", () -> there.sendAll(sent));
          group.launch("send", () -> here.sendAll(sent));
          group.launch(
              "receive there", () -> assertThat(there.receiveExactly(sent.length)).isEqualTo(sent));
          assertThat(here.receiveExactly(sent.length)).isEqualTo(sent);
        });
  }

  @Test
  void aReceiveThatTimesOutTakesNothingAndTheConnectionGoesOn() throws Exception {
    for (int i = 0; i < 20; i++) {
      assertThat(CancelScope.moveOnAfter(ofMillis(2)).call(here::receiveSome)).isEmpty();
      there.sendAll(new byte[] {(byte) i});
      assertThat(here.receiveSome()).containsExactly(i);
    }
  }

  @Test
  void aReceiveOfManyBytesThatTimesOutTakesNothing() throws Exception {
    there.sendAll("hello".getBytes(UTF_8));
    assertThat(CancelScope.moveOnAfter(ofMillis(20)).call(() -> here.receiveExactly(6))).isEmpty();
    assertThat(
            CancelScope.moveOnAfter(ofMillis(20))
                .call(() -> here.receiveUntil(new byte[] {'\n'}, 100)))
        .isEmpty();
    there.sendAll(" world\nmore".getBytes(UTF_8));
    assertThat(here.receiveUntil(new byte[] {'\n'}, 100)).asString().isEqualTo("hello world");
    assertThat(here.receiveSome(2)).asString().isEqualTo("mo");
    there.closeOutput();
    assertThat(here.receiveSome()).asString().isEqualTo("re");
    assertThat(here.receiveSome()).isEmpty();
    assertThat(here.receive(ByteBuffer.allocate(1))).isEqualTo(-1);
  }

  @Test
  void anEndBeforeTheLengthIsAnErrorAndTheBytesAreLeft() throws Exception {
    there.sendAll("abc".getBytes(UTF_8));
    there.closeOutput();
    assertThatThrownBy(() -> here.receiveExactly(5))
        .isInstanceOf(EOFException.class)
        .hasMessageContaining("has ended after 3 of 5 bytes");
    assertThatThrownBy(() -> here.receiveUntil(new byte[] {'\n'}, 5))
        .isInstanceOf(EOFException.class)
        .hasMessageContaining("has ended after 3 bytes without the delimiter");
    assertThat(here.receiveSome()).asString().isEqualTo("abc");
  }

  @Test
  void aLineThatIsTooLongIsRefusedAndLeft() throws Exception {
    there.sendAll("abcdef\n".getBytes(UTF_8));
    assertThatThrownBy(() -> here.receiveUntil(new byte[] {'\n'}, 5))
        .isInstanceOf(FrameTooLongException.class)
        .hasMessageContaining("no delimiter within the first 5 bytes");
    assertThat(here.receiveUntil(new byte[] {'\n'}, 6)).asString().isEqualTo("abcdef");
  }

  @Test
  void aSendThatIsCancelledTellsHowMuchItSent() throws Exception {
    ByteBuffer from = ByteBuffer.allocate(1 << 24);
    CancelScope scope = CancelScope.create();
    TaskGroup.run(
        group -> {
          group.launch(
              () -> {
                there.awaitInput();
                scope.cancel();
              });
          assertThat(scope.run(() -> here.sendAll(from))).isFalse();
        });
    int sent = from.position();
    assertThat(sent).isPositive().isLessThan(1 << 24);
    assertThatThrownBy(() -> here.sendAll(new byte[1]))
        .isExactlyInstanceOf(IllegalStateException.class)
        .hasMessageContaining("was cut short after " + sent + " bytes");
    assertThat(here.resumeSending()).isEqualTo(sent);
    assertThat(here.resumeSending()).isZero();
    TaskGroup.run(
        group -> {
          group.launch(
              () -> {
                here.sendAll(from);
                here.closeOutput();
              });
          assertThat(there.receiveExactly(1 << 24)).isEqualTo(from.array());
          assertThat(there.receiveSome()).isEmpty();
        });
  }

  @Test
  void severalBuffersAreSentInTheirOrder() throws Exception {
    ByteBuffer[] parts = new ByteBuffer[40];
    for (int i = 0; i < parts.length; i++) {
      parts[i] = ByteBuffer.wrap(new byte[i % 3]);
      Arrays.fill(parts[i].array(), (byte) i);
    }
    here.sendAll(parts);
    here.closeOutput();
    byte[] all = there.receiveExactly(39);
    assertThat(all).startsWith(1, 2, 2, 4, 5, 5).endsWith(37, 38, 38);
    assertThat(there.receiveSome()).isEmpty();
  }

  @Test
  void aCloseWakesTheReaderAndTheWriter() throws Exception {
    TaskGroup.run(
        group -> {
          group.launch(
              "reader",
              () ->
                  assertThatThrownBy(here::receiveSome)
                      .isInstanceOf(ClosedResourceException.class)
                      .hasMessageContaining("it was closed"));
          group.launch(
              "writer",
              () ->
                  assertThatThrownBy(() -> here.sendAll(new byte[1 << 24]))
                      .isInstanceOf(ClosedResourceException.class));
          Selvage.sleep(ofMillis(20));
          here.close();
        });
    assertThatThrownBy(here::receiveSome).isInstanceOf(ClosedResourceException.class);
    assertThatThrownBy(() -> here.sendAll(new byte[0])).isInstanceOf(ClosedResourceException.class);
    assertThatThrownBy(() -> here.option(StandardSocketOptions.TCP_NODELAY))
        .isInstanceOf(ClosedResourceException.class);
    here.closeOutput();
    here.close();
  }

  @Test
  void aClosedOutputWakesItsWriterAndReceivingGoesOn() throws Exception {
    TaskGroup.run(
        group -> {
          group.launch(
              "writer",
              () ->
                  assertThatThrownBy(() -> here.sendAll(new byte[1 << 24]))
                      .isInstanceOf(ClosedResourceException.class)
                      .hasMessageContaining("its output was closed"));
          Selvage.sleep(ofMillis(20));
          here.closeOutput();
        });
    there.sendAll(new byte[] {1});
    assertThat(here.receiveSome()).containsExactly(1);
  }

  @Test
  void aResetIsAnErrorAndNotAnEnd() throws Exception {
    there.setOption(StandardSocketOptions.SO_LINGER, 0);
    there.close();
    assertThatThrownBy(here::receiveSome)
        .isInstanceOf(BrokenStreamException.class)
        .hasMessageContaining("127.0.0.1");
  }

  @Test
  void anInterruptFromOutsideLeavesTheConnectionWhole() throws Exception {
    Thread.currentThread().interrupt();
    assertThatThrownBy(here::receiveSome).isInstanceOf(InterruptedException.class);
    assertThat(Thread.currentThread().isInterrupted()).isFalse();
    there.sendAll(new byte[] {3});
    assertThat(here.receiveSome()).containsExactly(3);
  }

  @Test
  void itHasAddressesAndOptions() throws Exception {
    assertThat(here.option(StandardSocketOptions.TCP_NODELAY)).isTrue();
    here.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
    assertThat(here.option(StandardSocketOptions.SO_KEEPALIVE)).isTrue();
    assertThat(here.localAddress()).isEqualTo(there.remoteAddress());
    here.close();
    assertThat(here.remoteAddress()).isEqualTo(there.localAddress());
    assertThat(here)
        .hasToString("SocketStream[" + there.remoteAddress() + " to " + there.localAddress() + "]");
  }
}
