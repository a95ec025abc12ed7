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
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What the attendant of a process sees of its pipes, and how it gives them up. */
@ExtendWith(ProcessLeakCheck.class)
class PipeTest {

  /** A pipe that some other process keeps open: a read of it ends when the test says so. */
  private static final class OpenPipe extends InputStream {
    private final CountDownLatch released = new CountDownLatch(1);
    private final byte[] last;
    private int at;

    OpenPipe(String last) {
      this.last = last.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public int read() throws IOException {
      Threads.await(released);
      return at < last.length ? last[at++] : -1;
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
    pipe.processExited();
    assertThat(pipe.callUnderWay()).isEqualTo(-1);
    int[] count = new int[1];
    pipe.channel.forEach(line -> count[0]++);
    assertThat(count[0]).isEqualTo(100);
  }

  @Test
  void anOutputThatWasGivenUpEndsAtOnceAndDropsWhatComesLater() throws Exception {
    OpenPipe open = new OpenPipe("late\n");
    OutputPipe.Lines pipe = new OutputPipe.Lines(open, StandardCharsets.UTF_8, 10);
    pipe.start("process 0 output");
    awaitCall(pipe);
    long call = pipe.callUnderWay();
    assertThat(pipe.callUnderWay()).isEqualTo(call);
    pipe.giveUp();
    assertThatThrownBy(pipe.channel::receive).isInstanceOf(EndOfStreamException.class);
    assertThat(pipe.failure()).isNull();
    open.released.countDown();
    awaitCondition("its thread ends", () -> ProcessLeakCheck.threads().isEmpty());
    assertThatThrownBy(pipe.channel::receive).isInstanceOf(EndOfStreamException.class);
  }

  @Test
  void afterTheExitOnlyWhatIsThereIsRead() throws Exception {
    OpenPipe open = new OpenPipe("never read");
    OutputPipe.Captured pipe = new OutputPipe.Captured(open); // its available() is 0
    pipe.processExited();
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
