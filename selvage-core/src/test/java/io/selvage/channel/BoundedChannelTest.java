package io.selvage.channel;

import static io.selvage.Threads.awaitCondition;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.selvage.BrokenResourceException;
import io.selvage.CancelScope;
import io.selvage.ClosedResourceException;
import io.selvage.EndOfStreamException;
import io.selvage.LeakCheck;
import io.selvage.TaskFailedException;
import io.selvage.Threads.Kind;
import io.selvage.Threads.Running;
import io.selvage.service.LogCapture;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Channels whose senders wait: a rendezvous, and channels with a buffer. */
@ExtendWith(LeakCheck.class)
class BoundedChannelTest {
  private final Channel<String> rendezvous = Channel.rendezvous();
  private final Channel<String> two = Channel.bounded(2);

  private static void awaitSenders(Channel<?> channel, int count) {
    awaitCondition(count + " senders wait", () -> channel.stats().waitingSenders() == count);
  }

  private static void awaitReceivers(Channel<?> channel, int count) {
    awaitCondition(count + " receivers wait", () -> channel.stats().waitingReceivers() == count);
  }

  private static <T> Running<Long> sender(Kind kind, Channel<T> channel, T item) {
    int waiting = channel.stats().waitingSenders();
    Running<Long> sender = kind.start(() -> channel.send(item));
    awaitSenders(channel, waiting + 1);
    return sender;
  }

  // ---- waiting for room

  @ParameterizedTest
  @EnumSource
  void aRendezvousSendWaitsUntilAReceiverTakesTheItem(Kind kind) throws Exception {
    Running<Long> sender = sender(kind, rendezvous, "item");
    assertThat(rendezvous.stats().sent()).isZero();
    assertThat(rendezvous.receive()).isEqualTo("item");
    assertThat(sender.get()).isEqualTo(1);
    assertThat(rendezvous.stats().waitingSenders()).isZero();
  }

  @ParameterizedTest
  @EnumSource
  void aWaitingReceiverGetsTheItemOfARendezvousAtOnce(Kind kind) throws Exception {
    Running<String> receiver = kind.start(rendezvous::receive);
    awaitReceivers(rendezvous, 1);
    assertThat(rendezvous.send("item")).isEqualTo(1);
    assertThat(receiver.get()).isEqualTo("item");
  }

