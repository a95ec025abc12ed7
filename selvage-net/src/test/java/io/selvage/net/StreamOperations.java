package io.selvage.net;

import static io.selvage.Operation.waiting;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.selvage.Fixture;
import io.selvage.Operation;
import io.selvage.Threads.Kind;
import io.selvage.Threads.Running;
import io.selvage.net.framing.FrameStream;
import io.selvage.net.framing.LineFormat;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;

/** The operations of streams that wait, for {@link NetCancelEverywhereTest}. */
public final class StreamOperations {
  private static final byte[] LINE = "abcd\n".getBytes(US_ASCII);
  private static final byte[] LONG_LINE = longLine();
  private static final LineFormat LINES = LineFormat.of(LONG_LINE.length);

  static final List<Operation> ALL =
      List.of(
          receive("ByteStream.receive(ByteBuffer)", StreamOperations::receive),
          receive("ByteStream.receiveSome()", (s, got) -> got.writeBytes(s.receiveSome())),
          receive("ByteStream.receiveSome(int)", (s, got) -> got.writeBytes(s.receiveSome(3))),
          receive(
              "ByteStream.receiveExactly(int)", (s, got) -> got.writeBytes(s.receiveExactly(4))),
          receive("ByteStream.receiveUntil(byte[], int)", StreamOperations::receiveUntil),
          receive(
              "ByteStream.receiveFrame(FrameDecoder)",
              (s, got) -> note(s.receiveFrame(LINES).orElseThrow(), got)),
          receive("ByteStream.awaitInput()", (s, got) -> s.awaitInput()),
          receive(
              "FrameStream.receive()",
              (s, got) -> note(FrameStream.over(s, LINES).receive().orElseThrow(), got)),
          receive(
              "FrameStream.forEach(ThrowingConsumer)",
              (s, got) -> FrameStream.over(s, LINES).forEach(line -> note(line, got))),
          send("ByteStream.sendSome(ByteBuffer)", StreamOperations::sendSome),
          send("ByteStream.sendAll(ByteBuffer[])", (s, from) -> s.sendAll(from)),
          send("ByteStream.sendAll(byte[])", (s, from) -> s.sendAll(from.array())),
          send(
              "FrameStream.send(Object)",
              (s, from) -> FrameStream.over(s, LINES).send(textOf(from.array()))));

  private StreamOperations() {}

  /** Receives, and notes what it got. */
  public interface Receive {
    void from(ByteStream stream, ByteArrayOutputStream got)
        throws IOException, InterruptedException;
  }

  /** Sends all of a buffer. */
  public interface Send {
    void to(ByteStream stream, ByteBuffer from) throws IOException, InterruptedException;
  }

  private static Operation receive(String name, Receive receive) {
    return waiting(name, () -> ofReceive(made(SocketPairs::connect), receive));
  }

  private static Operation send(String name, Send send) {
    return waiting(name, () -> ofSend(made(SocketPairs::connectNarrow), send));
  }

  /** {@return what cannot be made without an exception} */
  public static <T> T made(Callable<T> make) {
    try {
      return make.call();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private static byte[] longLine() {
    byte[] line = new byte[1 << 18];
    for (int i = 0; i < line.length; i++) {
      line[i] = (byte) ('a' + i % 23);
    }
    line[line.length - 1] = '\n';
    return line;
  }

  private static String textOf(byte[] line) {
    return new String(line, 0, line.length - 1, US_ASCII);
  }

  private static void note(String line, ByteArrayOutputStream got) {
    got.writeBytes((line + "\n").getBytes(US_ASCII));
  }

  private static void receive(ByteStream stream, ByteArrayOutputStream got)
      throws IOException, InterruptedException {
    ByteBuffer into = ByteBuffer.allocate(3);
    try {
      int count = stream.receive(into);
      assertThat(count).isEqualTo(into.position());
    } finally {
      got.write(into.array(), 0, into.position());
    }
  }

  private static void receiveUntil(ByteStream stream, ByteArrayOutputStream got)
      throws IOException, InterruptedException {
    note(new String(stream.receiveUntil(new byte[] {'\n'}, 10), US_ASCII), got);
  }

  private static void sendSome(ByteStream stream, ByteBuffer from)
      throws IOException, InterruptedException {
    while (from.hasRemaining()) {
      int count = stream.sendSome(from);
      assertThat(count).isPositive();
    }
  }

  /** A receive of what the other end sends. What it has not taken is there afterwards. */
  public static Fixture ofReceive(List<? extends ByteStream> ends, Receive receive) {
    ByteStream here = ends.getFirst();
    ByteStream there = ends.getLast();
    ByteArrayOutputStream got = new ByteArrayOutputStream();
    return Fixture.of(
        () -> receive.from(here, got),
        () -> {
          there.sendAll(LINE);
          there.closeOutput();
        },
        happened -> {
          got.writeBytes(here.receiveExactly(LINE.length - got.size()));
          assertThat(got.toByteArray()).isEqualTo(LINE);
          assertThat(here.receiveSome()).isEmpty();
        },
        () -> close(ends));
  }

  /** A send of more than there is room for. The other end gets what was sent, and no more. */
  public static Fixture ofSend(List<? extends ByteStream> ends, Send send) {
    ByteStream here = ends.getFirst();
    ByteStream there = ends.getLast();
    ByteBuffer from = ByteBuffer.wrap(LONG_LINE.clone());
    AtomicReference<Running<byte[]>> received = new AtomicReference<>();
    return Fixture.of(
        () -> send.to(here, from),
        () -> received.set(Kind.VIRTUAL.start(() -> receiveAll(there))),
        happened -> {
          int cut = Math.max((int) here.resumeSending(), from.position());
          here.closeOutput();
          byte[] sent = happened ? LONG_LINE : Arrays.copyOf(LONG_LINE, cut);
          assertThat(received.get().get()).isEqualTo(sent);
        },
        () -> close(ends));
  }

  private static byte[] receiveAll(ByteStream stream) throws IOException, InterruptedException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] some = stream.receiveSome(); some.length > 0; some = stream.receiveSome()) {
      all.writeBytes(some);
    }
    return all.toByteArray();
  }

  private static void close(List<? extends ByteStream> ends) throws IOException {
    for (ByteStream end : ends) {
      end.close();
    }
  }
}
