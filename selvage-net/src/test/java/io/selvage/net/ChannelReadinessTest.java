package io.selvage.net;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selvage.CancelScope;
import io.selvage.CancelledException;
import io.selvage.ClosedResourceException;
import io.selvage.Loop;
import io.selvage.TaskGroup;
import io.selvage.channel.Channel;
import io.selvage.select.Select;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.Pipe;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Low-level use: the channels of the JDK, and waits for them. */
@Timeout(30)
class ChannelReadinessTest {
  private static final InetSocketAddress ANY =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

  private static SocketChannel accept(ServerSocketChannel listener, ChannelReadiness readiness)
      throws IOException, InterruptedException {
    while (true) {
      SocketChannel accepted = listener.accept();
      if (accepted != null) {
        return accepted;
      }
      readiness.awaitReadable();
    }
  }

  private static int read(SocketChannel channel, ChannelReadiness readiness, ByteBuffer into)
      throws IOException, InterruptedException {
    while (true) {
      int count = channel.read(into);
      if (count != 0) {
        return count;
      }
      readiness.awaitReadable();
    }
  }

  /** A client and a server of channels only: bind, accept, connect, send, receive, shut down. */
  private static void exchange() throws Exception {
    try (ServerSocketChannel listener = ServerSocketChannel.open();
        ChannelReadiness acceptable = ChannelReadiness.of(listener)) {
      listener.bind(ANY, 5);
      SocketAddress address = listener.getLocalAddress();
      TaskGroup.run(
          group -> {
            group.launch(
                "server",
                () -> {
                  SocketChannel accepted = accept(listener, acceptable);
                  try (ChannelReadiness ready = ChannelReadiness.of(accepted)) {
                    ByteBuffer into = ByteBuffer.allocate(10);
                    while (read(accepted, ready, into) >= 0) {
                      assertThat(into.hasRemaining()).isTrue();
                    }
                    assertThat(read(accepted, ready, into)).isEqualTo(-1); // again
                    accepted.write(into.flip());
                  }
                });
            SocketChannel client = SocketChannel.open();
            try (ChannelReadiness ready = ChannelReadiness.of(client)) {
              boolean connected = client.connect(address);
              while (!connected) {
                ready.awaitWritable();
                connected = client.finishConnect();
              }
              assertThat(client.write(ByteBuffer.allocate(0))).isZero();
              assertThat(client.write(ByteBuffer.wrap("abc".getBytes(US_ASCII)))).isEqualTo(3);
              client.shutdownOutput();
              ByteBuffer into = ByteBuffer.allocate(10);
              while (read(client, ready, into) > 0) {
                assertThat(into.hasRemaining()).isTrue();
              }
              assertThat(new String(into.array(), 0, into.position(), US_ASCII)).isEqualTo("abc");
            }
          });
    }
  }

  @Test
  void channelsOfTheJdkCanBeAwaited() throws Exception {
    exchange();
  }

  @Test
  void alsoInALoopAndInAGroupOfOne() throws Exception {
    new Loop().run(ChannelReadinessTest::exchange);
  }

  @Test
  void aConnectThatIsRefusedEndsTheWait() throws Exception {
    SocketAddress nobody;
    try (ServerSocketChannel listener = ServerSocketChannel.open()) {
      nobody = listener.bind(ANY).getLocalAddress();
    }
    SocketChannel client = SocketChannel.open();
    try (ChannelReadiness ready = ChannelReadiness.of(client)) {
      assertThatThrownBy(
              () -> {
                boolean connected = client.connect(nobody);
                while (!connected) {
                  ready.awaitWritable();
                  connected = client.finishConnect();
                }
              })
          .isInstanceOf(ConnectException.class);
    }
  }

  @Test
  void aFullPipeCanBeAwaitedUntilItHasRoom() throws Exception {
    Pipe pipe = Pipe.open();
    try (ChannelReadiness sink = ChannelReadiness.of(pipe.sink());
        ChannelReadiness source = ChannelReadiness.of(pipe.source())) {
      while (pipe.sink().write(ByteBuffer.allocate(65_536)) > 0) {
        // until it is full
      }
      assertThat(CancelScope.moveOnAfter(ofMillis(5)).run(sink::awaitWritable)).isFalse();
      TaskGroup.run(
          group -> {
            group.launch(sink::awaitWritable);
            source.awaitReadable();
            pipe.source().read(ByteBuffer.allocate(1 << 20));
          });
      sink.awaitWritable();
      assertThatThrownBy(sink::awaitReadable)
          .isInstanceOf(UnsupportedOperationException.class)
          .hasMessageContaining("has nothing to read or to accept");
      assertThatThrownBy(sink::onReadable).isInstanceOf(UnsupportedOperationException.class);
      assertThatThrownBy(source::awaitWritable).isInstanceOf(UnsupportedOperationException.class);
      assertThatThrownBy(source::onWritable).isInstanceOf(UnsupportedOperationException.class);
    }
  }