  @ParameterizedTest
  @EnumSource
  void aSendToAFullBufferWaitsUntilThereIsRoom(Kind kind) throws Exception {
    two.send("a");
    two.send("b");
    Running<Long> sender = sender(kind, two, "c");
    assertThat(two.receive()).isEqualTo("a");
    assertThat(sender.get()).isEqualTo(3);
    assertThat(two.drain()).containsExactly("b", "c");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 3})
  void waitingSendersAreServedInTheOrderOfTheirArrival(int capacity) throws Exception {
    Channel<Integer> channel = capacity == 0 ? Channel.rendezvous() : Channel.bounded(capacity);
    List<Running<Long>> senders = new ArrayList<>();
    for (int i = 0; i < capacity; i++) {
      channel.send(i);
    }
    for (int i = 0; i < 4; i++) {
      senders.add(sender(Kind.VIRTUAL, channel, capacity + i));
    }
    for (int i = 0; i < capacity + 4; i++) {
      assertThat(channel.receive()).isEqualTo(i);
    }
    for (int i = 0; i < 4; i++) {
      assertThat(senders.get(i).get()).isEqualTo(capacity + i + 1);
    }
  }

  @Test
  void aNewcomerDoesNotOvertakeAWaitingSender() throws Exception {
    two.send("a");
    two.send("b");
    Running<Long> waiting = sender(Kind.VIRTUAL, two, "c");
    assertThat(two.receive()).isEqualTo("a"); // "c" takes the free place
    assertThat(two.trySend("d")).isFalse();
    waiting.get();
    assertThat(two.drain()).containsExactly("b", "c");
  }

  @Test
  void tryReceiveTakesTheItemOfAWaitingSender() throws Exception {
    assertThat(rendezvous.tryReceive()).isEmpty();
    Running<Long> sender = sender(Kind.VIRTUAL, rendezvous, "item");
    assertThat(rendezvous.tryReceive()).hasValue("item");
    assertThat(sender.get()).isEqualTo(1);
  }

  @Test
  void trySendToARendezvousNeedsAWaitingReceiver() throws Exception {
    assertThat(rendezvous.trySend("lost")).isFalse();
    Running<String> receiver = Kind.VIRTUAL.start(rendezvous::receive);
    awaitReceivers(rendezvous, 1);
    assertThat(rendezvous.trySend("item")).isTrue();
    assertThat(receiver.get()).isEqualTo("item");
  }

  @Test
  void drainTakesTheItemsOfWaitingSendersToo() throws Exception {
    two.send("a");
    two.send("b");
    Running<Long> third = sender(Kind.VIRTUAL, two, "c");
    Running<Long> fourth = sender(Kind.VIRTUAL, two, "d");
    assertThat(two.drain(3)).containsExactly("a", "b", "c");
    assertThat(third.get()).isEqualTo(3);
    assertThat(fourth.get()).isEqualTo(4);
    assertThat(two.drain()).containsExactly("d");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 16})
  void manySendersAndReceiversLoseAndDoubleNothing(int capacity) throws Exception {
    Channel<Integer> channel = capacity == 0 ? Channel.rendezvous() : Channel.bounded(capacity);
    int each = 3_000;
    Set<Integer> received = new ConcurrentSkipListSet<>();
    AtomicInteger count = new AtomicInteger();
    List<Running<Void>> receivers = new ArrayList<>();
    List<Running<Void>> senders = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      int from = i * each;
      Kind kind = i == 0 ? Kind.PLATFORM : Kind.VIRTUAL;
      receivers.add(
          kind.run(
              () ->
                  channel.forEach(
                      item -> {
                        received.add(item);
                        count.incrementAndGet();
                      })));
      senders.add(
          kind.run(
              () -> {
                for (int item = from; item < from + each; item++) {
                  channel.send(item);
                }
              }));
    }
    for (Running<Void> sender : senders) {
      sender.get();
    }
    channel.close();
    for (Running<Void> receiver : receivers) {
      receiver.get();
    }
    assertThat(count.get()).isEqualTo(3 * each);
    assertThat(received).hasSize(3 * each);
  }

  // ---- withdrawn and ended

  @ParameterizedTest
  @EnumSource
  void aCancelledSendWasNotSent(Kind kind) throws Exception {
    CancelScope scope = CancelScope.create();
    Running<Boolean> sender = kind.start(() -> scope.run(() -> rendezvous.send("lost")));
    awaitSenders(rendezvous, 1);
    scope.cancel("no longer wanted");
    sender.get();
    assertThat(rendezvous.stats().waitingSenders()).isZero();
    assertThat(rendezvous.tryReceive()).isEmpty();
    assertThat(rendezvous.stats().sent()).isZero();
  }

  @ParameterizedTest
  @EnumSource
  void closeWakesWaitingSendersWhoseItemsWereNotSent(Kind kind) throws Exception {
    two.send("a");
    two.send("b");
    Running<Throwable> sender = kind.start(() -> catchThrowable(() -> two.send("c")));
    awaitSenders(two, 1);
    two.close("enough");
    assertThat(sender.get())
        .isInstanceOf(ClosedResourceException.class)
        .hasMessage("send on closed channel: enough");
    assertThat(two.receive()).isEqualTo("a");
    assertThat(two.receive()).isEqualTo("b");
    assertThatThrownBy(two::receive).isInstanceOf(EndOfStreamException.class);
    assertThat(two.stats().dropped()).isEqualTo(1);
  }

  @Test
  void failWakesWaitingSendersWithTheCause() throws Exception {
    IOException cause = new IOException("disk full");
    Running<Throwable> sender =
        Kind.VIRTUAL.start(() -> catchThrowable(() -> rendezvous.send("c")));
    awaitSenders(rendezvous, 1);
    rendezvous.fail(cause);
    assertThat(sender.get()).isInstanceOf(ClosedResourceException.class).hasCause(cause);
    assertThatThrownBy(rendezvous::receive).isInstanceOf(BrokenResourceException.class);
  }

  @Test
  void aWaitingSenderIsDroppedByACloseIfLateSendsAreDropped() throws Exception {
    List<String> dropped = Collections.synchronizedList(new ArrayList<>());
    Channel<String> channel =
        Channel.options().withLateSend(LateSend.DROP).bounded(1, Overflow.WAIT, dropped::add);
    channel.send("a");
    Running<Long> sender = sender(Kind.VIRTUAL, channel, "b");
    channel.close();
    assertThat(sender.get()).isZero();
    assertThat(channel.send("c")).isZero();
    assertThat(dropped).containsExactly("b", "c");
    assertThat(channel.stats().dropped()).isEqualTo(2);
    assertThat(channel.drain()).containsExactly("a");
  }

  // ---- overflow

  @Test
  void theOldestItemIsDroppedIfThatIsAskedFor() throws Exception {
    List<String> dropped = new ArrayList<>();
    Channel<String> channel = Channel.options().bounded(2, Overflow.DROP_OLDEST, dropped::add);
    assertThat(channel.send("a")).isEqualTo(1);
    assertThat(channel.send("b")).isEqualTo(2);
    assertThat(channel.send("c")).isEqualTo(3);
    assertThat(dropped).containsExactly("a");
    assertThat(channel.stats().dropped()).isEqualTo(1);
    assertThat(channel.drain()).containsExactly("b", "c");
  }

  @Test
  void theLatestItemIsDroppedIfThatIsAskedFor() throws Exception {
    List<String> dropped = new ArrayList<>();
    Channel<String> channel = Channel.options().bounded(1, Overflow.DROP_LATEST, dropped::add);
    assertThat(channel.send("a")).isEqualTo(1);
    assertThat(channel.send("b")).isZero();
    assertThat(channel.trySend("c")).isFalse();
    assertThat(dropped).containsExactly("b", "c");
    assertThat(channel.drain()).containsExactly("a");
  }

  @Test
  void aSendToAFullChannelThrowsIfThatIsAskedFor() throws Exception {
    Channel<String> channel = Channel.options().withName("jobs").bounded(1, Overflow.THROW);
    channel.send("a");
    assertThatThrownBy(() -> channel.send("b"))
        .isInstanceOf(ChannelFullException.class)
        .hasMessage("channel 'jobs' is full: 1 items wait; receive some first");
    assertThat(channel.trySend("c")).isFalse();
    assertThat(channel.drain()).containsExactly("a");
  }

  @Test
  void aFailureOfTheCallbackForDroppedItemsDoesNotReachTheSender() throws Exception {
    Channel<String> channel =
        Channel.options()
            .bounded(
                1,
                Overflow.DROP_OLDEST,
                item -> {
                  throw new IllegalStateException("cannot release " + item);
                });
    try (LogCapture log = new LogCapture()) {
      channel.send("a");
      assertThat(channel.send("b")).isEqualTo(2);
      assertThat(log.records()).hasSize(1);
      assertThat(log.records().getFirst().message())
          .contains("the callback for dropped items failed");
      assertThat(log.records().getFirst().thrown()).hasMessage("cannot release a");
    }
    assertThat(channel.drain()).containsExactly("b");
  }

  // ---- several workers

  @Test
  void severalWorkersReceiveUntilTheEnd() throws Exception {
    Channel<Integer> channel = Channel.unbounded();
    IntStream.range(0, 100).forEach(channel::trySend);
    channel.close();
    Set<Integer> done = Collections.synchronizedSet(new TreeSet<>());
    channel.forEachParallel(4, done::add);
    assertThat(done).containsExactlyElementsOf(IntStream.range(0, 100).boxed().toList());
  }

  @Test
  void theFailureOfOneWorkerEndsTheOthersAndLeavesTheRestInTheChannel() {
    Channel<Integer> channel = Channel.unbounded();
    IntStream.range(0, 10).forEach(channel::trySend);
    IOException failure = new IOException("no");
    assertThatThrownBy(
            () ->
                channel.forEachParallel(
                    2,
                    item -> {
                      throw failure;
                    }))
        .isInstanceOf(TaskFailedException.class)
        .hasCause(failure);
    assertThat(channel.isClosed()).isFalse();
    assertThat(channel.stats().queued()).isGreaterThanOrEqualTo(8);
  }

  @Test
  void aFloorThatIsSetAfterTheCloseHidesNoItem() throws Exception {
    PriorityChannel<Integer> channel = Channel.prioritized(item -> item);
    channel.send(1);
    channel.close();
    channel.setFloor(9);
    assertThat(channel.receive()).isEqualTo(1);
    assertThatThrownBy(channel::receive).isInstanceOf(EndOfStreamException.class);
  }

  // ---- what it says, and bad input

  @Test
  void statisticsAndTextSayCapacityAndWaitingSenders() throws Exception {
    two.send("a");
    assertThat(two).hasToString("Channel[1 of 2 queued, 0 waiting]");
    two.send("b");
    Running<Long> sender = sender(Kind.VIRTUAL, two, "c");
    assertThat(two).hasToString("Channel[2 of 2 queued, 0 waiting, 1 waiting to send]");
    assertThat(two.stats()).isEqualTo(new ChannelStats(2, 0, 0, 0, 2, 2, 0, 1, false));
    two.drain();
    sender.get();
  }

  @Test
  void badArgumentsAreRefused() {
    assertThatThrownBy(() -> Channel.bounded(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("capacity must be >= 1, was 0; for a channel without a buffer use rendezvous");
    assertThatThrownBy(() -> two.forEachParallel(0, item -> {}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("workers must be >= 1, was 0");
  }
}
