package io.selvage.net;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofNanos;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selvage.CancelScope;
import io.selvage.CancelledException;
import io.selvage.ClosedResourceException;
import io.selvage.Selvage;
import io.selvage.TaskGroup;
import io.selvage.select.Select;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Datagrams over the loopback interface. */
@Timeout(30)
class UdpSocketTest {
  private static final InetSocketAddress ANY =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

  private UdpSocket here;
  private UdpSocket there;

  @BeforeEach
  void open() throws Exception {
    here = UdpSocket.bind(ANY);
    there = UdpSocket.bind(ANY);
  }

  @AfterEach
  void close() throws Exception {
    here.close();
    there.close();
  }

  private void awaitWaiting(int count) throws InterruptedException {
    while (((ChannelUdpSocket) here).waiting() < count) {
      Selvage.checkpoint();
    }
  }

  private void sendHere(String text) throws IOException, InterruptedException {
    there.send(ByteBuffer.wrap(text.getBytes(US_ASCII)), here.localAddress());
  }

  private static String text(Datagram datagram) {
    return new String(datagram.bytes(), US_ASCII);
  }

  @Test
  void aDatagramArrivesWholeWithItsSender() throws Exception {
    assertThat(here.localAddress().getPort()).isPositive();
    sendHere("abc");
    sendHere("");
    sendHere("d");
    Datagram first = here.receive();
    assertThat(text(first)).isEqualTo("abc");
    assertThat(first.remote()).isEqualTo(there.localAddress());
    assertThat(here.receive().bytes()).isEmpty();
    ByteBuffer into = ByteBuffer.allocate(5);
    assertThat(here.receive(into)).isEqualTo(there.localAddress());
    assertThat(into.position()).isEqualTo(1);
    here.send(new Datagram(new byte[] {9}, first.remote()));
    assertThat(there.receive().bytes()).containsExactly(9);
  }

  @Test
  void theLongestDatagramIsNotCut() throws Exception {
    byte[] longest = new byte[65_507];
    new Random(1).nextBytes(longest);
    there.send(new Datagram(longest, here.localAddress()));
    assertThat(here.receive().bytes()).isEqualTo(longest);
    ByteBuffer from = ByteBuffer.allocate(65_508);
    assertThatThrownBy(() -> there.send(from, here.localAddress()))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("cannot send 65508 bytes to " + here.localAddress());
    assertThat(from.position()).isZero();
    assertThatThrownBy(() -> there.send(ByteBuffer.allocate(65_536), here.localAddress()))
        .isInstanceOf(FrameTooLongException.class)
        .hasMessage("a datagram has at most 65535 bytes, this one would have 65536");
  }

  @Test
  void aDatagramWithoutRoomIsLeft() throws Exception {
    sendHere("abc");
    sendHere("d");
    for (int i = 0; i < 3; i++) {
      ByteBuffer into = ByteBuffer.allocate(2);
      assertThatThrownBy(() -> here.receive(into))
          .isInstanceOf(FrameTooLongException.class)
          .hasMessageContaining("Datagram[3 bytes, " + there.localAddress())
          .hasMessageContaining("2 bytes");
      assertThat(into.position()).isZero();
    }
    assertThat(text(here.receive())).isEqualTo("abc");
    assertThat(text(here.receive())).isEqualTo("d");
  }

  @Test
  void aDatagramWithoutRoomWakesAnotherThread() throws Exception {
    TaskGroup.run(
        group -> {
          var first =
              group.launch(
                  () ->
                      assertThatThrownBy(() -> here.receive(ByteBuffer.allocate(1)))
                          .isInstanceOf(FrameTooLongException.class));
          awaitWaiting(1);
          var second = group.fork(() -> text(here.receive()));
          awaitWaiting(2);
          sendHere("abc");
          first.join();
          assertThat(second.join()).isEqualTo("abc");
        });
  }

  /** Also if the other thread is just about to wait. */
  @Test
  void aDatagramWithoutRoomIsNeverForgotten() throws Exception {
    for (int i = 0; i < 1_000; i++) {
      TaskGroup.run(
          group -> {
            var large = group.fork(() -> text(here.receive()));
            var small = group.launch(this::receiveWithoutRoom);
            sendHere("abc");
            assertThat(large.join()).isEqualTo("abc");
            small.cancel(); // waits if the other one was faster
          });
    }
  }

  private void receiveWithoutRoom() throws IOException, InterruptedException {
    try {
      var unused = here.receive(ByteBuffer.allocate(1));
    } catch (FrameTooLongException e) {
      // the datagram is left
    }
  }

  @Test
  void aReceiveThatIsCancelledTakesNothing() throws Exception {
    Random random = new Random(2);
    int received = 0;
    for (int i = 0; i < 300; i++) {
      sendHere("m" + i);
      while (true) {
        var got =
            CancelScope.moveOnAfter(ofNanos(random.nextInt(100_000))).call(() -> here.receive());
        if (got.isPresent()) {
          assertThat(text(got.get())).isEqualTo("m" + i);
          received++;
          break;
        }
      }
      assertThat(here.tryReceive()).isEmpty();
    }
    assertThat(received).isEqualTo(300);
    CancelScope scope = CancelScope.create();
    scope.run(
        () -> {
          sendHere("x");
          scope.cancel("for this test");
          assertThatThrownBy(here::receive).isInstanceOf(CancelledException.class);
          assertThatThrownBy(() -> sendHere("y")).isInstanceOf(CancelledException.class);
          assertThat(here.tryReceive().map(UdpSocketTest::text)).contains("x");
        });
    assertThat(here.tryReceive()).isEmpty();
  }

