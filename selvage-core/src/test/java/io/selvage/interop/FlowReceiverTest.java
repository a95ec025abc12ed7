package io.selvage.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selvage.BrokenResourceException;
import io.selvage.CancelScope;
import io.selvage.EndOfStreamException;
import io.selvage.LeakCheck;
import io.selvage.TaskGroup;
import io.selvage.Threads;
import io.selvage.Threads.Kind;
import io.selvage.Threads.Running;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Flow;
import java.util.concurrent.SubmissionPublisher;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(LeakCheck.class)
class FlowReceiverTest {

  /** A publisher that sends what the test says, and notes what is asked of it. */
  private static final class Source implements Flow.Publisher<Integer> {
    private final List<Long> requests = new ArrayList<>();
    private Flow.Subscriber<? super Integer> subscriber;
    private int cancels;

    @Override
    public void subscribe(Flow.Subscriber<? super Integer> to) {
      subscriber = to;
      to.onSubscribe(subscription());
    }

    private Flow.Subscription subscription() {
      return new Flow.Subscription() {
        @Override
        public void request(long n) {
          requests.add(n);
        }

        @Override
        public void cancel() {
          cancels++;
        }
      };
    }

    void send(int... items) {
      for (int item : items) {
        subscriber.onNext(item);
      }
    }
  }

  private final Source source = new Source();

  @Test
  void asksForSoManyAheadAndThenInBatches() throws Exception {
    try (FlowReceiver<Integer> received = Flows.subscribe(source, 4)) {
      assertThat(source.requests).containsExactly(4L);
      source.send(1, 2, 3, 4);
      assertThat(received).hasToString("FlowReceiver[4 of 4 queued]");
      assertThat(received.receive()).isEqualTo(1);
      assertThat(received.tryReceive()).contains(2);
      assertThat(source.requests).containsExactly(4L);
      assertThat(received.receive()).isEqualTo(3);
      assertThat(source.requests).containsExactly(4L, 3L);
      source.send(5, 6, 7);
      assertThat(received.drain()).containsExactly(4, 5, 6, 7);
      assertThat(source.requests).containsExactly(4L, 3L, 4L);
      assertThat(received.tryReceive()).isEmpty();
    }
  }