  @Test
  void aChannelIsSelectedBesideOtherOperations() throws Exception {
    Pipe pipe = Pipe.open();
    Channel<String> jobs = Channel.unbounded();
    try (ChannelReadiness source = ChannelReadiness.of(pipe.source());
        ChannelReadiness sink = ChannelReadiness.of(pipe.sink())) {
      jobs.send("job");
      assertThat(
              Select.<String, RuntimeException>first(
                  source.onReadable().call(() -> "readable"), jobs.onReceive()))
          .isEqualTo("job");
      pipe.sink().write(ByteBuffer.allocate(1));
      assertThat(
              Select.<String, RuntimeException>first(
                  source.onReadable().call(() -> "readable"),
                  jobs.onReceive(),
                  Select.after(ofSeconds(20)).call(() -> "late")))
          .isEqualTo("readable");
      assertThat(
              Select.<String, RuntimeException>first(
                  sink.onWritable().call(() -> "writable"),
                  Select.after(ofSeconds(20)).call(() -> "late")))
          .isEqualTo("writable");
      source.close();
      assertThatThrownBy(() -> Select.first(source.onReadable(), jobs.onReceive().call(x -> null)))
          .isInstanceOf(ClosedResourceException.class)
          .hasMessageContaining("was closed");
    }
  }

  @Test
  void aCloseWakesTheThreadsAndClosesTheChannel() throws Exception {
    Pipe pipe = Pipe.open();
    ChannelReadiness source = ChannelReadiness.of(pipe.source());
    try (Pipe.SinkChannel sink = pipe.sink()) {
      TaskGroup.run(
          group -> {
            for (int i = 0; i < 2; i++) {
              group.launch(
                  () ->
                      assertThatThrownBy(source::awaitReadable)
                          .isInstanceOf(ClosedResourceException.class));
            }
            group.launch(
                () ->
                    assertThatThrownBy(() -> Select.first(source.onReadable()))
                        .isInstanceOf(ClosedResourceException.class));
            assertThat(CancelScope.moveOnAfter(ofMillis(5)).run(source::awaitReadable)).isFalse();
            source.close();
          });
      source.close();
      assertThat(pipe.source().isOpen()).isFalse();
      assertThat(sink.isOpen()).isTrue();
      assertThatThrownBy(source::awaitReadable).isInstanceOf(ClosedResourceException.class);
      assertThatThrownBy(() -> ChannelReadiness.of(pipe.source()))
          .isInstanceOf(ClosedChannelException.class);
    }
  }

  @Test
  void aThreadThatIsCancelledDoesNotWait() throws Exception {
    Pipe pipe = Pipe.open();
    try (ChannelReadiness source = ChannelReadiness.of(pipe.source());
        Pipe.SinkChannel sink = pipe.sink()) {
      sink.write(ByteBuffer.allocate(1));
      CancelScope scope = CancelScope.create();
      scope.run(
          () -> {
            scope.cancel("for this test");
            assertThatThrownBy(source::awaitReadable).isInstanceOf(CancelledException.class);
          });
      Thread.currentThread().interrupt();
      assertThatThrownBy(source::awaitReadable).isExactlyInstanceOf(InterruptedException.class);
      assertThat(pipe.source().isOpen()).isTrue();
      source.awaitReadable();
    }
  }

  @Test
  void twoObjectsForOneChannelAreRefused() throws Exception {
    Pipe pipe = Pipe.open();
    try (ChannelReadiness source = ChannelReadiness.of(pipe.source());
        Pipe.SinkChannel sink = pipe.sink()) {
      sink.write(ByteBuffer.allocate(1));
      source.awaitReadable();
      ChannelReadiness second = ChannelReadiness.of(pipe.source());
      assertThatThrownBy(second::awaitReadable)
          .isExactlyInstanceOf(IllegalStateException.class)
          .hasMessageContaining("use one ChannelReadiness for it");
      source.awaitReadable();
    }
  }
}
