package io.selvage.process;

import static io.selvage.Threads.awaitCondition;
import static org.assertj.core.api.Assertions.assertThat;

import io.selvage.Deadline;
import io.selvage.Threads;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** When the attendant of a process gives up pipes. */
@ExtendWith(ProcessLeakCheck.class)
@Timeout(60)
class AttendantTest {
  private final CountDownLatch released = new CountDownLatch(1);
  private final FakeProcess process =
      new FakeProcess(InputStream.nullInputStream(), new FakeHandle(1));

  /** An output that some other process keeps open. */
  private OutputPipe.Captured held() {
    return new OutputPipe.Captured(
        new InputStream() {
          @Override
          public int read() {
            Threads.await(released);
            return -1;
          }

          @Override
          public int read(byte[] into, int offset, int length) {
            return read();
          }
        });
  }

  private Attendant attend(OutputPipe... pipes) {
    Attendant attendant = new Attendant(process, List.of(pipes), () -> true);
    for (OutputPipe pipe : pipes) {
      pipe.start("process 0 output");
    }
    attendant.start("process 0");
    return attendant;
  }

  @Test
  void aHeldPipeIsGivenUpOneSecondAfterTheExit() {
    OutputPipe[] pipes = {held(), held(), held()};
    Attendant attendant = attend(pipes);
    awaitCondition("all read", () -> Stream.of(pipes).allMatch(pipe -> pipe.callUnderWay() >= 0));
    Deadline early = Deadline.after(Duration.ofMillis(999));
    process.ended.countDown();
    attendant.settled.awaitUncancellably("settled", attendant);
    assertThat(early.isExpired()).isTrue();
    assertThat(pipes).allMatch(Pipe::isGivenUp).allMatch(pipe -> pipe.ended().isDone());
    released.countDown();
  }

  @Test
  void aPipeWhoseReceiverIsSlowDoesNotDelayTheOthers() throws Exception {
    byte[] many = "line\n".repeat(300).getBytes(StandardCharsets.UTF_8);
    OutputPipe.Lines slow =
        new OutputPipe.Lines(new ByteArrayInputStream(many), StandardCharsets.UTF_8, 10);
    OutputPipe.Captured other = held();
    Attendant attendant = attend(slow, other);
    awaitCondition("the other reads", () -> other.callUnderWay() >= 0);
    process.ended.countDown();
    awaitCondition("the other is given up", () -> other.ended().isDone());
    assertThat(slow.ended().isDone()).isFalse();
    assertThat(attendant.settled.isDone()).isFalse();
    int[] count = {0};
    slow.channel.forEach(line -> count[0]++);
    assertThat(count[0]).isEqualTo(300);
    attendant.settled.awaitUncancellably("settled", attendant);
    released.countDown();
  }
}
