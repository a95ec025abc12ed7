package io.selvage.test.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selvage.BrokenResourceException;
import io.selvage.CancelScope;
import io.selvage.ClosedResourceException;
import io.selvage.GroupOptions;
import io.selvage.Selvage;
import io.selvage.TaskGroup;
import io.selvage.function.ThrowingSupplier;
import io.selvage.test.Simulation;
import io.selvage.test.SimulationFailure;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The memory streams keep what a stream promises, and the checks find streams that do not. */
class StreamChecksTest {

  @ParameterizedTest
  @CsvSource({"0, 10", "1, 10", "7, 10", "4096, 20", "65536, 20"})
  void memoryStreamsKeepWhatAStreamPromises(int capacity, int runs) {
    Simulation.explore(
        runs, run -> StreamChecks.checkTwoWay(() -> MemoryStreams.pair(capacity), run.random()));
  }

  @ParameterizedTest
  @CsvSource({"0, 10", "1, 10", "7, 10", "4096, 20"})
  void memoryStreamsWithRandomSizesDoSoToo(int capacity, int runs) {
    Simulation.explore(
        runs,
        run ->
            StreamChecks.checkTwoWay(
                () -> MemoryStreams.pair(capacity, run.random()), run.random()));
  }

  static Stream<Arguments> kindsAndCapacities() {
    return Stream.of(0, 1, 64, 1 << 16)
        .flatMap(
            capacity ->
                Stream.of(
                    Arguments.of(capacity, TaskGroup.options()),
                    Arguments.of(capacity, TaskGroup.options().withPlatformThreads())));
  }

  @ParameterizedTest
  @MethodSource("kindsAndCapacities")
  @Timeout(40)
  void theChecksWorkOnRealThreads(int capacity, GroupOptions options) throws Exception {
    options.run(
        group -> group.launch(() -> StreamChecks.checkTwoWay(() -> MemoryStreams.pair(capacity))));
  }

  @Test
  void aCallerThatIsCancelledMeanwhileIsToldOnlyThat() {
    Simulation.explore(
        30,
        run -> {
          boolean toItsEnd =
              CancelScope.moveOnAfter(Duration.ofMillis(run.random().nextInt(100)))
                  .run(() -> StreamChecks.checkTwoWay(() -> MemoryStreams.pair(3), run.random()));
          assertThat(toItsEnd).isFalse();
        });
  }

  // ---- streams with a bug each

  /** Does what another one does; overridden by those that do not. */
  private static class Other implements ByteStream {
    final MemoryStream stream;

    Other(MemoryStream stream) {
      this.stream = stream;
    }

    @Override
    public int read(ByteBuffer into) throws IOException, InterruptedException {
      return stream.read(into);
    }

    @Override
    public int write(ByteBuffer from) throws IOException, InterruptedException {
      return stream.write(from);
    }

    @Override
    public void closeOutput() throws IOException, InterruptedException {
      stream.closeOutput();
    }

    @Override
    public void close() throws IOException {
      stream.close();
    }
  }

  /** Takes the bytes out of the stream before it knows that it may keep them. */
  private static final class LosesOnCancel extends Other {
    LosesOnCancel(MemoryStream stream) {
      super(stream);
    }

    @Override
    public int read(ByteBuffer into) throws IOException, InterruptedException {
      ByteBuffer own = ByteBuffer.allocate(into.remaining());
      if (into.isReadOnly()) {
        throw new IllegalArgumentException("read-only");
      }
      int count = stream.read(own);
      Selvage.throwIfCancelled();
      into.put(own.flip());
      return count;
    }
  }

  /** Writes from a copy, so a cancellation leaves no account. */
  private static final class ForgetsOnCancel extends Other {
    ForgetsOnCancel(MemoryStream stream) {
      super(stream);
    }

    @Override
    public void writeAll(ByteBuffer from) throws IOException, InterruptedException {
      stream.writeAll(from.duplicate());
      from.position(from.limit());
    }
  }

  private static final class ReadsOnThoughCancelled extends Other {
    ReadsOnThoughCancelled(MemoryStream stream) {
      super(stream);
    }

    @Override
    public int read(ByteBuffer into) throws IOException, InterruptedException {
      int[] count = {0};
      CancelScope.shieldUnlimited().run(() -> count[0] = stream.read(into));
      return count[0];
    }
  }

  private static final class EndsWithZero extends Other {
    EndsWithZero(MemoryStream stream) {
      super(stream);
    }

    @Override
    public int read(ByteBuffer into) throws IOException, InterruptedException {
      return Math.max(0, stream.read(into));
    }
  }

  private static final class DropsTheLastByte extends Other {
    DropsTheLastByte(MemoryStream stream) {
      super(stream);
    }

    @Override
    public int write(ByteBuffer from) throws IOException, InterruptedException {
      if (from.remaining() != 3) {
        return stream.write(from);
      }
      int count = stream.write(from.slice().limit(2));
      from.position(from.limit());
      return count;
    }
  }

  private static final class HalfCloseIsNothing extends Other {
    HalfCloseIsNothing(MemoryStream stream) {
      super(stream);
    }

    @Override
    public void closeOutput() {}
  }

  private static final class HalfCloseIsAll extends Other {
    HalfCloseIsAll(MemoryStream stream) {
      super(stream);
    }

    @Override
    public void closeOutput() {
      stream.close();
    }
  }

  private static final class CloseIsHalf extends Other {
    CloseIsHalf(MemoryStream stream) {
      super(stream);
    }

    @Override
    public void close() {
      stream.closeOutput();
    }
  }