  @Test
  void eachDatagramGoesToOneOfManyThreads() throws Exception {
    Set<String> got = ConcurrentHashMap.newKeySet();
    TaskGroup.run(
        group -> {
          for (int i = 0; i < 10; i++) {
            group.launch(
                () -> {
                  for (int j = 0; j < 10; j++) {
                    assertThat(got.add(text(here.receive()))).isTrue();
                  }
                });
          }
          for (int i = 0; i < 100; i++) {
            sendHere("m" + i);
            Selvage.checkpoint();
          }
        });
    assertThat(got).hasSize(100);
  }

  @Test
  void aCloseWakesAllThreads() throws Exception {
    TaskGroup.run(
        group -> {
          for (int i = 0; i < 3; i++) {
            group.launch(
                () ->
                    assertThatThrownBy(here::receive)
                        .isInstanceOf(ClosedResourceException.class)
                        .hasMessage(here + " was closed"));
          }
          assertThat(CancelScope.moveOnAfter(ofMillis(5)).call(() -> there.receive())).isEmpty();
          here.close();
        });
    here.close();
    assertThatThrownBy(here::tryReceive).isInstanceOf(ClosedResourceException.class);
    assertThatThrownBy(() -> here.send(ByteBuffer.allocate(1), there.localAddress()))
        .isInstanceOf(ClosedResourceException.class);
    assertThatThrownBy(() -> here.option(StandardSocketOptions.SO_RCVBUF))
        .isInstanceOf(ClosedResourceException.class);
    assertThatThrownBy(() -> here.setOption(StandardSocketOptions.SO_RCVBUF, 1000))
        .isInstanceOf(ClosedResourceException.class);
    assertThatThrownBy(() -> Select.first(here.onReadable()))
        .isInstanceOf(ClosedResourceException.class);
    assertThat(here.localAddress().getPort()).isPositive();
  }

  @Test
  void itIsAClauseOfASelect() throws Exception {
    sendHere("abc");
    assertThat(
            Select.<String, IOException>first(
                here.onReadable().call(() -> text(here.tryReceive().orElseThrow())),
                Select.after(ofSeconds(20)).call(() -> "late")))
        .isEqualTo("abc");
    assertThat(
            Select.<String, IOException>first(
                here.onReadable().call(() -> "early"),
                Select.after(ofMillis(5)).call(() -> "late")))
        .isEqualTo("late");
    sendHere("def");
    assertThatThrownBy(() -> here.receive(ByteBuffer.allocate(1)))
        .isInstanceOf(FrameTooLongException.class);
    assertThat(
            Select.<String, IOException>first(
                here.onReadable().call(() -> text(here.tryReceive().orElseThrow())),
                Select.after(ofSeconds(20)).call(() -> "late")))
        .isEqualTo("def");
  }

  @Test
  void aConnectedSocketKnowsOneOtherEnd() throws Exception {
    try (UdpSocket client = UdpSocket.connect(here.localAddress())) {
      assertThat(client.remoteAddress()).contains(here.localAddress());
      client.send(ByteBuffer.wrap(new byte[] {1}), here.localAddress());
      InetSocketAddress from = here.receive().remote();
      assertThat(from).isEqualTo(client.localAddress());
      there.send(ByteBuffer.wrap(new byte[] {2}), from); // not the one that it knows
      here.send(ByteBuffer.wrap(new byte[] {3}), from);
      assertThat(client.receive().bytes()).containsExactly(3);
      assertThatThrownBy(() -> client.send(ByteBuffer.allocate(1), there.localAddress()))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("to must be " + here.localAddress());
      assertThat(client).hasToString("UdpSocket[" + from + " to " + here.localAddress() + "]");
    }
    assertThat(here.remoteAddress()).isEmpty();
  }

  @Test
  void nobodyAtTheOtherEndIsToldAndTheSocketGoesOn() throws Exception {
    InetSocketAddress nobody = there.localAddress();
    there.close();
    try (UdpSocket client = UdpSocket.connect(nobody)) {
      client.send(ByteBuffer.allocate(1), nobody);
      assertThatThrownBy(client::receive).isInstanceOf(PortUnreachableException.class);
      there = UdpSocket.bind(nobody);
      client.send(ByteBuffer.allocate(1), nobody);
      assertThat(there.receive().bytes()).hasSize(1);
    }
  }

  @Test
  void addressesThatCannotBeUsedAreNamed() throws Exception {
    assertThatThrownBy(() -> UdpSocket.bind(here.localAddress()))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("cannot bind a UDP socket to " + here.localAddress());
    InetSocketAddress unresolved = InetSocketAddress.createUnresolved("example.invalid", 1);
    assertThatThrownBy(() -> UdpSocket.bind(unresolved))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("local must be resolved");
    assertThatThrownBy(() -> UdpSocket.connect(unresolved))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> here.send(ByteBuffer.allocate(1), unresolved))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void itHasOptions() throws Exception {
    here.setOption(StandardSocketOptions.SO_BROADCAST, true);
    assertThat(here.option(StandardSocketOptions.SO_BROADCAST)).isTrue();
    assertThatThrownBy(() -> here.option(StandardSocketOptions.TCP_NODELAY))
        .isInstanceOf(UnsupportedOperationException.class);
  }
}
