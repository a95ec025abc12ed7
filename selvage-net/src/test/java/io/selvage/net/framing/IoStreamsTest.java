package io.selvage.net.framing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selvage.CancelledException;
import io.selvage.Selvage;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.OutputStream;
import java.util.List;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Streams of bytes as the streams of java.io. */
@Timeout(30)
class IoStreamsTest {
  private final FedStream stream = new FedStream();
  private final InputStream in = IoStreams.input(stream);
  private final OutputStream out = IoStreams.output(stream);

  // ---- reading

  @Test
  void itReadsWhatArrivesUntilTheEnd() throws Exception {
    stream.feed("abc");
    stream.feed(new byte[] {(byte) 200});
    assertThat(in.available()).isEqualTo(3);
    assertThat(in.read()).isEqualTo('a');
    assertThat(in.available()).isEqualTo(2);
    byte[] into = new byte[5];
    assertThat(in.read(into, 1, 4)).isEqualTo(2);
    assertThat(into).containsExactly(0, 'b', 'c', 0, 0);
    assertThat(in.read()).isEqualTo(200);
    assertThat(in.read(into, 0, 0)).isZero();
    assertThat(in.available()).isZero();
    stream.end();
    assertThat(in.read(into)).isEqualTo(-1);
    assertThat(in.read()).isEqualTo(-1);
    assertThat(in.available()).isZero();
    assertThatThrownBy(() -> in.read(into, 3, 3)).isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void itTakesNoMoreThanItReturns() throws Exception {
    stream.feed("abcdef");
    assertThat(in.readNBytes(2)).asString().isEqualTo("ab");
    assertThat(stream.receiveExactly(2)).asString().isEqualTo("cd");
    assertThat(in.readNBytes(2)).asString().isEqualTo("ef");
  }

  @Test
  void librariesOfTheJdkWorkOverIt() throws Exception {
    FedStream packed = new FedStream();
    try (ObjectOutputStream objects =
        new ObjectOutputStream(new GZIPOutputStream(IoStreams.output(packed)))) {
      objects.writeObject(List.of("a", "b"));
    }
    assertThat(packed.isOutputEnded()).isTrue();
    stream.feed(packed.sent());
    stream.end();
    try (ObjectInputStream objects = new ObjectInputStream(new GZIPInputStream(in))) {
      assertThat(objects.readObject()).isEqualTo(List.of("a", "b"));
    }
  }

  @Test
  void aCloseOfTheReadingViewLeavesTheStreamOpen() throws Exception {
    stream.feed("a");
    in.close();
    in.close();
    assertThatThrownBy(in::read)
        .isExactlyInstanceOf(IOException.class)
        .hasMessage("this view of fed was closed");
    assertThatThrownBy(in::available).isExactlyInstanceOf(IOException.class);
    assertThat(stream.receiveSome()).asString().isEqualTo("a");
  }

  @Test
  void aClosedStreamIsAnIoException() throws Exception {
    stream.close();
    assertThatThrownBy(in::read)
        .isExactlyInstanceOf(IOException.class)
        .hasMessage("cannot receive from fed: it was closed");
    assertThatThrownBy(in::available).isExactlyInstanceOf(IOException.class);
    assertThatThrownBy(() -> out.write(1)).isExactlyInstanceOf(IOException.class);
  }

  // ---- interruption

  @Test
  void aReadThatIsCancelledThrowsAndTheScopeCatchesIt() throws Exception {
    stream.cancelWhileItWaits(
        () -> {
          assertThatThrownBy(in::read)
              .isInstanceOf(InterruptedIOException.class)
              .hasMessage("a read of fed was interrupted")
              .hasCauseInstanceOf(CancelledException.class);
          Selvage.checkpoint(); // the next operation of the library
        });
    assertThat(Thread.currentThread().isInterrupted()).isFalse();
    stream.cancelWhileItWaits(in::read); // the other shape
    assertThat(Thread.currentThread().isInterrupted()).isFalse();
    stream.feed("a");
    assertThat(in.read()).isEqualTo('a');
  }

  @Test
  void aBlockingCallAfterACancelledReadIsInterrupted() throws Exception {
    stream.cancelWhileItWaits(
        () -> {
          assertThatThrownBy(in::read).isInstanceOf(InterruptedIOException.class);
          Thread.sleep(20_000); // a library waits before it tries again
        });
    assertThat(Thread.currentThread().isInterrupted()).isFalse();
  }

  @Test
  void anInterruptFromOutsideIsKept() throws Exception {
    Thread.currentThread().interrupt();
    assertThatThrownBy(in::read)
        .isInstanceOf(InterruptedIOException.class)
        .hasCauseExactlyInstanceOf(InterruptedException.class);
    assertThat(Thread.interrupted()).isTrue();
    stream.feed("a");
    assertThat(in.read()).isEqualTo('a');
  }

  @Test
  void aWriteThatIsCancelledSaysHowMuchItSentAndAllowsNoFurtherOne() throws Exception {
    stream.roomForOutput(3);
    stream.cancelWhileItWaits(
            () -> {
                assertThatThrownBy(() -> out.write(new byte[9], 2, 5))
                    .isInstanceOf(InterruptedIOException.class)
                    .hasMessage("a write to fed was cut short after 3 bytes")
                    .extracting(thrown -> ((InterruptedIOException) thrown).bytesTransferred)
                    .isEqualTo(3);
                Selvage.checkpoint();
            });
    stream.roomForOutput(100);
    assertThatThrownBy(() -> out.write(1))
        .isExactlyInstanceOf(IOException.class)
        .hasMessageContaining("was cut short");
    assertThatThrownBy(out::flush).isExactlyInstanceOf(IOException.class);
    assertThatThrownBy(out::close).isExactlyInstanceOf(IOException.class);
    assertThat(stream.isOutputEnded()).isFalse(); // it was not complete
    out.close();
  }

  @Test
  void aWriteThatWasInterruptedBeforeItsFirstByteCanBeRepeated() throws Exception {
    stream.roomForOutput(0);
    stream.cancelWhileItWaits(
            () -> {
                assertThatThrownBy(() -> out.write(1))
                    .isInstanceOf(InterruptedIOException.class)
                    .hasMessage("a write to fed was interrupted");
                Selvage.checkpoint();
            });
    stream.roomForOutput(100);
    out.write(2);
    assertThat(stream.sent()).containsExactly(2);
  }

  // ---- writing

  @Test
  void itWritesAtOnceAndItsCloseEndsTheOutput() throws Exception {
    out.write("abc".getBytes(UTF_8));
    out.write('d');
    out.write(new byte[0]);
    out.flush();
    assertThat(stream.sent()).asString().isEqualTo("abcd");
    out.close();
    assertThat(stream.isOutputEnded()).isTrue();
    out.close();
    assertThatThrownBy(() -> out.write(1)).hasMessage("this view of fed was closed");
    assertThatThrownBy(() -> out.write(new byte[1], 0, 2))
        .isInstanceOf(IndexOutOfBoundsException.class);
    stream.feed("a");
    assertThat(in.read()).isEqualTo('a');
    stream.end();
    assertThatThrownBy(() -> new ObjectInputStream(in)).isInstanceOf(EOFException.class);
  }
}
