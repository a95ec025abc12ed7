package io.selvage.process;

import static io.selvage.Threads.awaitCondition;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selvage.BrokenResourceException;
import io.selvage.Threads;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** The heap is full when a pipe ends: its receivers and the attendant get the end in any case. */
@ExtendWith(ProcessLeakCheck.class)
@Timeout(60)
class PipeExhaustionTest {
  /** A pipe each of whose steps fails once. */
  private static final class FailingPipe extends Pipe {
    private final CountDownLatch released = new CountDownLatch(1);
    private final Set<String> failed = ConcurrentHashMap.newKeySet();
    private final Set<String> done = ConcurrentHashMap.newKeySet();

    private void step(String name) {
      if (failed.add(name)) {
        throw new OutOfMemoryError("meant: " + name);
      }
      done.add(name);
    }

    @Override
    void work() {
      assertThat(beginsCall()).isTrue();
      Threads.await(released);
      assertThat(endsCall()).isFalse();
    }

    @Override
    void closeEnd() {
      step("close");
    }

    @Override
    void processExited() {
      step("exit");
    }

    @Override
    boolean handOverRest() {
      step("rest");
      return true;
    }

    @Override
    void finish(@Nullable Throwable failure) {
      step("finish");
    }

    @Override
    void disregard() {}
  }

  @Test
  void theAttendantSettlesThoughEachOfItsStepsFailsOnce() {
    FailingPipe pipe = new FailingPipe();
    FakeProcess process = new FakeProcess(InputStream.nullInputStream(), new FakeHandle(1));
    Attendant attendant = new Attendant(process, List.of(pipe), () -> true);
    pipe.start("process 0 output");
    attendant.start("process 0");
    awaitCondition("a call is under way", () -> pipe.callUnderWay() >= 0);
    process.ended.countDown();
    attendant.settled.awaitUncancellably("settled", attendant);
    assertThat(pipe.done).containsExactlyInAnyOrder("exit", "rest", "finish");
    pipe.released.countDown();
    awaitCondition("its end is closed", () -> pipe.done.contains("close"));
  }

  /** Both the read and the first attempt to close fail. */
  private static final class FullHeap extends InputStream {
    private final AtomicInteger closes = new AtomicInteger();

    @Override
    public int read() throws IOException {
      throw new OutOfMemoryError("meant: read");
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      return read();
    }

    @Override
    public void close() {
      if (closes.incrementAndGet() == 1) {
        throw new OutOfMemoryError("meant: close");
      }
    }
  }

  @Test
  void anOutputThatDoesNotFitIsBrokenThoughItCannotBeClosedAtOnce() {
    FullHeap heap = new FullHeap();
    OutputPipe.Chunks pipe = new OutputPipe.Chunks(heap);
    pipe.start("process 0 output");
    assertThatThrownBy(pipe.channel::receive)
        .isInstanceOf(BrokenResourceException.class)
        .cause()
        .isInstanceOf(OutOfMemoryError.class)
        .hasMessage("meant: read");
    assertThat(heap.closes).hasValue(2);
  }

  @Test
  void aPipeWithoutAThreadCanBeAbandoned() throws Exception {
    OutputPipe.Captured pipe = new OutputPipe.Captured(InputStream.nullInputStream());
    FakeProcess process = new FakeProcess(InputStream.nullInputStream(), new FakeHandle(1));
    Attendant attendant = new Attendant(process, List.of(pipe), () -> true);
    attendant.start("process 0");
    pipe.abandon();
    process.ended.countDown();
    attendant.settled.awaitUncancellably("settled", pipe);
    assertThat(pipe.failure()).isNull();
    pipe.run(); // it begins too late: it only closes its end
    assertThat(pipe.text(StandardCharsets.UTF_8)).isEmpty();
  }
}