  @Test
  void aPrefetchOfOneAsksForOneAtATime() throws Exception {
    try (FlowReceiver<Integer> received = Flows.subscribe(source, 1)) {
      source.send(1);
      received.receive();
      source.send(2);
      received.receive();
      assertThat(source.requests).containsExactly(1L, 1L, 1L);
    }
    assertThatThrownBy(() -> FlowReceiver.create(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("prefetch must be >= 1, was 0");
  }

  @Test
  void completionIsTheEndOfTheStreamBehindItsItemsAgainAndAgain() throws Exception {
    try (FlowReceiver<Integer> received = Flows.subscribe(source, 4)) {
      source.send(1);
      source.subscriber.onComplete();
      assertThat(received.receive()).isEqualTo(1);
      assertThatThrownBy(received::receive).isInstanceOf(EndOfStreamException.class);
      assertThatThrownBy(received::tryReceive).isInstanceOf(EndOfStreamException.class);
      assertThat(received.drain()).isEmpty();
    }
    assertThat(source.cancels).as("it had ended").isZero();
  }

  @Test
  void anErrorIsBrokenWithTheOriginalAsItsCauseBehindTheItems() throws Exception {
    IOException failure = new IOException("of the publisher");
    try (FlowReceiver<Integer> received = Flows.subscribe(source, 4)) {
      source.send(1);
      source.subscriber.onError(failure);
      List<Integer> got = new ArrayList<>();
      assertThatThrownBy(() -> received.forEach(got::add))
          .isInstanceOf(BrokenResourceException.class)
          .hasCause(failure);
      assertThat(got).containsExactly(1);
    }
  }

  @Test
  void closeCancelsTheSubscriptionOnceAndKeepsWhatHasCome() throws Exception {
    FlowReceiver<Integer> received = Flows.subscribe(source, 4);
    source.send(1, 2);
    received.close();
    received.close();
    assertThat(source.cancels).isEqualTo(1);
    source.send(3);
    assertThat(received.isClosed()).isTrue();
    assertThat(received.receive()).isEqualTo(1);
    assertThat(received.drain()).containsExactly(2);
    assertThatThrownBy(received::receive).isInstanceOf(EndOfStreamException.class);
  }

  @Test
  void aReceiverClosedBeforeItIsSubscribedCancelsItsSubscription() {
    FlowReceiver<Integer> received = FlowReceiver.create(4);
    received.close();
    source.subscribe(received.subscriber());
    assertThat(source.cancels).isEqualTo(1);
    assertThat(source.requests).isEmpty();
  }

  @Test
  void aSecondSubscriptionIsCancelled() {
    try (FlowReceiver<Integer> received = Flows.subscribe(source, 4)) {
      Source second = new Source();
      second.subscribe(received.subscriber());
      assertThat(second.cancels).isEqualTo(1);
      assertThat(source.cancels).isZero();
    }
  }

  @Test
  void aPublisherThatSendsMoreThanItWasAskedForIsBroken() throws Exception {
    try (FlowReceiver<Integer> received = Flows.subscribe(source, 2)) {
      source.send(1, 2, 3);
      assertThat(source.cancels).isEqualTo(1);
      assertThat(received.drain()).containsExactly(1, 2);
      assertThatThrownBy(received::receive)
          .isInstanceOf(BrokenResourceException.class)
          .hasMessageContaining("more than the 2 items");
    }
  }

  @Test
  void aPublisherThatFailsInItsRequestBreaksTheStreamAndLosesNothing() throws Exception {
    FlowReceiver<Integer> received = FlowReceiver.create(1);
    received
        .subscriber()
        .onSubscribe(
            new Flow.Subscription() {
              private int requests;

              @Override
              public void request(long n) {
                if (++requests > 1) {
                  throw new IllegalStateException("of the publisher");
                }
              }

              @Override
              public void cancel() {
                throw new IllegalArgumentException("in its cancel, too");
              }
            });
    received.subscriber().onNext(1);
    assertThat(received.receive()).isEqualTo(1);
    assertThatThrownBy(received::receive).isInstanceOf(BrokenResourceException.class);
  }

  @Test
  void aPublisherThatFailsInItsFirstRequestBreaksTheStreamToo() {
    List<String> calls = new ArrayList<>();
    FlowReceiver<Integer> received = FlowReceiver.create(1);
    received
        .subscriber()
        .onSubscribe(
            new Flow.Subscription() {
              @Override
              public void request(long n) {
                throw new IllegalStateException("of the publisher");
              }

              @Override
              public void cancel() {
                calls.add("cancelled");
              }
            });
    assertThat(calls).containsExactly("cancelled");
    assertThatThrownBy(received::receive)
        .isInstanceOf(BrokenResourceException.class)
        .cause()
        .hasMessage("of the publisher");
  }

  @Test
  void nullsAreRefused() {
    try (FlowReceiver<Integer> received = Flows.subscribe(source, 2)) {
      Flow.Subscriber<Integer> inlet = received.subscriber();
      assertThatThrownBy(() -> inlet.onSubscribe(null)).isInstanceOf(NullPointerException.class);
      assertThatThrownBy(() -> inlet.onNext(null)).isInstanceOf(NullPointerException.class);
      assertThatThrownBy(() -> inlet.onError(null)).isInstanceOf(NullPointerException.class);
    }
  }

  @Test
  void aReceiverThatIsCancelledTakesNothing() throws Exception {
    try (FlowReceiver<Integer> received = Flows.subscribe(source, 2)) {
      CancelScope scope = CancelScope.create();
      Running<Boolean> waiter = Kind.VIRTUAL.start(() -> scope.run(received::receive));
      Threads.awaitBlocked(waiter.thread());
      scope.cancel();
      assertThat(waiter.get()).isFalse();
      source.send(1);
      assertThat(received.receive()).isEqualTo(1);
    }
  }

  @Test
  void whatThePublisherOfTheJdkSendsComesInOrderThroughASmallWindow() throws Exception {
    List<Integer> got = new ArrayList<>();
    try (SubmissionPublisher<Integer> jdk = new SubmissionPublisher<>(Runnable::run, 1_000);
        FlowReceiver<Integer> received = Flows.subscribe(jdk, 3)) {
      TaskGroup.run(
          group -> {
            group.launch(() -> received.forEach(got::add));
            for (int i = 0; i < 500; i++) {
              jdk.submit(i);
            }
            jdk.close();
          });
    }
    assertThat(got).hasSize(500).isSorted();
  }

  @Test
  void aBodyAndAReceiverMakeAPipeWithBackPressure() throws Exception {
    List<Integer> got = new ArrayList<>();
    TaskGroup.run(
        group -> {
          Flow.Publisher<Integer> numbers =
              Flows.generate(
                  group,
                  emitter -> {
                    for (int i = 0; i < 1_000; i++) {
                      emitter.emit(i);
                    }
                  });
          try (FlowReceiver<Integer> received = Flows.subscribe(numbers, 8)) {
            received.forEach(got::add);
          }
        });
    assertThat(got).hasSize(1_000).isSorted();
  }
}
