package io.selvage.interop.libraries;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selvage.BrokenResourceException;
import io.selvage.CancelScope;
import io.selvage.Selvage;
import io.selvage.TaskGroup;
import io.selvage.channel.Channel;
import io.selvage.interop.Background;
import io.selvage.interop.FlowReceiver;
import io.selvage.interop.Flows;
import io.selvage.interop.Futures;
import io.selvage.sync.Event;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.reactivestreams.FlowAdapters;
import reactor.adapter.JdkFlowAdapter;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** Streams and futures exchanged with Reactor. */
class ReactorTest {

  @Test
  void aChannelFlowsThroughAPipelineIntoAReceiver() throws Exception {
    Channel<Integer> numbers = Channel.unbounded();
    List<String> got = new ArrayList<>();
    TaskGroup.run(
        group -> {
          Flux<String> texts =
              JdkFlowAdapter.flowPublisherToFlux(Flows.publish(group, numbers))
                  .publishOn(Schedulers.parallel(), 4)
                  .filter(number -> number % 2 == 0)
                  .map(number -> "n" + number);
          group.launch(
              () -> {
                for (int i = 0; i < 1_000; i++) {
                  numbers.send(i);
                }
                numbers.close();
              });
          try (FlowReceiver<String> texted =
              Flows.subscribe(JdkFlowAdapter.publisherToFlowPublisher(texts), 8)) {
            texted.forEach(got::add);
          }
        });
    assertThat(got).hasSize(500).startsWith("n0", "n2").endsWith("n998");
  }

  @Test
  void whatIsNotTakenStaysInTheChannel() throws Exception {
    Channel<Integer> numbers = Channel.unbounded();
    for (int i = 0; i < 10; i++) {
      numbers.send(i);
    }
    TaskGroup.run(
        group ->
            assertThat(
                    Futures.<List<Integer>>await(
                        JdkFlowAdapter.flowPublisherToFlux(Flows.publish(group, numbers))
                            .take(3, true)
                            .collectList()
                            .toFuture()))
                .containsExactly(0, 1, 2));
    assertThat(numbers.drain()).containsExactly(3, 4, 5, 6, 7, 8, 9);
  }

  @Test
  void anEndlessBodyIsCancelledByItsSubscriberAndCleansUp() throws Exception {
    List<String> log = new CopyOnWriteArrayList<>();
    TaskGroup.run(
        group -> {
          Flux<Long> endless =
              JdkFlowAdapter.flowPublisherToFlux(
                  Flows.generate(
                      group,
                      emitter -> {
                        try {
                          for (long i = 0; ; i++) {
                            emitter.emit(i);
                          }
                        } finally {
                          log.add("cleaned up");
                        }
                      }));
          assertThat(endless.takeUntil(i -> i == 5).count().block(Duration.ofSeconds(20)))
              .isEqualTo(6);
        });
    assertThat(log).containsExactly("cleaned up");
  }

  @Test
  void closingAReceiverCancelsThePipelineBehindIt() throws Exception {
    CountDownLatch cancelled = new CountDownLatch(1);
    AtomicLong asked = new AtomicLong();
    Flux<Integer> endless =
        Flux.range(0, Integer.MAX_VALUE)
            .doOnRequest(asked::addAndGet)
            .doOnCancel(cancelled::countDown);
    try (FlowReceiver<Integer> received =
        Flows.subscribe(JdkFlowAdapter.publisherToFlowPublisher(endless), 4)) {
      assertThat(received.receive()).isZero();
      assertThat(received.receive()).isEqualTo(1);
    }
    cancelled.await();
    assertThat(asked.get()).isEqualTo(4);
  }

  @Test
  void failuresPassBothWaysAsTheSameObject() throws Exception {
    IOException failure = new IOException("of the stream");
    try (FlowReceiver<Object> received =
        Flows.subscribe(FlowAdapters.toFlowPublisher(Flux.error(failure)), 4)) {
      assertThatThrownBy(received::receive)
          .isInstanceOf(BrokenResourceException.class)
          .hasCause(failure);
    }
    TaskGroup.run(
        group -> {
          Flux<Object> failing =
              JdkFlowAdapter.flowPublisherToFlux(
                  Flows.generate(
                      group,
                      emitter -> {
                        throw failure;
                      }));
          assertThatThrownBy(() -> Futures.await(failing.next().toFuture(), IOException.class))
              .isSameAs(failure);
        });
  }

  @Test
  void aMonoIsAwaitedAndIsCancelledWithItsWaiter() throws Exception {
    assertThat(
            Futures.<String>await(Mono.delay(Duration.ofMillis(1)).map(tick -> "value").toFuture()))
        .isEqualTo("value");
    CountDownLatch cancelled = new CountDownLatch(1);
    CompletableFuture<Object> never = Mono.never().doOnCancel(cancelled::countDown).toFuture();
    assertThat(CancelScope.moveOnAfter(Duration.ofMillis(1)).call(() -> Futures.await(never)))
        .isEmpty();
    cancelled.await();
  }

  @Test
  void workIsAMonoThatCancelsIt() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    List<String> log = new CopyOnWriteArrayList<>();
    try (Background work = Background.open()) {
      Event go = new Event();
      Mono<String> value =
          Mono.fromFuture(
              () ->
                  work.fork(
                      () -> {
                        go.await();
                        return "value";
                      }));
      go.set();
      assertThat(value.block(Duration.ofSeconds(20))).isEqualTo("value");
      Mono<Object> never =
          Mono.fromFuture(
              () ->
                  work.fork(
                      () -> {
                        begun.countDown();
                        try {
                          Selvage.sleep(Duration.ofDays(1));
                          return "never";
                        } finally {
                          log.add("cleaned up");
                        }
                      }));
      var subscription = never.subscribe();
      begun.await();
      subscription.dispose();
      work.finish();
    }
    assertThat(log).containsExactly("cleaned up");
  }
}