  private static final class ClosesOnce extends Other {
    private boolean closed;

    ClosesOnce(MemoryStream stream) {
      super(stream);
    }

    @Override
    public void close() {
      if (closed) {
        throw new IllegalStateException("closed before");
      }
      closed = true;
      stream.close();
    }
  }

  /** Says broken where closed is meant. */
  private static final class MixesUpTheEnds extends Other {
    MixesUpTheEnds(MemoryStream stream) {
      super(stream);
    }

    @Override
    public int write(ByteBuffer from) throws IOException, InterruptedException {
      try {
        return stream.write(from);
      } catch (ClosedResourceException e) {
        throw new BrokenResourceException("broken", e);
      }
    }
  }

  /** Lets a second reader wait for the first one instead of refusing it. */
  private static final class QueuesReaders extends Other {
    QueuesReaders(MemoryStream stream) {
      super(stream);
    }

    @Override
    public int read(ByteBuffer into) throws IOException, InterruptedException {
      while (true) {
        try {
          return stream.read(into);
        } catch (IllegalStateException e) {
          if (e.getClass() != IllegalStateException.class) {
            throw e;
          }
          Selvage.sleep(Duration.ofMillis(1));
        }
      }
    }
  }

  private static final class FillsTheBuffer extends Other {
    FillsTheBuffer(MemoryStream stream) {
      super(stream);
    }

    @Override
    public int read(ByteBuffer into) throws IOException, InterruptedException {
      int all = 0;
      do {
        int count = stream.read(into);
        if (count < 0) {
          return all == 0 ? count : all;
        }
        all += count;
      } while (into.hasRemaining());
      return all;
    }
  }

  private static final class CloseIsCancelled extends Other {
    CloseIsCancelled(MemoryStream stream) {
      super(stream);
    }

    @Override
    public void close() throws IOException {
      try {
        Selvage.checkpoint();
      } catch (InterruptedException e) {
        throw new InterruptedIOException("close");
      }
      stream.close();
    }
  }

  private interface Wrapper {
    ByteStream wrap(MemoryStream stream);
  }

  private record Bug(Wrapper wrapper, String found) {}

  static Stream<Arguments> bugs() {
    return Stream.of(
            new Bug(LosesOnCancel::new, "takes nothing"),
            new Bug(ForgetsOnCancel::new, "a write that"),
            new Bug(ReadsOnThoughCancelled::new, "cancelled"),
            new Bug(EndsWithZero::new, "a read at the end"),
            new Bug(DropsTheLastByte::new, "the end came after 2 bytes"),
            new Bug(HalfCloseIsNothing::new, "ends one direction"),
            new Bug(HalfCloseIsAll::new, "ends one direction"),
            new Bug(CloseIsHalf::new, "ends both directions"),
            new Bug(ClosesOnce::new, "closed before"),
            new Bug(MixesUpTheEnds::new, "BrokenResourceException"),
            new Bug(QueuesReaders::new, "a second reader is refused"),
            new Bug(FillsTheBuffer::new, "does not wait for more"),
            new Bug(CloseIsCancelled::new, "though it is cancelled"))
        .map(bug -> Arguments.of(bug.wrapper().wrap(null).getClass().getSimpleName(), bug));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("bugs")
  void aBrokenImplementationIsFound(String name, Bug bug) {
    assertThatThrownBy(
            () ->
                Simulation.options()
                    .withoutShortening()
                    .explore(
                        200,
                        run ->
                            StreamChecks.checkTwoWay(
                                () -> {
                                  StreamPair<MemoryStream> pair = MemoryStreams.pair(16);
                                  return new StreamPair<>(
                                      bug.wrapper().wrap(pair.left()),
                                      bug.wrapper().wrap(pair.right()));
                                },
                                run.random())))
        .isInstanceOf(SimulationFailure.class)
        .cause()
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining(bug.found());
  }

  @Test
  void aConnectionThatCannotBeMadeIsAFailure() {
    IOException refused = new IOException("connection refused");
    ThrowingSupplier<StreamPair<MemoryStream>, IOException> streams =
        () -> {
          throw refused;
        };
    assertThatThrownBy(() -> StreamChecks.checkTwoWay(streams))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("connection refused")
        .hasCause(refused);
  }

  @Test
  void bothDirectionsAreChecked() {
    AtomicInteger wrapped = new AtomicInteger();
    for (boolean left : List.of(true, false)) {
      assertThatThrownBy(
              () ->
                  Simulation.run(
                      1,
                      run ->
                          StreamChecks.checkTwoWay(() -> oneWithABug(left, wrapped), run.random())))
          .cause()
          .hasMessageContaining(left ? "right to left" : "left to right");
    }
    assertThat(wrapped.get()).isPositive();
  }

  private static StreamPair<ByteStream> oneWithABug(boolean left, AtomicInteger wrapped) {
    StreamPair<MemoryStream> pair = MemoryStreams.pair();
    wrapped.incrementAndGet();
    return left
        ? new StreamPair<>(new FillsTheBuffer(pair.left()), pair.right())
        : new StreamPair<>(pair.left(), new FillsTheBuffer(pair.right()));
  }

  @Test
  void aPairIsClosedAtBothEnds() throws Exception {
    StreamPair<MemoryStream> pair = MemoryStreams.pair();
    assertThat(pair.flipped().left()).isSameAs(pair.right());
    pair.close();
    for (MemoryStream end : List.of(pair.left(), pair.right())) {
      assertThatThrownBy(() -> end.write(ByteBuffer.allocate(1)))
          .isInstanceOf(ClosedResourceException.class);
    }
  }
}
