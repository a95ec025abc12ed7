package io.selvage.test.connection;

import static io.selvage.test.connection.StreamProbe.buffer;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selvage.BrokenResourceException;
import io.selvage.CancelScope;
import io.selvage.ClosedResourceException;
import io.selvage.Selvage;
import io.selvage.TaskGroup;
import io.selvage.test.Simulation;
import io.selvage.test.schedule.SplitMix;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class MemoryStreamTest {
  private final StreamPair<MemoryStream> pair = MemoryStreams.pair(4);
  private final MemoryStream left = pair.left();
  private final MemoryStream right = pair.right();

  // ---- capacity

  @Test
  void aWriteTakesWhatThereIsRoomFor() throws Exception {
    ByteBuffer from = buffer(1, 2, 3, 4, 5, 6);
    assertThat(left.write(from)).isEqualTo(4);
    assertThat(from.position()).isEqualTo(4);
    assertThat(right.available()).isEqualTo(4);
    ByteBuffer into = ByteBuffer.allocate(3);
    assertThat(right.read(into)).isEqualTo(3);
    assertThat(into.flip()).isEqualTo(buffer(1, 2, 3));
    assertThat(left.write(from)).isEqualTo(2);
    assertThat(left.bytesWritten()).isEqualTo(6);
    assertThat(right.bytesRead()).isEqualTo(3);
    assertThat(left).hasToString("MemoryStream[left, 0 to be read, 0 read, 6 written]");
  }

  @Test
  void aWriteWaitsForRoom() {
    Simulation.explore(
        100,
        run -> {
          StreamPair<MemoryStream> full = MemoryStreams.pair(2);
          List<String> log = new ArrayList<>();
          TaskGroup.run(
              group -> {
                full.left().writeAll(buffer(1, 2));
                group.launch(
                    () -> {
                      full.left().writeAll(buffer(3));
                      log.add("written");
                    });
                run.awaitAllBlocked();
                assertThat(full.left().waiting()).isEqualTo(1);
                log.add("to be read");
                assertThat(full.right().read(ByteBuffer.allocate(1))).isEqualTo(1);
              });
          assertThat(log).containsExactly("to be read", "written");
        });
  }

  @Test
  void withoutCapacityAWriteMeetsARead() {
    Simulation.explore(
        300,
        run -> {
          StreamPair<MemoryStream> lockstep = MemoryStreams.pair(0);
          List<Integer> written = new ArrayList<>();
          TaskGroup.run(
              group -> {
                group.launch(
                    () -> {
                      ByteBuffer from = buffer(1, 2, 3);
                      written.add(lockstep.left().write(from));
                      written.add(lockstep.left().write(from));
                    });
                run.awaitAllBlocked();
                assertThat(written).isEmpty();
                ByteBuffer into = ByteBuffer.allocate(2);
                assertThat(lockstep.right().read(into)).isEqualTo(2);
                assertThat(into.flip()).isEqualTo(buffer(1, 2));
                run.awaitAllBlocked();
                assertThat(written).containsExactly(2);
                assertThat(lockstep.right().read(ByteBuffer.allocate(9))).isEqualTo(1);
              });
          assertThat(written).containsExactly(2, 1);
          assertThat(lockstep.right().available()).isZero();
        });
  }

  @Test
  void withoutCapacityAWriteThatIsCancelledOffersNothing() {
    Simulation.explore(
        100,
        () -> {
          StreamPair<MemoryStream> lockstep = MemoryStreams.pair(0);
          CancelScope scope = CancelScope.create();
          ByteBuffer from = buffer(1, 2);
          List<Integer> read = new ArrayList<>();
          TaskGroup.run(
              group -> {
                group.launch(
                    "writer",
                    () -> {
                      scope.run(() -> lockstep.left().writeAll(from));
                      lockstep.left().closeOutput();
                    });
                group.fork("canceller", () -> scope.cancel());
                read.add(lockstep.right().read(ByteBuffer.allocate(9)));
              });
          assertThat(from.position()).isIn(0, 2);
          assertThat(read).containsExactly(from.position() == 0 ? -1 : 2);
        });
  }

  @Test
  void capacityIsNotNegative() {
    assertThatThrownBy(() -> MemoryStreams.pair(-1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("capacity must be >= 0, was -1");
  }

  @Test
  void randomSizesComeFromTheSeed() {
    assertThat(sizes(1)).isEqualTo(sizes(1)).isNotEqualTo(sizes(2));
    assertThat(sizes(1).stream().mapToInt(Integer::intValue).sum()).isEqualTo(1_000);
    assertThat(sizes(1)).hasSizeGreaterThan(2).allMatch(size -> size > 0);
  }

  private static List<Integer> sizes(long seed) {
    List<Integer> sizes = new ArrayList<>();
    Simulation.run(
        7,
        () -> {
          StreamPair<MemoryStream> nasty = MemoryStreams.pair(1_000, new SplitMix(seed));
          nasty.left().writeAll(ByteBuffer.allocate(1_000));
          ByteBuffer into = ByteBuffer.allocate(1_000);
          while (into.hasRemaining()) {
            sizes.add(nasty.right().read(into));
          }
        });
    return sizes;
  }

  // ---- closing and failing; what every stream does at its end is checked by StreamChecksTest

  @Test
  void whatWasNotReadIsGoneWithTheClose() throws Exception {
    left.writeAll(buffer(1, 2, 3));
    right.close();
    assertThat(right.available()).isZero();
    assertThatThrownBy(() -> left.write(buffer(4)))
        .isInstanceOf(BrokenResourceException.class)
        .hasMessageContaining("the other end was closed");
    assertThat(left.bytesWritten()).isEqualTo(3);
  }

  @Test
  void afterAFailureWhatWasWrittenIsRead() throws Exception {
    IOException cause = new IOException("reset");
    left.writeAll(buffer(1));
    right.fail(cause);
    left.fail(new IOException("late"));
    assertThat(right.read(ByteBuffer.allocate(4))).isEqualTo(1);
    for (MemoryStream end : List.of(left, right)) {
      assertThatThrownBy(() -> end.read(ByteBuffer.allocate(1)))
          .isInstanceOf(BrokenResourceException.class)
          .hasMessage("the connection has failed: reset")
          .hasCause(cause);
      assertThatThrownBy(() -> end.write(buffer(1)))
          .isInstanceOf(BrokenResourceException.class)
          .hasCause(cause);
    }
    pair.close();
    assertThatThrownBy(() -> left.read(ByteBuffer.allocate(1)))
        .isInstanceOf(ClosedResourceException.class);
  }

  @Test
  void aFailureWithoutAMessageIsNamed() {
    left.fail(new IOException());
    assertThatThrownBy(() -> left.write(buffer(1)))
        .hasMessage("the connection has failed: java.io.IOException");
  }

  @Test
  void aFailureDoesNotUndoAnEnd() throws Exception {
    left.closeOutput();
    right.fail(new IOException("reset"));
    assertThat(right.read(ByteBuffer.allocate(1))).isEqualTo(-1);
    assertThatThrownBy(() -> left.read(ByteBuffer.allocate(1)))
        .isInstanceOf(BrokenResourceException.class);
  }

  @Test
  void aFailureWakesAllWaitingThreads() {
    Simulation.explore(
        100,
        run -> {
          StreamPair<MemoryStream> broken = MemoryStreams.pair(1);
          IOException cause = new IOException("reset");
          TaskGroup.run(
              group -> {
                for (MemoryStream end : List.of(broken.left(), broken.right())) {
                  group.fork(
                      () ->
                          assertThatThrownBy(
                                  () -> {
                                    while (true) {
                                      end.write(buffer(1));
                                    }
                                  })
                              .hasCause(cause));
                  group.fork(
                      () ->
                          assertThatThrownBy(
                                  () -> {
                                    ByteBuffer into = ByteBuffer.allocate(100);
                                    while (end.read(into) > 0) {
                                      run.awaitAllBlocked();
                                    }
                                  })
                              .hasCause(cause));
                }
                broken.left().fail(cause);
              });
          assertThat(broken.left().waiting()).isZero();
        });
  }

  // ---- one reader, one writer

  @Test
  void aSecondReaderIsToldTheThreadThatReads() {
    Simulation.explore(
        50,
        run ->
            TaskGroup.run(
                group -> {
                  StreamPair<MemoryStream> quiet = MemoryStreams.pair();
                  group.fork(
                      "reader",
                      () ->
                          assertThatThrownBy(() -> quiet.left().read(ByteBuffer.allocate(1)))
                              .isInstanceOf(ClosedResourceException.class));
                  run.awaitAllBlocked();
                  assertThatThrownBy(() -> quiet.left().read(ByteBuffer.allocate(1)))
                      .isExactlyInstanceOf(IllegalStateException.class)
                      .hasMessageContaining("reader")
                      .hasMessageContaining("reads already; one thread at a time");
                  quiet.left().close();
                  // A close is a better reason than a reader that has not gone yet.
                  assertThatThrownBy(() -> quiet.left().read(ByteBuffer.allocate(1)))
                      .isInstanceOf(ClosedResourceException.class);
                }));
  }

  @Test
  void nobodyWritesInTheMiddleOfWriteAll() {
    Simulation.explore(
        100,
        run -> {
          StreamPair<MemoryStream> small = MemoryStreams.pair(1);
          TaskGroup.run(
              group -> {
                group.launch("writer", () -> small.left().writeAll(buffer(1, 2, 3, 4)));
                run.awaitAllBlocked();
                for (int i = 1; i <= 3; i++) {
                  assertThatThrownBy(() -> small.left().write(buffer(9)))
                      .hasMessageContaining("writes already");
                  StreamProbe.read(small.right(), i);
                }
                StreamProbe.read(small.right(), 4);
              });
        });
  }

  // ---- hooks

  @Test
  void hooksAreCalledBeforeEachOperation() throws Exception {
    List<String> log = new ArrayList<>();
    left.beforeWrite(
        bytes -> log.add("write " + bytes.remaining() + (bytes.isReadOnly() ? " to look at" : "")));
    right.beforeRead(() -> log.add("read " + right.available()));
    right.beforeClose(() -> log.add("close " + right.available()));
    left.write(buffer(1, 2));
    right.read(ByteBuffer.allocate(1));
    right.close();
    assertThat(log).containsExactly("write 2 to look at", "read 2", "close 1");
  }

  @Test
  void aHookIsCalledForEachPartOfWriteAll() {
    Simulation.run(
        1,
        () -> {
          StreamPair<MemoryStream> small = MemoryStreams.pair(2);
          List<Integer> left = new ArrayList<>();
          small
              .left()
              .beforeWrite(
                  bytes -> {
                    if (bytes.remaining() == 1) {
                      throw new IOException("no route to host");
                    }
                    left.add(bytes.remaining());
                  });
          TaskGroup.run(
              group -> {
                group.launch(() -> StreamProbe.read(small.right(), 1, 2, 3, 4));
                ByteBuffer from = buffer(1, 2, 3, 4, 5);
                assertThatThrownBy(() -> small.left().writeAll(from)).hasMessageContaining("route");
                assertThat(from.position()).isEqualTo(4);
              });
          assertThat(left).containsExactly(5, 3);
        });
  }

  @Test
  void whatAHookThrowsLeavesTheStreamAsItWas() throws Exception {
    left.beforeWrite(
        bytes -> {
          throw new IOException("write");
        });
    right.beforeRead(
        () -> {
          throw new IOException("read");
        });
    right.beforeClose(
        () -> {
          throw new UncheckedIOException(new IOException("close"));
        });
    assertThatThrownBy(() -> left.write(buffer(1))).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> right.read(ByteBuffer.allocate(1))).isInstanceOf(IOException.class);
    left.beforeWrite(bytes -> {});
    right.beforeRead(() -> {});
    left.write(buffer(1));
    StreamProbe.read(right, 1);
    assertThatThrownBy(right::close).isInstanceOf(UncheckedIOException.class);
    assertThatThrownBy(() -> right.read(ByteBuffer.allocate(1)))
        .isInstanceOf(ClosedResourceException.class);
  }

  @Test
  void aHookMayWaitAndIsCancelledThere() {
    Simulation.explore(
        20,
        run -> {
          StreamPair<MemoryStream> slow = MemoryStreams.pair();
          slow.left().beforeWrite(bytes -> Selvage.sleep(ofSeconds(2)));
          ByteBuffer from = buffer(1);
          assertThat(CancelScope.moveOnAfter(ofSeconds(1)).run(() -> slow.left().writeAll(from)))
              .isFalse();
          assertThat(from.position()).isZero();
          slow.left().writeAll(from);
          assertThat(run.elapsed()).hasSeconds(3);
          StreamProbe.read(slow.right(), 1);
        });
  }

  @Test
  void aHookMayNotUseItsOwnDirection() {
    left.beforeRead(() -> left.read(ByteBuffer.allocate(1)));
    assertThatThrownBy(() -> left.read(ByteBuffer.allocate(1)))
        .isExactlyInstanceOf(IllegalStateException.class)
        .hasMessageContaining("reads already");
  }

  // ---- cancellation; what it leaves behind is checked by MemoryStreamCancelTest

  @Test
  void writeAllIsCancelledBetweenItsParts() {
    Simulation.explore(
        20,
        run -> {
          MemoryStream left = MemoryStreams.pair(1_000, run.random()).left();
          CancelScope scope = CancelScope.create();
          int[] parts = {0};
          left.beforeWrite(
              bytes -> {
                if (++parts[0] == 2) {
                  scope.cancel();
                }
              });
          ByteBuffer from = ByteBuffer.allocate(1_000);
          // Two parts are written: a hook that cancels is behind the check.
          assertThat(scope.run(() -> left.writeAll(from))).isEqualTo(!from.hasRemaining());
          assertThat(parts[0]).isLessThanOrEqualTo(2);
          assertThat(left.bytesWritten()).isEqualTo(from.position());
        });
  }

  /** A cancelled task closes, and wakes others a moment before they are cancelled, too. */
  @Test
  void aTaskThatIsCancelledWithItsGroupIsToldOnlyThat() {
    Simulation.explore(
        500,
        () -> {
          StreamPair<MemoryStream> quiet = MemoryStreams.pair(0);
          StreamPair<MemoryStream> silent = MemoryStreams.pair(0);
          List<String> badNews = new ArrayList<>();
          TaskGroup.run(
              group -> {
                group.launch(
                    () -> {
                      try (quiet;
                          silent) {
                        Selvage.sleep(ofSeconds(1_000));
                      }
                    });
                for (MemoryStream end : List.of(quiet.left(), quiet.right())) {
                  group.launch(
                      () -> {
                        try {
                          badNews.add("read " + end.read(ByteBuffer.allocate(1)));
                        } catch (IllegalStateException e) {
                          badNews.add("read: " + e);
                        }
                      });
                }
                group.launch(
                    () -> {
                      try {
                        badNews.add("written " + silent.left().write(buffer(1)));
                      } catch (IllegalStateException e) {
                        badNews.add("write: " + e);
                      }
                    });
                group.cancel();
              });
          assertThat(badNews).isEmpty();
          assertThat(quiet.left().waiting()).isZero();
        });
  }
}
