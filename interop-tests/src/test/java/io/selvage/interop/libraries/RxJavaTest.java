package io.selvage.interop.libraries;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.core.Single;
import io.reactivex.rxjava3.schedulers.Schedulers;
import io.reactivex.rxjava3.subscribers.TestSubscriber;
import io.selvage.BrokenResourceException;
import io.selvage.CancelScope;
import io.selvage.Selvage;
import io.selvage.TaskGroup;
import io.selvage.channel.Channel;
import io.selvage.interop.Background;
import io.selvage.interop.FlowReceiver;
import io.selvage.interop.Flows;
import io.selvage.interop.Futures;
import io.selvage.interop.GroupExecutor;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.reactivestreams.FlowAdapters;

/** Streams, futures and executors exchanged with RxJava. */
class RxJavaTest {

  private static <T> Flowable<T> flowable(Flow.Publisher<T> publisher) {
    return Flowable.fromPublisher(FlowAdapters.toPublisher(publisher));
  }

  @Test
  void aChannelFlowsThroughAPipelineIntoAReceiver() throws Exception {
    Channel<Integer> numbers = Channel.unbounded();
    List<Integer> got = new ArrayList<>();
    TaskGroup.run(
        group -> {
          Flowable<Integer> squares =
              flowable(Flows.publish(group, numbers))
                  .observeOn(Schedulers.computation(), false, 4)
                  .map(number -> number * number);
          group.launch(
              () -> {
                for (int i = 0; i < 500; i++) {
                  numbers.send(i);
                }
                numbers.close();
              });
          try (FlowReceiver<Integer> received =
              Flows.subscribe(FlowAdapters.toFlowPublisher(squares), 5)) {
            received.forEach(got::add);
          }
        });
    assertThat(got).hasSize(500).isSorted().endsWith(499 * 499);
  }

  @Test
  void theDemandOfASubscriberIsHonoured() throws Exception {
    Channel<Integer> numbers = Channel.unbounded();
    for (int i = 0; i < 10; i++) {
      numbers.send(i);
    }
    TaskGroup.run(
        group -> {
          TestSubscriber<Integer> subscriber = flowable(Flows.publish(group, numbers)).test(0);
          subscriber.request(2);
          assertThat(subscriber.awaitCount(2).values()).containsExactly(0, 1);
          subscriber.request(3);
          assertThat(subscriber.awaitCount(5).values()).containsExactly(0, 1, 2, 3, 4);
          subscriber.cancel();
        });
    assertThat(numbers.drain()).containsExactly(5, 6, 7, 8, 9);
  }

  @Test
  void anEndlessBodyIsCancelledByItsSubscriberAndCleansUp() throws Exception {
    List<String> log = new CopyOnWriteArrayList<>();
    TaskGroup.run(
        group -> {
          Flowable<Long> ticks =
              flowable(
                  Flows.generate(
                      group,
                      emitter -> {
                        try {
                          for (long i = 0; ; i++) {
                            emitter.emit(i);
                            Selvage.sleep(Duration.ofNanos(1));
                          }
                        } finally {
                          log.add("cleaned up");
                        }
                      }));
          assertThat(ticks.take(3).toList().blockingGet()).containsExactly(0L, 1L, 2L);
        });
    assertThat(log).containsExactly("cleaned up");
  }

  @Test
  void closingAReceiverCancelsThePipelineBehindIt() throws Exception {
    CountDownLatch cancelled = new CountDownLatch(1);
    Flowable<Long> endless =
        Flowable.interval(1, TimeUnit.MILLISECONDS)
            .onBackpressureDrop()
            .doOnCancel(cancelled::countDown);
    try (FlowReceiver<Long> received = Flows.subscribe(FlowAdapters.toFlowPublisher(endless), 2)) {
      assertThat(received.receive()).isZero();
    }
    cancelled.await();
  }

  @Test
  void failuresPassBothWaysAsTheSameObject() throws Exception {
    IOException failure = new IOException("of the stream");
    try (FlowReceiver<Integer> received =
        Flows.subscribe(
            FlowAdapters.toFlowPublisher(Flowable.just(1).concatWith(Flowable.error(failure))),
            4)) {
      assertThat(received.receive()).isEqualTo(1);
      assertThatThrownBy(received::receive)
          .isInstanceOf(BrokenResourceException.class)
          .hasCause(failure);
    }
    Channel<Integer> broken = Channel.unbounded();
    broken.fail(failure);
    TaskGroup.run(
        group ->
            flowable(Flows.publish(group, broken)).test().await().assertError(x -> x == failure));
  }

  @Test
  void aSingleIsAwaitedAndIsDisposedWithItsWaiter() throws Exception {
    assertThat(Futures.<String>await(Single.just("value").toCompletionStage())).isEqualTo("value");
    CountDownLatch disposed = new CountDownLatch(1);
    Single<String> never = Single.<String>never().doOnDispose(disposed::countDown);
    assertThat(
            CancelScope.moveOnAfter(Duration.ofMillis(1))
                .call(() -> Futures.await(never.toCompletionStage())))
        .isEmpty();
    disposed.await();
  }

  @Test
  void workIsASingle() {
    try (Background work = Background.open()) {
      assertThat(Single.fromCompletionStage(work.fork(() -> "value")).blockingGet())
          .isEqualTo("value");
    }
  }

  @Test
  void aGroupIsAScheduler() throws Exception {
    TaskGroup.options()
        .withName("rx")
        .run(
            group -> {
              List<String> threads =
                  Futures.await(
                      Flowable.range(0, 3)
                          .observeOn(Schedulers.from(GroupExecutor.of(group)))
                          .map(i -> Thread.currentThread().getName())
                          .toList()
                          .toCompletionStage());
              assertThat(threads).hasSize(3).allMatch(name -> name.startsWith("rx/execute-"));
            });
  }
}
