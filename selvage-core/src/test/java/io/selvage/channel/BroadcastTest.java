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
import io.selvage.Threads.Kind;
import io.selvage.Threads.Running;
import io.selvage.select.Select;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@ExtendWith(LeakCheck.class)
class BroadcastTest {
  private final Broadcast<Integer> broadcast = Broadcast.bounded(2);
  private final Broadcast<Integer> dropping = Broadcast.bounded(2, Lag.DROP_OLDEST);

  private Running<Void> waitingSender(Kind kind, int item) {
    int waiting = broadcast.waitingSenders();
    Running<Void> sender = kind.run(() -> broadcast.send(item));
    awaitCondition("a sender waits", () -> broadcast.waitingSenders() == waiting + 1);
    return sender;
  }

  @Test
  void eachSubscriberGetsEachItemThatIsSentAfterItHasSubscribed() throws Exception {
    broadcast.send(0);
    Subscription<Integer> first = broadcast.subscribe();
    broadcast.send(1);
    Subscription<Integer> second = broadcast.subscribe();
    broadcast.send(2);
    assertThat(first.receive()).isEqualTo(1);
    assertThat(first.receive()).isEqualTo(2);
    assertThat(second.receive()).isEqualTo(2);
    assertThat(first.tryReceive()).isEmpty();
    assertThat(second.queued()).isZero();
    assertThat(broadcast.subscribers()).isEqualTo(2);
  }

