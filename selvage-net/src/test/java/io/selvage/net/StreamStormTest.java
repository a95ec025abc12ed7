package io.selvage.net;

import static java.time.Duration.ofNanos;
import static org.assertj.core.api.Assertions.assertThat;

import io.selvage.CancelScope;
import io.selvage.ClosedResourceException;
import io.selvage.Selvage;
import io.selvage.TaskGroup;
import io.selvage.channel.Channel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Operations over real sockets that are cancelled at random points: no byte is lost or doubled. */
@Timeout(60)
class StreamStormTest {
  private static final int CANCELS = 10_000;

  /** What ends the operations. */
  enum How {
    BY_ANOTHER_THREAD,
    BY_DEADLINE
  }

  private SocketStream here;
  private SocketStream there;

  @BeforeEach
  void connect() throws Exception {
    try (ServerSocketChannel listener = ServerSocketChannel.open()) {
      listener.setOption(StandardSocketOptions.SO_RCVBUF, 16_384);
      listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      SocketChannel connecting = SocketChannel.open();
      connecting.setOption(StandardSocketOptions.SO_SNDBUF, 16_384);
      connecting.connect(listener.getLocalAddress());
      here = ChannelStream.over(connecting);
      there = ChannelStream.over(listener.accept());
    }
  }

  @AfterEach
  void close() throws Exception {
    here.close();
    there.close();
  }

  /** One round of an operation. */
  private interface Round {
    void run() throws IOException, InterruptedException;
  }

  /** Runs rounds, each of which is cancelled at a random point, until enough were. */
  private static void storm(How how, long seed, Round round) throws Exception {
    Random random = new Random(seed);
    if (how == How.BY_DEADLINE) {
      for (int cancelled = 0; cancelled < CANCELS; ) {
        boolean done = CancelScope.moveOnAfter(ofNanos(random.nextInt(100_000))).run(round::run);
        cancelled += done ? 0 : 1;
      }
      return;
    }
    Channel<CancelScope> scopes = Channel.rendezvous();
    TaskGroup.run(
        group -> {
          var canceller =
              group.launch(
                  "canceller",
                  () -> {
                    Random pauses = new Random(seed + 1);
                    while (true) {
                      CancelScope scope = scopes.receive();
                      for (int i = pauses.nextInt(3_000); i > 0; i--) {
                        Thread.onSpinWait();
                      }
                      scope.cancel("storm");
                    }
                  });
          for (int cancelled = 0; cancelled < CANCELS; ) {
            CancelScope scope = CancelScope.create();
            scopes.send(scope);
            cancelled += scope.run(round::run) ? 0 : 1;
          }
          canceller.cancel("enough");
        });
  }

  /** The bytes of the test, in their order. */
  private static final class Sequence {
    private long next;

    byte[] take(int count) {
      byte[] bytes = new byte[count];
      for (int i = 0; i < count; i++) {
        bytes[i] = value();
      }
      return bytes;
    }

    private byte value() {
      long index = next++;
      return (byte) (index * 31 + (index >> 8) * 7);
    }

    void check(byte[] bytes) {
      for (byte value : bytes) {
        long index = next;
        if (value != value()) {
          throw new AssertionError("byte " + index + " is wrong: lost or doubled");
        }
      }
    }
  }

  private static final class SizeFrame implements FrameDecoder<byte[]> {
    private final int size;

    SizeFrame(int size) {
      this.size = size;
    }

    @Override
    public int length(ByteBuffer arrived, int seen, boolean ended) {
      return arrived.remaining() < 2 ? 0 : size;
    }

    @Override
    public byte[] decode(ByteBuffer frame) {
      byte[] bytes = new byte[frame.remaining()];
      frame.get(bytes);
      return bytes;
    }
  }

  @ParameterizedTest
  @EnumSource
  void receivesThatAreCancelledTakeAllOrNothing(How how) throws Exception {
    Sequence sent = new Sequence();
    Sequence received = new Sequence();
    Random sizes = new Random(1);
    TaskGroup.run(
        group -> {
          var sender =
              group.launch(
                  "sender",
                  () -> {
                    Random random = new Random(2);
                    while (true) {
                      there.sendAll(sent.take(1 + random.nextInt(2_000)));
                      Selvage.sleep(ofNanos(random.nextInt(200_000)));
                    }
                  });
          storm(how, 3, () -> receiveSomehow(sizes, received));
          sender.cancel("enough");
          group.launch(
              "the rest",
              () -> {
                there.resumeSending();
                there.closeOutput();
              });
          for (byte[] rest = here.receiveSome(); rest.length > 0; rest = here.receiveSome()) {
            received.check(rest);
          }
        });
    assertThat(received.next).isPositive().isLessThanOrEqualTo(sent.next);
  }

