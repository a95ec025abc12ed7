package io.selvage.test.connection;

import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selvage.BrokenResourceException;
import io.selvage.CancelScope;
import io.selvage.ClosedResourceException;
import io.selvage.EndOfStreamException;
import io.selvage.GroupOptions;
import io.selvage.Selvage;
import io.selvage.Task;
import io.selvage.TaskCancelledException;
import io.selvage.TaskGroup;
import io.selvage.channel.Channel;
import io.selvage.channel.LateSend;
import io.selvage.test.Simulation;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class MemoryChannelsTest {
  private static final int ITEMS = 6;
  private static final List<Integer> ALL = IntStream.range(0, ITEMS).boxed().toList();

  private final MemoryChannels<Integer, String> connection = MemoryChannels.pair();
  private final MemoryChannel<Integer, String> left = connection.left();
  private final MemoryChannel<String, Integer> right = connection.right();

  private static List<String> askAll(GroupOptions options) throws InterruptedException {
    MemoryChannels<Integer, String> connection = MemoryChannels.pair();
    List<String> replies = new ArrayList<>();
    options.run(
        group -> {
          MemoryChannel<String, Integer> server = connection.right();
          group.launch("server", () -> server.forEach(i -> server.send("reply " + i)));
          group.launch(
              "client",
              () -> {
                for (int i : ALL) {
                  connection.left().send(i);
                  replies.add(connection.left().receive());
                }
                connection.left().close();
              });
        });
    return replies;
  }

  private static final List<String> REPLIES = ALL.stream().map(i -> "reply " + i).toList();

  @Test
  void eachEndReceivesWhatTheOtherOneSends() {
    Simulation.explore(200, () -> assertThat(askAll(TaskGroup.options())).isEqualTo(REPLIES));
  }

  static Stream<GroupOptions> kinds() {
    return Stream.of(TaskGroup.options(), TaskGroup.options().withPlatformThreads());
  }

  @ParameterizedTest
  @MethodSource("kinds")
  @Timeout(20)
  void theyWorkOnRealThreads(GroupOptions options) throws Exception {
    assertThat(askAll(options)).isEqualTo(REPLIES);
  }

  // ---- closing

  @Test
  void whatWasSentBeforeACloseIsReceived() throws Exception {
    left.send(1);
    right.send("a");
    assertThat(left.close("done")).isTrue();
    assertThat(right.receive()).isEqualTo(1);
    assertThat(left.receive()).isEqualTo("a");
    for (MemoryChannel<?, ?> end : List.of(left, right)) {
      assertThat(end.isClosed()).isTrue();
      assertThatThrownBy(end::receive)
          .isInstanceOf(EndOfStreamException.class)
          .hasMessageContaining("done");
    }
    assertThatThrownBy(() -> left.send(2)).isInstanceOf(ClosedResourceException.class);
    assertThatThrownBy(() -> right.send("b"))
        .isInstanceOf(ClosedResourceException.class)
        .hasMessageContaining("done");
  }

  @Test
  void aFailureIsReportedBehindTheItems() throws Exception {
    IOException cause = new IOException("reset");
    left.send(1);
    assertThat(right.fail(cause)).isTrue();
    assertThat(left.fail(new IOException("late"))).isFalse();
    assertThat(left.close("late")).isFalse();
    assertThat(right.receive()).isEqualTo(1);
    for (MemoryChannel<?, ?> end : List.of(left, right)) {
      assertThatThrownBy(end::receive)
          .isInstanceOf(BrokenResourceException.class)
          .hasMessage("reset")
          .hasCause(cause);
    }
    assertThatThrownBy(() -> left.send(2))
        .isInstanceOf(ClosedResourceException.class)
        .hasCause(cause);
  }

  @Test
  void aClosedOutputEndsOneDirection() throws Exception {
    left.send(1);
    left.closeOutput();
    assertThat(left.isClosed()).isFalse();
    assertThatThrownBy(() -> left.send(2)).isInstanceOf(ClosedResourceException.class);
    assertThat(right.receive()).isEqualTo(1);
    assertThatThrownBy(right::receive).isInstanceOf(EndOfStreamException.class);
    right.send("still here");
    assertThat(left.receive()).isEqualTo("still here");
    connection.close();
    assertThat(right.isClosed()).isTrue();
  }

  @Test
  void theFirstReasonStandsInBothDirections() {
    Simulation.explore(
        300,
        () -> {
          MemoryChannels<Integer, String> pair = MemoryChannels.pair();
          List<Boolean> first = new ArrayList<>();
          Set<String> reasons = new HashSet<>();
          TaskGroup.run(
              group -> {
                for (MemoryChannel<?, ?> end : List.of(pair.left(), pair.right())) {
                  String reason = "closed by " + (end == pair.left() ? "left" : "right");
                  group.launch(
                      () -> {
                        first.add(end.close(reason));
                        // a caller that comes back finds it closed
                        assertThat(pair.left().input().isClosed()).isTrue();
                        assertThat(pair.right().input().isClosed()).isTrue();
                      });
                  group.fork(
                      () ->
                          assertThatThrownBy(end::receive)
                              .isInstanceOf(EndOfStreamException.class)
                              .satisfies(e -> reasons.add(e.getMessage())));
                }
              });
          assertThat(first).containsExactlyInAnyOrder(true, false);
          assertThat(reasons).hasSize(1);
        });
  }

  // ---- hooks

  @Test
  void hooksAreCalledAroundEachOperation() throws Exception {
    List<String> log = new ArrayList<>();
    left.beforeSend(item -> log.add("before send of " + item + ", sent " + sent()));
    left.afterSend(item -> log.add("after send of " + item + ", sent " + sent()));
    right.beforeReceive(() -> log.add("before receive"));
    right.afterReceive(item -> log.add("after receive of " + item));
    left.beforeClose(() -> log.add("before close, closed " + left.isClosed()));
    left.afterClose(() -> log.add("after close, closed " + left.isClosed()));
    left.send(5);
    right.receive();
    left.close();
    assertThat(log)
        .containsExactly(
            "before send of 5, sent 0",
            "after send of 5, sent 1",
            "before receive",
            "after receive of 5",
            "before close, closed false",
            "after close, closed true");
  }

  private long sent() {
    return left.output().stats().sent();
  }

  @Test
  void aHookThatThrowsBeforeAnOperationPreventsIt() throws Exception {
    IllegalStateException refusal = new IllegalStateException("no");
    left.beforeSend(
        item -> {
          throw refusal;
        });
    assertThatThrownBy(() -> left.send(1)).isSameAs(refusal);
    assertThat(sent()).isZero();
    left.output().trySend(2);
    right.beforeReceive(
        () -> {
          throw refusal;
        });
    assertThatThrownBy(right::receive).isSameAs(refusal);
    assertThat(right.input().stats().queued()).isEqualTo(1);
  }

  @Test
  void aHookThatThrowsAfterAnOperationDoesNotUndoIt() throws Exception {
    IllegalStateException failure = new IllegalStateException("no answer");
    left.afterSend(
        item -> {
          throw failure;
        });
    assertThatThrownBy(() -> left.send(1)).isSameAs(failure);
    right.afterReceive(
        item -> {
          throw failure;
        });
    assertThatThrownBy(right::receive).isSameAs(failure);
    assertThat(right.input().stats().received()).isEqualTo(1);
  }

  @Test
  void aHookThatThrowsBeforeACloseDoesNotPreventIt() {
    IllegalStateException failure = new IllegalStateException("no");
    left.beforeClose(
        () -> {
          throw failure;
        });
    assertThatThrownBy(left::close).isSameAs(failure);
    assertThat(right.isClosed()).isTrue();
    assertThat(right.input().isClosed()).isTrue();
  }

  @Test
  void whatIsLostDoesNotArrive() throws Exception {
    List<Integer> sent = new ArrayList<>();
    left.loseIf(item -> item % 2 == 1);
    left.afterSend(sent::add);
    for (int i : ALL) {
      left.send(i);
    }
    assertThat(sent).isEqualTo(ALL);
    left.close();
    List<Integer> arrived = new ArrayList<>();
    right.forEach(arrived::add);
    assertThat(arrived).containsExactly(0, 2, 4);
    // What would be lost is refused as well when the channel is closed.
    assertThatThrownBy(() -> left.send(1)).isInstanceOf(ClosedResourceException.class);
  }

  @Test
  void aHookThatWaitsMakesTheOperationLate() {
    Simulation.explore(
        20,
        run -> {
          MemoryChannels<Integer, String> pair = MemoryChannels.pair();
          pair.left().beforeSend(item -> Selvage.sleep(ofSeconds(item)));
          pair.right().afterReceive(item -> Selvage.sleep(ofSeconds(10)));
          pair.left().send(3);
          assertThat(pair.right().receive()).isEqualTo(3);
          assertThat(run.elapsed()).hasSeconds(13);
        });
  }

  @Test
  void aWaitBeforeIsCancelledAndAWaitAfterIsNot() {
    Simulation.explore(
        20,
        run -> {
          MemoryChannels<Integer, String> pair = MemoryChannels.pair();
          pair.left().send(1);
          pair.right().beforeReceive(() -> Selvage.sleep(ofSeconds(10)));
          assertThat(CancelScope.moveOnAfter(ofSeconds(1)).call(() -> pair.right().receive()))
              .isEmpty();
          assertThat(run.elapsed()).hasSeconds(1);
          pair.right().beforeReceive(() -> {});
          pair.right().afterReceive(item -> Selvage.sleep(ofSeconds(10)));
          assertThat(CancelScope.moveOnAfter(ofSeconds(1)).call(() -> pair.right().receive()))
              .contains(1);
          assertThat(run.elapsed()).hasSeconds(11);
        });
  }

  @Test
  void otherChannelsCanCarryTheItems() throws Exception {
    MemoryChannels<Integer, String> pair =
        MemoryChannels.pair(
            Channel.prioritized(item -> item),
            Channel.options().withLateSend(LateSend.DROP).unbounded());
    for (int i : ALL) {
      pair.left().send(i);
    }
    pair.close();
    pair.right().send("dropped");
    List<Integer> arrived = new ArrayList<>();
    pair.right().forEach(arrived::add);
    assertThat(arrived).isEqualTo(ALL.reversed());
    assertThat(pair.right().output().stats().dropped()).isEqualTo(1);
    assertThat(pair.left())
        .hasToString(
            "MemoryChannel[sends to "
                + pair.left().output()
                + ", receives from "
                + pair.left().input()
                + "]");
  }

  // ---- cancellation

  @Test
  void cancelledAnywhereNoItemIsLostOrDoubled() {
    for (long seed = 0; seed < 20; seed++) {
      Simulation.options().cancelEverywhere(seed, run -> sendAndReceive());
    }
  }

  private static void sendAndReceive() throws InterruptedException {
    MemoryChannels<Integer, String> pair = MemoryChannels.pair();
    pair.left().beforeSend(item -> Selvage.checkpoint());
    pair.left().afterSend(item -> Selvage.checkpoint());
    pair.right().beforeReceive(Selvage::checkpoint);
    pair.right().afterReceive(item -> Selvage.checkpoint());
    List<Integer> sent = new ArrayList<>();
    List<Integer> received = new ArrayList<>();
    try {
      TaskGroup.run(
          group -> {
            Task<?> sender =
                group.launch(
                    "sender",
                    () -> {
                      for (int i = 0; i < 3; i++) {
                        pair.left().send(i);
                        sent.add(i);
                      }
                    });
            for (int i = 0; i < 2; i++) {
              group.launch("receiver", () -> pair.right().forEach(received::add));
            }
            try {
              sender.join();
            } catch (TaskCancelledException cancelled) {
              // what it has sent is sent
            }
            pair.left().close();
          });
    } finally {
      List<Integer> all = new ArrayList<>(received);
      all.addAll(pair.right().input().drain());
      assertThat(all).containsExactlyInAnyOrderElementsOf(sent);
      assertThat(pair.right().input().stats().waitingReceivers()).isZero();
    }
  }
}