  @ParameterizedTest
  @EnumSource
  void anItemWakesEachWaitingSubscriber(Kind kind) throws Exception {
    List<Running<Integer>> receiving = new ArrayList<>();
    List<Subscription<Integer>> subscriptions = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      Subscription<Integer> subscription = broadcast.subscribe();
      subscriptions.add(subscription);
      Running<Integer> one = kind.start(subscription::receive);
      awaitCondition("it waits", () -> one.thread().getState() == Thread.State.WAITING);
      receiving.add(one);
    }
    broadcast.send(7);
    for (Running<Integer> one : receiving) {
      assertThat(one.get()).isEqualTo(7);
    }
    assertThat(subscriptions).allSatisfy(each -> assertThat(each.queued()).isZero());
  }

  @ParameterizedTest
  @EnumSource
  void aSenderWaitsForTheSlowestSubscriber(Kind kind) throws Exception {
    Subscription<Integer> fast = broadcast.subscribe();
    Subscription<Integer> slow = broadcast.subscribe();
    broadcast.send(1);
    broadcast.send(2);
    assertThat(broadcast.trySend(3)).isFalse();
    assertThat(fast.receive()).isEqualTo(1);
    assertThat(fast.receive()).isEqualTo(2);
    Running<Void> sender = waitingSender(kind, 3);
    assertThat(fast.tryReceive()).isEmpty();
    assertThat(slow.receive()).isEqualTo(1);
    sender.get();
    assertThat(fast.receive()).isEqualTo(3);
    assertThat(slow.receive()).isEqualTo(2);
    assertThat(slow.receive()).isEqualTo(3);
    assertThat(slow.missed()).isZero();
  }

  @Test
  void aCancelledSendWasSentToNoSubscriber() throws Exception {
    Subscription<Integer> fast = broadcast.subscribe();
    Subscription<Integer> slow = broadcast.subscribe();
    broadcast.send(1);
    broadcast.send(2);
    CancelScope scope = CancelScope.create();
    Running<Boolean> sender = Kind.VIRTUAL.start(() -> scope.run(() -> broadcast.send(3)));
    awaitCondition("a sender waits", () -> broadcast.waitingSenders() == 1);
    scope.cancel("no longer wanted");
    sender.get();
    broadcast.close();
    List<Integer> got = new ArrayList<>();
    fast.forEach(got::add);
    slow.forEach(got::add);
    assertThat(got).containsExactly(1, 2, 1, 2);
  }

  @Test
  void aSlowSubscriberMissesTheOldestItemsAndIsToldHowMany() throws Exception {
    Subscription<Integer> fast = dropping.subscribe();
    Subscription<Integer> slow = dropping.subscribe();
    for (int i = 1; i <= 5; i++) {
      dropping.send(i);
      assertThat(fast.receive()).isEqualTo(i);
    }
    assertThat(slow.missed()).isEqualTo(3);
    assertThat(fast.missed()).isZero();
    assertThat(slow.receive()).isEqualTo(4);
    assertThat(slow.receive()).isEqualTo(5);
  }

  @Test
  void theBufferGrowsAsItIsNeeded() throws Exception {
    Broadcast<Integer> large = Broadcast.bounded(1_000_000);
    Subscription<Integer> early = large.subscribe();
    for (int i = 0; i < 10; i++) {
      large.send(i);
    }
    assertThat(early.receive()).isZero();
    Subscription<Integer> late = large.subscribe();
    for (int i = 10; i < 1_000; i++) {
      large.send(i);
    }
    for (int i = 1; i < 1_000; i++) {
      assertThat(early.receive()).isEqualTo(i);
    }
    assertThat(late.receive()).isEqualTo(10);
    assertThat(late.queued()).isEqualTo(989);
  }

  @Test
  void aClosedSubscriptionHoldsNoSenderBack() throws Exception {
    Subscription<Integer> fast = broadcast.subscribe();
    Subscription<Integer> slow = broadcast.subscribe();
    broadcast.send(1);
    broadcast.send(2);
    fast.receive();
    fast.receive();
    Running<Void> sender = waitingSender(Kind.VIRTUAL, 3);
    slow.close();
    slow.close();
    sender.get();
    assertThat(fast.receive()).isEqualTo(3);
    assertThatThrownBy(slow::receive).isInstanceOf(ClosedResourceException.class);
    assertThatThrownBy(slow::tryReceive).isInstanceOf(ClosedResourceException.class);
    assertThat(broadcast.subscribers()).isEqualTo(1);
  }

  @Test
  void closingASubscriptionWakesTheThreadThatWaitsOnIt() throws Exception {
    Subscription<Integer> subscription = broadcast.subscribe();
    Running<Throwable> receiving = Kind.VIRTUAL.start(() -> catchThrowable(subscription::receive));
    awaitCondition("it waits", () -> receiving.thread().getState() == Thread.State.WAITING);
    subscription.close();
    assertThat(receiving.get())
        .isInstanceOf(ClosedResourceException.class)
        .hasMessage("the subscription was closed");
  }

  @Test
  void theEndComesAfterTheItemsThatWereSentBefore() throws Exception {
    Subscription<Integer> slow = broadcast.subscribe();
    broadcast.send(1);
    broadcast.send(2);
    Running<Void> sender = waitingSender(Kind.VIRTUAL, 3);
    broadcast.close("over");
    assertThat(sender.failure())
        .isInstanceOf(ClosedResourceException.class)
        .hasMessage("send on closed broadcast: over");
    assertThat(slow.receive()).isEqualTo(1);
    assertThat(slow.receive()).isEqualTo(2);
    assertThatThrownBy(slow::receive).isInstanceOf(EndOfStreamException.class).hasMessage("over");
    assertThatThrownBy(() -> broadcast.send(4)).isInstanceOf(ClosedResourceException.class);
    assertThatThrownBy(broadcast.subscribe()::receive).isInstanceOf(EndOfStreamException.class);
  }

  @Test
  void aFailureWakesWaitingSubscribers() throws Exception {
    Subscription<Integer> subscription = broadcast.subscribe();
    Running<Throwable> receiving = Kind.VIRTUAL.start(() -> catchThrowable(subscription::receive));
    awaitCondition("it waits", () -> receiving.thread().getState() == Thread.State.WAITING);
    IOException cause = new IOException("gone");
    assertThat(broadcast.fail(cause)).isTrue();
    assertThat(broadcast.fail(cause)).isFalse();
    assertThat(receiving.get()).isInstanceOf(BrokenResourceException.class).hasCause(cause);
  }

  @Test
  void selectsSendAndReceive() throws Exception {
    Subscription<Integer> one = broadcast.subscribe();
    Subscription<Integer> other = broadcast.subscribe();
    assertThat(Select.first(one.onReceive(), broadcast.onSend(1).call(() -> -1))).isEqualTo(-1);
    assertThat(Select.first(one.onReceive(), other.onReceive())).isEqualTo(1);
    broadcast.send(2);
    Running<Integer> sending =
        Kind.VIRTUAL.start(() -> Select.first(one.onReceive(), broadcast.onSend(3).call(() -> -1)));
    assertThat(sending.get()).isEqualTo(2);
    Running<Integer> waiting =
        Kind.VIRTUAL.start(() -> Select.first(one.onReceive(), broadcast.onSend(3).call(() -> -1)));
    awaitCondition("it waits", () -> broadcast.waitingSenders() == 1);
    assertThat(other.receive()).isEqualTo(1);
    assertThat(waiting.get()).isEqualTo(-1);
    assertThat(one.receive()).isEqualTo(3);
    assertThat(broadcast.waitingSenders()).isZero();
    broadcast.close();
    assertThatThrownBy(() -> Select.first(one.onReceive()))
        .isInstanceOf(EndOfStreamException.class);
    assertThatThrownBy(() -> Select.first(broadcast.onSend(4)))
        .isInstanceOf(ClosedResourceException.class);
  }

  @Test
  void manySendersAndSubscribersSeeTheSameOrder() throws Exception {
    Broadcast<Integer> busy = Broadcast.bounded(3);
    List<List<Integer>> seen = new ArrayList<>();
    List<Running<Void>> subscribers = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      List<Integer> mine = Collections.synchronizedList(new ArrayList<>());
      seen.add(mine);
      Subscription<Integer> subscription = busy.subscribe();
      subscribers.add(Kind.VIRTUAL.run(() -> subscription.forEach(mine::add)));
    }
    List<Running<Void>> senders = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      int from = i * 1_000;
      Kind kind = i == 0 ? Kind.PLATFORM : Kind.VIRTUAL;
      senders.add(
          kind.run(
              () -> {
                for (int item = from; item < from + 1_000; item++) {
                  busy.send(item);
                }
              }));
    }
    for (Running<Void> sender : senders) {
      sender.get();
    }
    busy.close();
    for (Running<Void> subscriber : subscribers) {
      subscriber.get();
    }
    assertThat(seen.get(0))
        .containsExactlyInAnyOrderElementsOf(IntStream.range(0, 3_000).boxed().toList());
    assertThat(seen.get(1)).isEqualTo(seen.get(0));
    assertThat(seen.get(2)).isEqualTo(seen.get(0));
  }

  @Test
  void badArgumentsAreRefused() {
    assertThatThrownBy(() -> Broadcast.bounded(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("capacity must be >= 1, was 0");
    assertThatThrownBy(() -> broadcast.send(null)).hasMessage("item");
    assertThat(broadcast).hasToString("Broadcast[0 subscribers, 0 waiting to send]");
    assertThat(broadcast.subscribe()).hasToString("Subscription[0 queued, 0 missed]");
  }
}
