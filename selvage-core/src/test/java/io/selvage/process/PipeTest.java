package io.selvage.process;

import static io.selvage.Threads.awaitCondition;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selvage.BrokenResourceException;
import io.selvage.EndOfStreamException;
import io.selvage.Threads;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What the attendant of a process sees of its pipes, and how it gives them up. */
@ExtendWith(ProcessLeakCheck.class)
class PipeTest {

  /** A pipe that some other process keeps open: a read of it ends when the test says so. */
  private static final class OpenPipe extends InputStream {
    private final CountDownLatch released = new CountDownLatch(1);
    private final byte[] text;
    private final boolean late;
    private volatile boolean waits;
    private int at;

    /** The text comes before the read that does not end, or after it if it is late. */
    OpenPipe(String text, boolean late) {
      this.text = text.getBytes(StandardCharsets.UTF_8);
      this.late = late;
    }

    boolean isAtItsEnd() {
      return waits;
    }

    @Override
    public int read() throws IOException {
      if (late || at == text.length) {
        waits = true;
        Threads.await(released);
      }
      return at < text.length ? text[at++] : -1;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      int next = read();
      if (next < 0) {
        return -1;
      }
      into[offset] = (byte) next;
      return 1;
    }
  }

  private static void awaitCall(Pipe pipe) {
    awaitCondition("a call is under way", () -> pipe.callUnderWay() >= 0);
  }

  @Test
  void aPipeThatWaitsForItsReceiverIsInNoCall() throws Exception {
    byte[] lines = "line\n".repeat(100).getBytes(StandardCharsets.UTF_8);
    OutputPipe.Lines pipe =
        new OutputPipe.Lines(new ByteArrayInputStream(lines), StandardCharsets.UTF_8, 10);
    pipe.start("process 0 output");
    awaitCondition("it waits", () -> pipe.channel.stats().waitingSenders() == 1);
    pipe.tellOfExit();
    assertThat(pipe.callUnderWay()).isEqualTo(-1);
    int[] count = new int[1];
    pipe.channel.forEach(line -> count[0]++);
    assertThat(count[0]).isEqualTo(100);
  }

  @Test
  void anOutputThatWasGivenUpEndsAtOnceAndDropsWhatComesLater() throws Exception {
    OpenPipe open = new OpenPipe("late\n", true);
    OutputPipe.Lines pipe = new OutputPipe.Lines(open, StandardCharsets.UTF_8, 10);
    pipe.start("process 0 output");
    awaitCall(pipe);
    long call = pipe.callUnderWay();
    assertThat(pipe.callUnderWay()).isEqualTo(call);
    pipe.giveUp(call + 1); // another call: no effect
    pipe.endIfGivenUp();
    assertThat(pipe.ended().isDone()).isFalse();
    pipe.giveUp(call);
    pipe.endIfGivenUp();
    assertThatThrownBy(pipe.channel::receive).isInstanceOf(EndOfStreamException.class);
    assertThat(pipe.failure()).isNull();
    open.released.countDown();
    awaitCondition("its thread ends", () -> ProcessLeakCheck.threads().isEmpty());
    assertThatThrownBy(pipe.channel::receive).isInstanceOf(EndOfStreamException.class);
  }

  @Test
  void aLineWithoutAnEndWaitsForRoomWhenItsOutputIsGivenUp() throws Exception {
    OpenPipe open = new OpenPipe("line\n".repeat(64) + "rest", false);
    OutputPipe.Lines pipe = new OutputPipe.Lines(open, StandardCharsets.UTF_8, 10);
    pipe.start("process 0 output");
    awaitCondition("all was read", open::isAtItsEnd);
    pipe.giveUp(pipe.callUnderWay());
    pipe.endIfGivenUp();
    assertThat(pipe.ended().isDone()).isFalse(); // the receiver has got nothing yet
    assertThat(pipe.channel.receive()).isEqualTo("line");
    pipe.endIfGivenUp();
    assertThat(pipe.ended().isDone()).isTrue();
    List<String> received = new ArrayList<>();
    pipe.channel.forEach(received::add);
    assertThat(received).hasSize(64).endsWith("line", "rest");
    open.released.countDown();
  }

  @Test
  void whatWasCapturedDoesNotChangeAfterItsOutputWasGivenUp() throws Exception {
    OpenPipe open = new OpenPipe("late", true);
    OutputPipe.Captured pipe = new OutputPipe.Captured(open);
    pipe.start("process 0 output");
    awaitCall(pipe);
    pipe.giveUp(pipe.callUnderWay());
    pipe.endIfGivenUp();
    assertThat(pipe.text(StandardCharsets.UTF_8)).isEmpty();
    open.released.countDown();
    awaitCondition("its thread ends", () -> ProcessLeakCheck.threads().isEmpty());
    assertThat(pipe.text(StandardCharsets.UTF_8)).isEmpty();
  }

  @Test
  void anInputThatWasGivenUpIsNotWrittenAnyMore() throws Exception {
    CountDownLatch released = new CountDownLatch(1);
    AtomicInteger writes = new AtomicInteger();
    OutputStream full =
        new OutputStream() {
          @Override
          public void write(int b) throws IOException {
            writes.incrementAndGet();
            Threads.await(released);
          }
        };
    InputPipe.Sent<byte[]> pipe = new InputPipe.Sent<>(full, bytes -> bytes);
    pipe.start("process 0 input");
    pipe.channel.send(new byte[1]);
    pipe.channel.send(new byte[1]);
    awaitCondition("it writes", () -> writes.get() == 1);
    pipe.giveUp(pipe.callUnderWay());
    pipe.endIfGivenUp();
    assertThat(pipe.channel.isClosed()).isTrue();
    assertThat(pipe.ended().isDone()).isTrue();
    released.countDown();
    awaitCondition("its thread ends", () -> ProcessLeakCheck.threads().isEmpty());
    assertThat(writes).hasValue(1);
  }

  @Test
  void afterTheExitOnlyWhatIsThereIsRead() throws Exception {
    OpenPipe open = new OpenPipe("never read", true);
    OutputPipe.Captured pipe = new OutputPipe.Captured(open); // its available() is 0
    pipe.tellOfExit();
    pipe.start("process 0 output");
    awaitCondition("it ends", () -> pipe.ended().isDone());
    assertThat(pipe.text(StandardCharsets.UTF_8)).isEmpty();
    open.released.countDown();
  }

  @Test
  void anOutputThatCannotBeReadIsBroken() throws Exception {
    InputStream broken = InputStream.nullInputStream();
    broken.close();
    OutputPipe.Chunks pipe = new OutputPipe.Chunks(broken);
    pipe.start("process 0 output");
    assertThatThrownBy(pipe.channel::receive)
        .isInstanceOf(BrokenResourceException.class)
        .cause()
        .isInstanceOf(IOException.class)
        .isSameAs(pipe.failure());
  }
}
