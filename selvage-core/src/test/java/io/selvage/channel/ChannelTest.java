package io.selvage.channel;

import static io.selvage.Bodies.failWith;
import static io.selvage.Threads.awaitCondition;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.selvage.BrokenResourceException;
import io.selvage.CancelScope;
import io.selvage.CancelledException;
import io.selvage.EndOfStreamException;
import io.selvage.LeakCheck;
import io.selvage.Threads;
import io.selvage.Threads.Kind;
import io.selvage.Threads.Running;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@ExtendWith(LeakCheck.class)
class ChannelTest {
  private final Channel<String> channel = Channel.unbounded();

  private void awaitReceivers(int count) {
    awaitCondition(count + " receivers wait", () -> channel.stats().waitingReceivers() == count);
  }

  // ---- sending and receiving

  @Test
  void itemsSentBeforeTheFirstReceiveAreKeptInOrder() throws Exception {
    Kind.PLATFORM.complete(
        () -> {
          channel.trySend("a");
          channel.trySend("b");
        });
    channel.send("c");
    assertThat(channel.receive()).isEqualTo("a");
    assertThat(channel.receive()).isEqualTo("b");
    assertThat(channel.receive()).isEqualTo("c");
    assertThat(channel.tryReceive()).isEmpty();
  }

  @Test
  void sendReturnsTheRunningNumberFromOne() throws Exception {
    assertThat(channel.send("a")).isEqualTo(1);
    assertThat(channel.send("b")).isEqualTo(2);
    channel.receive();
    assertThat(channel.trySend("c")).isTrue();
    assertThat(channel.send("d")).isEqualTo(4);
  }

  @Test
  void sendingNeverWaitsHoweverManyItemsThereAre() throws Exception {
    Channel<Integer> numbers = Channel.unbounded();
    for (int i = 0; i < 100_000; i++) {
      numbers.send(i);
    }
    assertThat(numbers.stats().queued()).isEqualTo(100_000);
    assertThat(numbers.drain())
        .containsExactlyElementsOf(IntStream.range(0, 100_000).boxed().toList());
  }

  @ParameterizedTest
  @EnumSource
  void aReceiverThatWaitsGetsTheItem(Kind kind) throws Exception {
    Running<String> receiver = kind.start(channel::receive);
    awaitReceivers(1);
    assertThat(channel.send("item")).isEqualTo(1);
    assertThat(receiver.get()).isEqualTo("item");
    assertThat(channel.stats().waitingReceivers()).isZero();
  }

  @ParameterizedTest
  @EnumSource
  void theLongestWaitingReceiverIsFirst(Kind kind) throws Exception {
    List<Running<String>> receivers = new ArrayList<>();
    for (int i = 1; i <= 4; i++) {
      receivers.add(kind.start(channel::receive));
      awaitReceivers(i);
    }
    for (int i = 0; i < 4; i++) {
      channel.send("item " + i);
    }
    for (int i = 0; i < 4; i++) {
      assertThat(receivers.get(i).get()).isEqualTo("item " + i);
    }
  }

