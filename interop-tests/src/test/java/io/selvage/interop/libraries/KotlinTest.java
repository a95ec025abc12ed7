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
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import kotlin.coroutines.EmptyCoroutineContext;
import kotlinx.coroutines.BuildersKt;
import kotlinx.coroutines.CoroutineScope;
import kotlinx.coroutines.CoroutineStart;
import kotlinx.coroutines.DelayKt;
import kotlinx.coroutines.Dispatchers;
import kotlinx.coroutines.GlobalScope;
import kotlinx.coroutines.Job;
import kotlinx.coroutines.flow.Flow;
import kotlinx.coroutines.flow.FlowKt;
import kotlinx.coroutines.future.FutureKt;
import kotlinx.coroutines.jdk9.ReactiveFlowKt;
import org.junit.jupiter.api.Test;

/** Streams and futures exchanged with Kotlin's coroutines. */
class KotlinTest {
  private static final CoroutineScope SCOPE = GlobalScope.INSTANCE;

  private static <T> T runBlocking(
      kotlin.jvm.functions.Function2<
              CoroutineScope, kotlin.coroutines.Continuation<? super T>, Object>
          body)
      throws InterruptedException {
    return BuildersKt.runBlocking(EmptyCoroutineContext.INSTANCE, body);
  }

  @Test
  void aChannelIsAFlowThatLeavesWhatItDoesNotTake() throws Exception {
    Channel<Integer> numbers = Channel.unbounded();
    for (int i = 0; i < 10; i++) {
      numbers.send(i);
    }
    TaskGroup.run(
        group -> {
          Flow<Integer> flow = FlowKt.take(FlowKt.buffer(asFlow(group, numbers), 1, SUSPEND), 3);
          Object got =
              KotlinTest.<Object>runBlocking(
                  (s, c) -> FlowKt.toList(flow, new ArrayList<Integer>(), c));
          assertThat(got).isEqualTo(List.of(0, 1, 2));
        });
    assertThat(numbers.drain()).as("it asked for one more at most").endsWith(5, 6, 7, 8, 9);
  }

  private static final kotlinx.coroutines.channels.BufferOverflow SUSPEND =
      kotlinx.coroutines.channels.BufferOverflow.SUSPEND;

  private static Flow<Integer> asFlow(TaskGroup group, Channel<Integer> channel) {
    return ReactiveFlowKt.asFlow(Flows.publish(group, channel));
  }

  @Test
  void aFlowIsReceived() throws Exception {
    List<Integer> thousand = IntStream.range(0, 1_000).boxed().toList();
    Flow<Integer> flow = FlowKt.flowOn(FlowKt.asFlow(thousand), Dispatchers.getDefault());
    List<Integer> got = new ArrayList<>();
    try (FlowReceiver<Integer> received = Flows.subscribe(ReactiveFlowKt.asPublisher(flow), 8)) {
      received.forEach(got::add);
    }
    assertThat(got).isEqualTo(thousand);
  }

  @Test
  void closingAReceiverCancelsTheFlowBehindIt() throws Exception {
    CountDownLatch completed = new CountDownLatch(1);
    Iterable<Integer> numbers = IntStream.range(0, Integer.MAX_VALUE)::iterator;
    Flow<Integer> endless =
        FlowKt.onCompletion(
            FlowKt.asFlow(numbers),
            (collector, failure, c) -> {
              completed.countDown();
              return kotlin.Unit.INSTANCE;
            });
    try (FlowReceiver<Integer> received = Flows.subscribe(ReactiveFlowKt.asPublisher(endless), 2)) {
      assertThat(received.receive()).isZero();
    }
    completed.await();
  }

  @Test
  void aBodyIsCancelledWithTheFlowAndCleansUp() throws Exception {
    List<String> log = new CopyOnWriteArrayList<>();
    TaskGroup.run(
        group -> {
          Flow<Integer> endless =
              ReactiveFlowKt.asFlow(
                  Flows.generate(
                      group,
                      emitter -> {
                        try {
                          for (int i = 0; ; i++) {
                            emitter.emit(i);
                          }
                        } finally {
                          log.add("cleaned up");
                        }
                      }));
          assertThat(KotlinTest.<Object>runBlocking((s, c) -> FlowKt.first(endless, c)))
              .isEqualTo(0);
        });
    assertThat(log).containsExactly("cleaned up");
  }

  @Test
  void failuresPassBothWays() throws Exception {
    IOException failure = new IOException("of the stream");
    Flow<Integer> failing =
        FlowKt.onStart(
            FlowKt.asFlow(List.of(1)),
            (collector, c) -> {
              throw new IllegalStateException(failure);
            });
    try (FlowReceiver<Integer> received = Flows.subscribe(ReactiveFlowKt.asPublisher(failing), 4)) {
      assertThatThrownBy(received::receive)
          .isInstanceOf(BrokenResourceException.class)
          .hasRootCause(failure);
    }
    Channel<Integer> broken = Channel.unbounded();
    broken.fail(failure);
    TaskGroup.run(
        group ->
            assertThatThrownBy(() -> runBlocking((s, c) -> FlowKt.first(asFlow(group, broken), c)))
                .hasMessage("of the stream")
                .isInstanceOf(IOException.class));
  }

  @Test
  void aCoroutineIsAwaitedAndIsCancelledWithItsWaiter() throws Exception {
    CompletableFuture<String> value =
        FutureKt.future(SCOPE, Dispatchers.getDefault(), CoroutineStart.DEFAULT, (s, c) -> "value");
    assertThat(Futures.<String>await(value)).isEqualTo("value");
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch completed = new CountDownLatch(1);
    CompletableFuture<Object> never =
        FutureKt.future(
            SCOPE,
            Dispatchers.getDefault(),
            CoroutineStart.DEFAULT,
            (s, c) -> {
              s.getCoroutineContext()
                  .get(Job.Key)
                  .invokeOnCompletion(
                      failure -> {
                        completed.countDown();
                        return kotlin.Unit.INSTANCE;
                      });
              begun.countDown();
              return DelayKt.awaitCancellation(c);
            });
    begun.await(); // one that is cancelled before never does
    assertThat(CancelScope.moveOnAfter(Duration.ofMillis(1)).call(() -> Futures.await(never)))
        .isEmpty();
    completed.await();
  }

  @Test
  void workIsAwaitedByACoroutineAndIsCancelledWithIt() throws Exception {
    List<String> log = new CopyOnWriteArrayList<>();
    CountDownLatch begun = new CountDownLatch(1);
    try (Background work = Background.open()) {
      assertThat(
              KotlinTest.<String>runBlocking((s, c) -> FutureKt.await(work.fork(() -> "value"), c)))
          .isEqualTo("value");
      CompletableFuture<Object> waiting =
          FutureKt.future(
              SCOPE,
              Dispatchers.getDefault(),
              CoroutineStart.DEFAULT,
              (s, c) ->
                  FutureKt.await(
                      work.fork(
                          () -> {
                            begun.countDown();
                            try {
                              Selvage.sleep(Duration.ofDays(1));
                              return "never";
                            } finally {
                              log.add("cleaned up");
                            }
                          }),
                      c));
      begun.await();
      waiting.cancel(true);
      work.finish();
    }
    assertThat(log).containsExactly("cleaned up");
  }
}