  private void receiveSomehow(Random sizes, Sequence received)
      throws IOException, InterruptedException {
    switch (sizes.nextInt(5)) {
      case 0 -> received.check(here.receiveSome(1 + sizes.nextInt(3_000)));
      case 1 -> received.check(here.receiveExactly(sizes.nextInt(3_000)));
      case 2 -> {
        here.awaitInput();
        assertThat(here.available()).isPositive();
      }
      case 3 -> {
        ByteBuffer into = ByteBuffer.allocate(1 + sizes.nextInt(3_000));
        int count;
        try {
          count = here.receive(into);
        } finally {
          byte[] bytes = new byte[into.position()]; // none, if it was cancelled
          into.flip().get(bytes);
          received.check(bytes);
        }
        assertThat(count).isEqualTo(into.limit());
      }
      default ->
          received.check(
              here.receiveFrame(new SizeFrame(2 + sizes.nextInt(3_000))).orElseThrow());
    }
  }

  @ParameterizedTest
  @EnumSource
  void sendsThatAreCancelledTellWhatTheySent(How how) throws Exception {
    Sequence sent = new Sequence();
    Sequence received = new Sequence();
    Random sizes = new Random(4);
    TaskGroup.run(
        group -> {
          var receiver =
              group.launch(
                  "receiver",
                  () -> {
                    Random random = new Random(5);
                    byte[] some = there.receiveSome(1 + random.nextInt(20_000));
                    while (some.length > 0) {
                      received.check(some);
                      Selvage.sleep(ofNanos(random.nextInt(300_000)));
                      some = there.receiveSome(1 + random.nextInt(20_000));
                    }
                  });
          ByteBuffer[] rest = new ByteBuffer[1 + sizes.nextInt(3)];
          fill(rest, sizes, sent);
          storm(how, 6, () -> sendSomehow(rest, sizes, sent));
          here.sendAll(rest);
          here.closeOutput();
          receiver.join();
        });
    assertThat(received.next).isEqualTo(sent.next);
  }

  /** Goes on with the rest of the last send, or takes new bytes. */
  private void sendSomehow(ByteBuffer[] rest, Random sizes, Sequence sent)
      throws IOException, InterruptedException {
    long before = remaining(rest);
    if (before == 0) {
      fill(rest, sizes, sent);
      before = remaining(rest);
    }
    boolean all = false;
    try {
      if (sizes.nextInt(4) == 0) {
        here.sendSome(rest[0]);
      } else {
        here.sendAll(rest);
      }
      all = true;
    } finally {
      long moved = before - remaining(rest);
      long cut = here.resumeSending();
      assertThat(cut).isEqualTo(all ? 0 : moved);
    }
  }

  private static void fill(ByteBuffer[] rest, Random sizes, Sequence sent) {
    for (int i = 0; i < rest.length; i++) {
      rest[i] = ByteBuffer.wrap(sent.take(sizes.nextInt(60_000)));
    }
  }

  private static long remaining(ByteBuffer[] buffers) {
    long count = 0;
    for (ByteBuffer buffer : buffers) {
      count += buffer.remaining();
    }
    return count;
  }

  @ParameterizedTest
  @EnumSource
  void connectionsThatAreClosedInTheMiddleWakeBothSides(How how) throws Exception {
    Random random = new Random(7);
    for (int i = 0; i < 200; i++) {
      close();
      connect();
      int spins = random.nextInt(5_000);
      TaskGroup.run(
          group -> {
            group.launch("reader", () -> endsByTheClose(here::awaitInput));
            group.launch("writer", () -> endsByTheClose(() -> here.sendAll(new byte[1 << 20])));
            if (how == How.BY_DEADLINE) {
              Selvage.sleep(ofNanos(random.nextInt(100_000)));
            } else {
              for (int j = 0; j < spins; j++) {
                Thread.onSpinWait();
              }
            }
            here.close();
          });
    }
  }

  private static void endsByTheClose(Round operation) throws IOException, InterruptedException {
    try {
      while (true) {
        operation.run();
      }
    } catch (ClosedResourceException expected) {
      assertThat(expected).hasMessageContaining("closed");
    }
  }
}