  @ParameterizedTest
  @EnumSource
  void manySendersAndReceiversLoseAndDoubleNothingAndKeepTheOrderOfEachSender(Kind kind)
      throws Exception {
    int senders = 3;
    int each = 2_000;
    Channel<Integer> numbers = Channel.unbounded();
    List<List<Integer>> received = new ArrayList<>();
    List<Running<Void>> receivers = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      List<Integer> mine = new ArrayList<>();
      received.add(mine);
      receivers.add(kind.run(() -> numbers.forEach(mine::add)));
    }
    List<Running<Void>> sending = new ArrayList<>();
    for (int s = 0; s < senders; s++) {
      int from = s * each;
      sending.add(
          kind.run(
              () -> {
                for (int i = 0; i < each; i++) {
                  numbers.send(from + i);
                }
              }));
    }
    for (Running<Void> sender : sending) {
      sender.get();
    }
    numbers.close();
    for (Running<Void> receiver : receivers) {
      receiver.get();
    }
    assertThat(received.stream().flatMap(List::stream).sorted())
        .containsExactlyElementsOf(IntStream.range(0, senders * each).boxed().toList());
    for (List<Integer> mine : received) {
      for (int s = 0; s < senders; s++) {
        int sender = s;
        assertThat(mine.stream().filter(item -> item / each == sender).toList()).isSorted();
      }
    }
  }

  @Test
  void workBeforeTheSendIsSeenByTheReceiver() throws Exception {
    for (int round = 0; round < 300; round++) {
      Channel<int[]> boxes = Channel.unbounded();
      int value = round;
      Running<Void> sender =
          Kind.VIRTUAL.run(
              () -> {
                int[] box = {0};
                box[0] = value;
                boxes.send(box);
              });
      assertThat(boxes.receive()[0]).isEqualTo(round);
      sender.get();
    }
  }

  @Test
  void tryReceiveTakesWhatIsThereAndIsHinderedByNothing() throws Exception {
    assertThat(channel.tryReceive()).isEmpty();
    channel.send("a");
    CancelScope scope = CancelScope.create();
    scope.run(
        () -> {
          scope.cancel();
          assertThat(channel.trySend("b")).isTrue();
          assertThat(channel.tryReceive()).contains("a");
          assertThat(channel.drain()).containsExactly("b");
        });
    Thread.currentThread().interrupt();
    assertThat(channel.trySend("c")).isTrue();
    assertThat(channel.tryReceive()).contains("c");
    assertThat(Thread.interrupted()).isTrue();
  }

  @Test
  void nullsAreRefused() {
    assertThatThrownBy(() -> channel.send(null)).isInstanceOf(NullPointerException.class);
    assertThatThrownBy(() -> channel.trySend(null)).isInstanceOf(NullPointerException.class);
    assertThatThrownBy(() -> channel.fail(null)).isInstanceOf(NullPointerException.class);
    assertThatThrownBy(() -> channel.close(null)).isInstanceOf(NullPointerException.class);
    assertThatThrownBy(() -> channel.forEach(null)).isInstanceOf(NullPointerException.class);
    assertThatThrownBy(() -> Channel.options().withLateSend(null))
        .isInstanceOf(NullPointerException.class);
    assertThat(channel.isClosed()).isFalse();
    assertThat(channel.stats().sent()).isZero();
  }

  // ---- forEach

  @Test
  void forEachEndsSilentlyWithTheStream() throws Exception {
    channel.send("a");
    channel.send("b");
    channel.close();
    List<String> items = new ArrayList<>();
    channel.forEach(items::add);
    assertThat(items).containsExactly("a", "b");
  }

  @Test
  void forEachThrowsWhenTheChannelWasFailed() throws Exception {
    channel.send("a");
    channel.fail(new IOException("disk"));
    List<String> items = new ArrayList<>();
    assertThatThrownBy(() -> channel.forEach(items::add))
        .isInstanceOf(BrokenResourceException.class);
    assertThat(items).containsExactly("a");
  }

  @Test
  void whatTheActionThrowsEndsForEachAndLeavesTheRest() throws Exception {
    channel.send("a");
    channel.send("b");
    IOException failure = new IOException("action");
    assertThat(catchThrowable(() -> channel.forEach(item -> failWith(failure)))).isSameAs(failure);
    assertThat(channel.isClosed()).isFalse();
    assertThat(channel.receive()).isEqualTo("b");
  }

  @Test
  void anEndOfAnotherStreamThrownByTheActionIsNotTheEndOfThisOne() throws Exception {
    channel.send("a");
    EndOfStreamException other = new EndOfStreamException("of another stream");
    assertThat(catchThrowable(() -> channel.forEach(item -> failWith(other)))).isSameAs(other);
  }

  // ---- draining and statistics

  @Test
  void drainTakesEverythingThatIsThereAndNeverWaitsOrThrows() throws Exception {
    assertThat(channel.drain()).isEmpty();
    channel.send("a");
    channel.send("b");
    assertThat(channel.drain()).containsExactly("a", "b");
    channel.send("c");
    channel.close();
    assertThat(channel.drain()).containsExactly("c");
    assertThat(channel.drain()).isEmpty();
    assertThatThrownBy(channel::receive).isInstanceOf(EndOfStreamException.class);
  }

  @Test
  void drainTakesAtMostAsManyAsAsked() throws Exception {
    for (String item : List.of("a", "b", "c")) {
      channel.send(item);
    }
    assertThat(channel.drain(0)).isEmpty();
    assertThat(channel.drain(2)).containsExactly("a", "b");
    assertThat(channel.drain(Integer.MAX_VALUE)).containsExactly("c");
    assertThatThrownBy(() -> channel.drain(-1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("was -1");
  }

  @Test
  void drainedItemsAreCountedApartFromReceivedOnes() throws Exception {
    for (String item : List.of("a", "b", "c", "d")) {
      channel.send(item);
    }
    channel.receive();
    channel.drain(2);
    channel.close();
    assertThat(catchThrowable(() -> channel.send("late"))).isNotNull();
    assertThat(channel.stats())
        .isEqualTo(new ChannelStats(4, 1, 2, 1, 1, Integer.MAX_VALUE, 0, 0, true));
    assertThat(channel.toString()).isEqualTo("Channel[1 queued, 0 waiting, closed]");
  }

  @Test
  void theEndIsNotCountedAsQueued() throws Exception {
    channel.send("a");
    channel.close();
    assertThat(channel.stats().queued()).isEqualTo(1);
    channel.receive();
    assertThat(channel.stats().queued()).isZero();
  }

  @Test
  void anExceptionIsAnItemAsAnyOther() throws Exception {
    Channel<Object> things = Channel.unbounded();
    IOException item = new IOException("an item");
    EndOfStreamException end = new EndOfStreamException("an item, too");
    things.send(item);
    things.send(end);
    assertThat(things.receive()).isSameAs(item);
    Running<Object> receiver = Kind.VIRTUAL.start(things::receive);
    assertThat(receiver.get()).isSameAs(end);
    Running<Object> waiting = Kind.VIRTUAL.start(things::receive);
    awaitCondition("it waits", () -> things.stats().waitingReceivers() == 1);
    things.send(end);
    assertThat(waiting.get()).isSameAs(end);
    things.send("and on");
    assertThat(things.receive()).isEqualTo("and on");
  }

  // ---- cancellation

  @Test
  void receiveThrowsOnEntryThoughAnItemIsThereAndTheItemStays() throws Exception {
    channel.send("item");
    CancelScope scope = CancelScope.create();
    scope.run(
        () -> {
          scope.cancel();
          assertThatThrownBy(channel::receive).isInstanceOf(CancelledException.class);
          assertThatThrownBy(() -> channel.forEach(item -> {}))
              .isInstanceOf(CancelledException.class);
        });
    assertThat(channel.receive()).isEqualTo("item");
  }

  @Test
  void sendThrowsOnEntryAndSendsNothing() throws Exception {
    CancelScope scope = CancelScope.create();
    scope.run(
        () -> {
          scope.cancel();
          assertThatThrownBy(() -> channel.send("item")).isInstanceOf(CancelledException.class);
        });
    assertThat(channel.stats().sent()).isZero();
  }

  @ParameterizedTest
  @EnumSource
  void aReceiverThatWasWithdrawnIsSkipped(Kind kind) throws Exception {
    CancelScope scope = CancelScope.create();
    Running<Boolean> first = kind.start(() -> scope.run(channel::receive));
    awaitReceivers(1);
    Running<String> second = kind.start(channel::receive);
    awaitReceivers(2);
    scope.cancel();
    channel.send("item");
    assertThat(second.get()).isEqualTo("item");
    assertThat(first.get()).isFalse();
    assertThat(channel.stats().waitingReceivers()).isZero();
  }

  @ParameterizedTest
  @EnumSource
  void noItemIsLostOrDoubledWhenReceiversAreCancelled(Kind kind) throws Exception {
    Channel<Integer> numbers = Channel.unbounded();
    List<Integer> received = Collections.synchronizedList(new ArrayList<>());
    int count = 1_000;
    AtomicBoolean stop = new AtomicBoolean();
    List<CancelScope> current = Collections.synchronizedList(new ArrayList<>());
    List<Running<Void>> receivers = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      receivers.add(
          kind.run(
              () -> {
                try {
                  while (true) {
                    CancelScope scope = CancelScope.create();
                    current.add(scope);
                    scope.call(numbers::receive).ifPresent(received::add);
                  }
                } catch (EndOfStreamException e) {
                  // The test is over.
                }
              }));
    }
    Running<Void> canceller =
        kind.run(
            () -> {
              while (!stop.get()) {
                List<CancelScope> scopes;
                synchronized (current) {
                  scopes = List.copyOf(current);
                  current.clear();
                }
                scopes.forEach(CancelScope::cancel);
                Threads.letOthersRun();
              }
            });
    for (int i = 0; i < count; i++) {
      numbers.send(i);
    }
    numbers.close();
    for (Running<Void> receiver : receivers) {
      receiver.get();
    }
    stop.set(true);
    canceller.get();
    assertThat(received).hasSize(count).doesNotHaveDuplicates();
    assertThat(numbers.stats().received()).isEqualTo(count);
    assertThat(numbers.stats().waitingReceivers()).isZero();
  }
}
