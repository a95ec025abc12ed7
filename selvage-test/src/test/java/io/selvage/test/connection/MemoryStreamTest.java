package io.selvage.test.connection;

import static io.selvage.test.connection.StreamProbe.buffer;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selvage.CancelScope;
import io.selvage.ClosedResourceException;
import io.selvage.Selvage;
import io.selvage.TaskGroup;
import io.selvage.net.BrokenStreamException;
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
  void aSendTakesWhatThereIsRoomFor() throws Exception {
    ByteBuffer from = buffer(1, 2, 3, 4, 5, 6);
    assertThat(left.sendSome(from)).isEqualTo(4);
    assertThat(from.position()).isEqualTo(4);
    assertThat(right.buffered()).isEqualTo(4);
    ByteBuffer into = ByteBuffer.allocate(3);
    assertThat(right.receive(into)).isEqualTo(3);
    assertThat(into.flip()).isEqualTo(buffer(1, 2, 3));
    assertThat(left.sendSome(from)).isEqualTo(2);
    assertThat(left.bytesSent()).isEqualTo(6);
    assertThat(right.bytesReceived()).isEqualTo(3);
    assertThat(left).hasToString("MemoryStream[left, 0 to be received, 0 received, 6 sent]");
  }

  @Test
  void aSendWaitsForRoom() {
    Simulation.explore(
        100,
        run -> {
          StreamPair<MemoryStream> full = MemoryStreams.pair(2);
          List<String> log = new ArrayList<>();
          TaskGroup.run(
              group -> {
                full.left().sendAll(buffer(1, 2));
                group.launch(
                    () -> {
                      full.left().sendAll(buffer(3));
                      log.add("sent");
                    });
                run.awaitAllBlocked();
                assertThat(full.left().waiting()).isEqualTo(1);
                log.add("to be received");
                assertThat(full.right().receive(ByteBuffer.allocate(1))).isEqualTo(1);
              });
          assertThat(log).containsExactly("to be received", "sent");
        });
  }

  @Test
  void withoutCapacityASendMeetsAReceive() {
    Simulation.explore(
        300,
        run -> {
          StreamPair<MemoryStream> lockstep = MemoryStreams.pair(0);
          List<Integer> sent = new ArrayList<>();
          TaskGroup.run(
              group -> {
                group.launch(
                    () -> {
                      ByteBuffer from = buffer(1, 2, 3);
                      sent.add(lockstep.left().sendSome(from));
                      sent.add(lockstep.left().sendSome(from));
                    });
                run.awaitAllBlocked();
                assertThat(sent).isEmpty();
                ByteBuffer into = ByteBuffer.allocate(2);
                assertThat(lockstep.right().receive(into)).isEqualTo(2);
                assertThat(into.flip()).isEqualTo(buffer(1, 2));
                run.awaitAllBlocked();
                assertThat(sent).containsExactly(2);
                assertThat(lockstep.right().receive(ByteBuffer.allocate(9))).isEqualTo(1);
              });
          assertThat(sent).containsExactly(2, 1);
          assertThat(lockstep.right().buffered()).isZero();
        });
  }

  @Test
  void withoutCapacityASendThatIsCancelledOffersNothing() {
    Simulation.explore(
        100,
        () -> {
          StreamPair<MemoryStream> lockstep = MemoryStreams.pair(0);
          CancelScope scope = CancelScope.create();
          ByteBuffer from = buffer(1, 2);
          List<Integer> received = new ArrayList<>();
          TaskGroup.run(
              group -> {
                group.launch(
                    "sender",
                    () -> {
                      scope.run(() -> lockstep.left().sendAll(from));
                      lockstep.left().closeOutput();
                    });
                group.fork("canceller", () -> scope.cancel());
                received.add(lockstep.right().receive(ByteBuffer.allocate(9)));
              });
          assertThat(from.position()).isIn(0, 2);
          assertThat(received).containsExactly(from.position() == 0 ? -1 : 2);
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
          nasty.left().sendAll(ByteBuffer.allocate(1_000));
          ByteBuffer into = ByteBuffer.allocate(1_000);
          while (into.hasRemaining()) {
            sizes.add(nasty.right().receive(into));
          }
        });
    return sizes;
  }

  // ---- closing and failing; what every stream does at its end is checked by StreamChecksTest

  @Test
  void whatWasNotReceivedIsGoneWithTheClose() throws Exception {
    left.sendAll(buffer(1, 2, 3));
    right.close();
    assertThat(right.buffered()).isZero();
    assertThatThrownBy(() -> left.sendSome(buffer(4)))
        .isInstanceOf(BrokenStreamException.class)
        .hasMessageContaining("the other end was closed");
    assertThat(left.bytesSent()).isEqualTo(3);
  }

  @Test
  void afterAFailureWhatWasSentIsReceived() throws Exception {
    IOException cause = new IOException("reset");
    left.sendAll(buffer(1));
    right.fail(cause);
    left.fail(new IOException("late"));
    assertThat(right.receive(ByteBuffer.allocate(4))).isEqualTo(1);
    for (MemoryStream end : List.of(left, right)) {
      assertThatThrownBy(() -> end.receive(ByteBuffer.allocate(1)))
          .isInstanceOf(BrokenStreamException.class)
          .hasMessage("the connection has failed: reset")
          .hasCause(cause);
      assertThatThrownBy(() -> end.sendSome(buffer(1)))
          .isInstanceOf(BrokenStreamException.class)
          .hasCause(cause);
    }
    pair.close();
    assertThatThrownBy(() -> left.receive(ByteBuffer.allocate(1)))
        .isInstanceOf(ClosedResourceException.class);
  }

  @Test
  void aFailureWithoutAMessageIsNamed() {
    left.fail(new IOException());
    assertThatThrownBy(() -> left.sendSome(buffer(1)))
        .hasMessage("the connection has failed: java.io.IOException");
  }

  @Test
  void aFailureDoesNotUndoAnEnd() throws Exception {
    left.closeOutput();
    right.fail(new IOException("reset"));
    assertThat(right.receive(ByteBuffer.allocate(1))).isEqualTo(-1);
    assertThatThrownBy(() -> left.receive(ByteBuffer.allocate(1)))
        .isInstanceOf(BrokenStreamException.class);
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
                                      end.sendSome(buffer(1));
                                    }
                                  })
                              .hasCause(cause));
                  group.fork(
                      () ->
                          assertThatThrownBy(
                                  () -> {
                                    ByteBuffer into = ByteBuffer.allocate(100);
                                    while (end.receive(into) > 0) {
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

  // ---- one receiver, one sender

  @Test
  void aSecondReceiverIsRefused() {
    Simulation.explore(
        50,
        run ->
            TaskGroup.run(
                group -> {
                  StreamPair<MemoryStream> quiet = MemoryStreams.pair();
                  group.fork(
                      "receiver",
                      () ->
                          assertThatThrownBy(() -> quiet.left().receive(ByteBuffer.allocate(1)))
                              .isInstanceOf(ClosedResourceException.class));
                  run.awaitAllBlocked();
                  assertThatThrownBy(() -> quiet.left().receive(ByteBuffer.allocate(1)))
                      .isExactlyInstanceOf(IllegalStateException.class)
                      .hasMessageContaining("another thread receives from MemoryStream[left")
                      .hasMessageContaining("one at a time");
                  quiet.left().close();
                  // A close is a better reason than a receiver that has not gone yet.
                  assertThatThrownBy(() -> quiet.left().receive(ByteBuffer.allocate(1)))
                      .isInstanceOf(ClosedResourceException.class);
                }));
  }

  @Test
  void nobodySendsInTheMiddleOfSendAll() {
    Simulation.explore(
        100,
        run -> {
          StreamPair<MemoryStream> small = MemoryStreams.pair(1);
          TaskGroup.run(
              group -> {
                group.launch("sender", () -> small.left().sendAll(buffer(1, 2, 3, 4)));
                run.awaitAllBlocked();
                for (int i = 1; i <= 3; i++) {
                  assertThatThrownBy(() -> small.left().sendSome(buffer(9)))
                      .hasMessageContaining("another thread sends to");
                  StreamProbe.receive(small.right(), i);
                }
                StreamProbe.receive(small.right(), 4);
              });
        });
  }

  // ---- hooks

  @Test
  void hooksAreCalledBeforeEachOperation() throws Exception {
    List<String> log = new ArrayList<>();
    left.beforeSend(
        bytes -> log.add("send " + bytes.remaining() + (bytes.isReadOnly() ? " to look at" : "")));
    right.beforeReceive(() -> log.add("receive " + right.buffered()));
    right.beforeClose(() -> log.add("close " + right.buffered()));
    left.sendSome(buffer(1, 2));
    right.receive(ByteBuffer.allocate(1));
    right.close();
    assertThat(log).containsExactly("send 2 to look at", "receive 2", "close 1");
  }

  @Test
  void aHookIsCalledForEachPartOfSendAll() {
    Simulation.run(
        1,
        () -> {
          StreamPair<MemoryStream> small = MemoryStreams.pair(2);
          List<Integer> left = new ArrayList<>();
          small
              .left()
              .beforeSend(
                  bytes -> {
                    if (bytes.remaining() == 1) {
                      throw new IOException("no route to host");
                    }
                    left.add(bytes.remaining());
                  });
          TaskGroup.run(
              group -> {
                group.launch(() -> StreamProbe.receive(small.right(), 1, 2, 3, 4));
                ByteBuffer from = buffer(1, 2, 3, 4, 5);
                assertThatThrownBy(() -> small.left().sendAll(from)).hasMessageContaining("route");
                assertThat(from.position()).isEqualTo(4);
              });
          assertThat(left).containsExactly(5, 3);
        });
  }

  @Test
  void whatAHookThrowsLeavesTheStreamAsItWas() throws Exception {
    left.beforeSend(
        bytes -> {
          throw new IOException("send");
        });
    right.beforeReceive(
        () -> {
          throw new IOException("receive");
        });
    right.beforeClose(
        () -> {
          throw new UncheckedIOException(new IOException("close"));
        });
    assertThatThrownBy(() -> left.sendSome(buffer(1))).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> right.receive(ByteBuffer.allocate(1))).isInstanceOf(IOException.class);
    left.beforeSend(bytes -> {});
    right.beforeReceive(() -> {});
    left.sendSome(buffer(1));
    StreamProbe.receive(right, 1);
    assertThatThrownBy(right::close).isInstanceOf(UncheckedIOException.class);
    assertThatThrownBy(() -> right.receive(ByteBuffer.allocate(1)))
        .isInstanceOf(ClosedResourceException.class);
  }

  @Test
  void aHookMayWaitAndIsCancelledThere() {
    Simulation.explore(
        20,
        run -> {
          StreamPair<MemoryStream> slow = MemoryStreams.pair();
          slow.left().beforeSend(bytes -> Selvage.sleep(ofSeconds(2)));
          ByteBuffer from = buffer(1);
          assertThat(CancelScope.moveOnAfter(ofSeconds(1)).run(() -> slow.left().sendAll(from)))
              .isFalse();
          assertThat(from.position()).isZero();
          slow.left().sendAll(from);
          assertThat(run.elapsed()).hasSeconds(3);
          StreamProbe.receive(slow.right(), 1);
        });
  }

  @Test
  void aHookMayNotUseItsOwnDirection() {
    left.beforeReceive(() -> left.receive(ByteBuffer.allocate(1)));
    assertThatThrownBy(() -> left.receive(ByteBuffer.allocate(1)))
        .isExactlyInstanceOf(IllegalStateException.class)
        .hasMessageContaining("another thread receives from");
  }

  // ---- cancellation; what it leaves behind is checked by MemoryStreamCancelTest

  @Test
  void sendAllIsCancelledBetweenItsParts() {
    Simulation.explore(
        20,
        run -> {
          MemoryStream left = MemoryStreams.pair(1_000, run.random()).left();
          CancelScope scope = CancelScope.create();
          int[] parts = {0};
          left.beforeSend(
              bytes -> {
                if (++parts[0] == 2) {
                  scope.cancel();
                }
              });
          ByteBuffer from = ByteBuffer.allocate(1_000);
          // Two parts are sent: a hook that cancels is behind the check.
          assertThat(scope.run(() -> left.sendAll(from))).isEqualTo(!from.hasRemaining());
          assertThat(parts[0]).isLessThanOrEqualTo(2);
          assertThat(left.bytesSent()).isEqualTo(from.position());
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
                          badNews.add("receive " + end.receive(ByteBuffer.allocate(1)));
                        } catch (IllegalStateException e) {
                          badNews.add("receive: " + e);
                        }
                      });
                }
                group.launch(
                    () -> {
                      try {
                        badNews.add("sent " + silent.left().sendSome(buffer(1)));
                      } catch (IllegalStateException e) {
                        badNews.add("send: " + e);
                      }
                    });
                group.cancel();
              });
          assertThat(badNews).isEmpty();
          assertThat(quiet.left().waiting()).isZero();
        });
  }
}
