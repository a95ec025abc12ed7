package io.selvage.test.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selvage.CancelScope;
import io.selvage.ClosedResourceException;
import io.selvage.GroupOptions;
import io.selvage.TaskGroup;
import io.selvage.function.ThrowingSupplier;
import io.selvage.net.ByteStream;
import io.selvage.test.Simulation;
import io.selvage.test.SimulationFailure;
import java.io.IOException;
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

  static Stream<Arguments> bugs() {
    return StreamBugs.ALL.stream()
        .map(bug -> Arguments.of(bug.wrapper().wrap(null).getClass().getSimpleName(), bug));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("bugs")
  void aBrokenImplementationIsFound(String name, StreamBugs.Bug bug) {
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
        ? new StreamPair<>(new StreamBugs.FillsTheBuffer(pair.left()), pair.right())
        : new StreamPair<>(pair.left(), new StreamBugs.FillsTheBuffer(pair.right()));
  }

  @Test
  void aPairIsClosedAtBothEnds() throws Exception {
    StreamPair<MemoryStream> pair = MemoryStreams.pair();
    assertThat(pair.flipped().left()).isSameAs(pair.right());
    pair.close();
    for (MemoryStream end : List.of(pair.left(), pair.right())) {
      assertThatThrownBy(() -> end.sendSome(ByteBuffer.allocate(1)))
          .isInstanceOf(ClosedResourceException.class);
    }
  }
}
