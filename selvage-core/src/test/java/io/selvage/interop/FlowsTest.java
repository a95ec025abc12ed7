package io.selvage.interop;

import static io.selvage.Bodies.runInLoop;
import static io.selvage.Bodies.sleepThenCleanUp;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.selvage.CancelScope;
import io.selvage.LeakCheck;
import io.selvage.Selvage;
import io.selvage.TaskFailedException;
import io.selvage.TaskGroup;
import io.selvage.Threads;
import io.selvage.channel.Channel;
import io.selvage.sync.Event;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(LeakCheck.class)
class FlowsTest {
  private final Channel<Integer> channel = Channel.unbounded();
  private final Probe<Integer> probe = new Probe<>();

  private void send(int... items) {
    for (int item : items) {
      channel.trySend(item);
    }
  }

  // ---- of a channel

  @Test
  void aSubscriberGetsWhatItAskedForAndNoMore() throws Exception {
    send(1, 2, 3, 4);
    TaskGroup.run(
        group -> {
          Flows.publish(group, channel).subscribe(probe);
          assertThat(probe.items()).isEmpty();
          probe.request(1).awaitItems(1);
          probe.request(2).awaitItems(3);
          assertThat(channel.stats().queued()).as("is not taken ahead").isEqualTo(1);
          probe.subscription().cancel();
        });
    assertThat(probe.items()).containsExactly(1, 2, 3);
    assertThat(probe.ends()).isZero();
    assertThat(channel.drain()).containsExactly(4);
  }

  @Test
  void theEndOfTheChannelIsToldBehindItsItemsAlsoWithoutDemand() throws Exception {
    send(1, 2);
    channel.close();
    TaskGroup.run(group -> Flows.publish(group, channel).subscribe(probe.askingAtOnce(2)));
    assertThat(probe.items()).containsExactly(1, 2);
    assertThat(probe.isComplete()).isTrue();
    Probe<Integer> late = new Probe<>();
    TaskGroup.run(group -> Flows.publish(group, channel).subscribe(late));
    assertThat(late.isComplete()).isTrue();
  }

  @Test
  void aChannelThatFailedIsAnErrorWithTheOriginalBehindItsItems() throws Exception {
    IOException failure = new IOException("disk");
    send(1);
    channel.fail(failure);
    TaskGroup.run(group -> Flows.publish(group, channel).subscribe(probe.askingAtOnce(1)));
    assertThat(probe.items()).containsExactly(1);
    assertThat(probe.failure()).isSameAs(failure);
  }

  @Test
  void subscribersShareTheItems() throws Exception {
    Probe<Integer> other = new Probe<>();
    TaskGroup.run(
        group -> {
          Flow.Publisher<Integer> publisher = Flows.publish(group, channel);
          publisher.subscribe(probe);
          publisher.subscribe(other);
          probe.request(Long.MAX_VALUE);
          other.request(Long.MAX_VALUE).request(Long.MAX_VALUE);
          for (int i = 0; i < 100; i++) {
            channel.send(i);
          }
          channel.close();
        });
    List<Integer> all = new ArrayList<>(probe.items());
    all.addAll(other.items());
    assertThat(all).hasSize(100).doesNotHaveDuplicates();
    assertThat(probe.items()).isSorted();
    assertThat(probe.isComplete() && other.isComplete()).isTrue();
  }

  @Test
  void cancellingASubscriptionThatWaitsForAnItemTakesNone() throws Exception {
    TaskGroup.run(
        group -> {
          Flows.publish(group, channel).subscribe(probe);
          probe.request(5);
          Threads.awaitCondition(
              "it waits for an item", () -> channel.stats().waitingReceivers() == 1);
          probe.subscription().cancel();
          Threads.awaitCondition("its task has ended", () -> group.running() == 0);
          send(1);
        });
    assertThat(probe.items()).isEmpty();
    assertThat(channel.drain()).containsExactly(1);
  }

  @Test
  void aSubscriberThatCancelsInOnNextGetsNoMoreAndIsNotInterrupted() throws Exception {
    send(1, 2, 3);
    AtomicReference<Boolean> interrupted = new AtomicReference<>();
    Probe<Integer> once =
        new Probe<>() {
          @Override
          public synchronized void onNext(Integer item) {
            super.onNext(item);
            subscription().cancel();
            interrupted.set(Thread.currentThread().isInterrupted() || Selvage.isCancelled());
          }
        };
    for (boolean generated : new boolean[] {false, true}) {
      TaskGroup.run(
          group -> {
            Flow.Publisher<Integer> publisher =
                generated
                    ? Flows.generate(group, emitter -> emitter.emit(1))
                    : Flows.publish(group, channel);
            publisher.subscribe(once);
            once.request(9);
          });
      assertThat(interrupted).hasValue(false);
    }
    assertThat(once.items()).containsExactly(1, 1);
    assertThat(once.ends()).isZero();
    assertThat(channel.drain()).containsExactly(2, 3);
  }

  @Test
  void askingForNothingIsAnError() throws Exception {
    for (long n : new long[] {0, -1}) {
      Probe<Integer> wrong = new Probe<>();
      TaskGroup.run(
          group -> {
            Flows.publish(group, channel).subscribe(wrong);
            wrong.request(n);
          });
      assertThat(wrong.failure())
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("request(" + n + ")")
          .hasMessageContaining("3.9");
    }
  }

  @Test
  void askingForNothingBehindACancelIsNothing() throws Exception {
    TaskGroup.run(
        group -> {
          Flows.publish(group, channel).subscribe(probe);
          probe.subscription().cancel();
          probe.subscription().cancel();
          probe.request(0).request(1);
        });
    assertThat(probe.ends()).isZero();
  }

  @Test
  void cancellingTheGroupIsAnErrorForTheSubscriber() throws Exception {
    TaskGroup.run(
        group -> {
          Flows.publish(group, channel).subscribe(probe);
          probe.request(1);
          group.cancel("shut down");
          Probe<Integer> late = new Probe<>();
          Flows.publish(group, channel).subscribe(late);
          assertThat(late.subscription()).isNotNull();
          assertThat(late.failure()).isInstanceOf(CancellationException.class);
        });
    assertThat(probe.failure()).isInstanceOf(CancellationException.class);
  }

  @Test
  void subscribingBehindTheEndOfTheGroupIsAnError() throws Exception {
    AtomicReference<Flow.Publisher<Integer>> publisher = new AtomicReference<>();
    TaskGroup.run(group -> publisher.set(Flows.publish(group, channel)));
    publisher.get().subscribe(probe);
    assertThat(probe.subscription()).isNotNull();
    assertThat(probe.failure()).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> publisher.get().subscribe(null))
        .isInstanceOf(NullPointerException.class);
  }

  @Test
  void aSubscriberThatThrowsFailsTheGroup() {
    IllegalStateException failure = new IllegalStateException("of the subscriber");
    Probe<Integer> broken =
        new Probe<>() {
          @Override
          public synchronized void onNext(Integer item) {
            throw failure;
          }
        };
    for (boolean generated : new boolean[] {false, true}) {
      send(1, 2);
      assertThatThrownBy(
              () ->
                  TaskGroup.run(
                      group -> {
                        Flow.Publisher<Integer> publisher =
                            generated
                                ? Flows.generate(group, FlowsTest::emitAndIgnoreFailures)
                                : Flows.publish(group, channel);
                        publisher.subscribe(broken);
                        broken.request(2);
                      }))
          .isInstanceOf(TaskFailedException.class)
          .hasCause(failure);
      assertThat(broken.ends()).as("signals").isZero();
    }
  }

  private static void emitAndIgnoreFailures(Flows.Emitter<Integer> emitter)
      throws InterruptedException {
    try {
      emitter.emit(1);
    } catch (IllegalStateException e) {
      // as a body should not
    }
  }

  @Test
  void inALoopTheOthersRunWhileASubscriptionWaits() throws Exception {
    runInLoop(
        group -> {
          Flows.publish(group, channel).subscribe(probe);
          probe.request(2);
          Selvage.checkpoint();
          channel.send(1);
          channel.close();
        });
    assertThat(probe.items()).containsExactly(1);
    assertThat(probe.isComplete()).isTrue();
  }

  // ---- of a body

  @Test
  void aBodyEmitsWhenTheSubscriberAsksAndItsReturnIsTheEnd() throws Exception {
    List<String> log = new CopyOnWriteArrayList<>();
    TaskGroup.run(
        group -> {
          Flow.Publisher<Integer> publisher =
              Flows.generate(
                  group,
                  emitter -> {
                    for (int i = 1; i <= 3; i++) {
                      emitter.emit(i);
                      log.add("emitted " + i);
                    }
                  });
          publisher.subscribe(probe);
          probe.request(2).awaitItems(2);
          Threads.awaitCondition("two", () -> log.size() == 2);
          probe.request(1).awaitEnd();
          Probe<Integer> again = new Probe<>();
          publisher.subscribe(again);
          again.request(9).awaitEnd();
          assertThat(again.items()).containsExactly(1, 2, 3);
        });
    assertThat(probe.items()).containsExactly(1, 2, 3);
    assertThat(probe.isComplete()).isTrue();
  }

  @Test
  void aBodyThatThrowsIsAnErrorWithTheSameObjectAndLeavesTheGroupAlone() throws Exception {
    IOException failure = new IOException("of the body");
    TaskGroup.run(
        group -> {
          Flows.<Integer>generate(
                  group,
                  emitter -> {
                    emitter.emit(1);
                    throw failure;
                  })
              .subscribe(probe);
          probe.request(1).awaitEnd();
          Selvage.throwIfCancelled();
        });
    assertThat(probe.items()).containsExactly(1);
    assertThat(probe.failure()).isSameAs(failure);
  }

  @Test
  void cancellingTheSubscriptionCancelsTheBodyWhereverItWaits() throws Exception {
    List<String> log = new CopyOnWriteArrayList<>();
    CountDownLatch asleep = new CountDownLatch(1);
    TaskGroup.run(
        group -> {
          Flow.Publisher<Integer> emitting =
              Flows.generate(
                  group,
                  emitter -> {
                    try {
                      emitter.emit(1);
                    } finally {
                      log.add("emitting");
                    }
                  });
          Flow.Publisher<Integer> sleeping =
              Flows.generate(
                  group,
                  emitter -> {
                    asleep.countDown();
                    sleepThenCleanUp(() -> log.add("sleeping"));
                  });
          Probe<Integer> other = new Probe<>();
          emitting.subscribe(probe);
          sleeping.subscribe(other);
          Threads.await(asleep);
          probe.subscription().cancel();
          other.subscription().cancel();
        });
    assertThat(log).containsExactlyInAnyOrder("emitting", "sleeping");
    assertThat(probe.ends()).isZero();
  }

  @Test
  void aBodyThatFailsInItsCleanUpBehindACancelFailsTheGroup() {
    IllegalStateException failure = new IllegalStateException("in the clean-up");
    assertThatThrownBy(
            () ->
                TaskGroup.run(
                    group -> {
                      Event begun = new Event();
                      Flows.<Integer>generate(
                              group,
                              emitter -> {
                                begun.set();
                                try {
                                  emitter.emit(1);
                                } catch (InterruptedException e) {
                                  throw failure;
                                }
                              })
                          .subscribe(probe);
                      begun.await();
                      probe.subscription().cancel();
                    }))
        .isInstanceOf(TaskFailedException.class)
        .hasCause(failure);
    assertThat(probe.ends()).isZero();
  }

  @Test
  void behindAShieldAnEmitSaysThatTheSubscriptionWasCancelled() throws Exception {
    AtomicReference<Throwable> told = new AtomicReference<>();
    TaskGroup.run(
        group -> {
          Flows.<Integer>generate(
                  group,
                  emitter ->
                      CancelScope.shieldUnlimited()
                          .run(() -> told.set(catchThrowable(() -> emitter.emit(1)))))
              .subscribe(probe);
          probe.subscription().cancel();
        });
    assertThat(told.get())
        .isInstanceOf(CancellationException.class)
        .hasMessageContaining("nothing can be emitted");
  }

  @Test
  void onlyTheThreadOfTheBodyMayEmit() throws Exception {
    TaskGroup.run(
        group -> {
          Flows.<Integer>generate(
                  group, emitter -> TaskGroup.run(inner -> inner.launch(() -> emitter.emit(1))))
              .subscribe(probe);
          probe.request(1).awaitEnd();
        });
    assertThat(probe.failure())
        .hasCauseInstanceOf(IllegalStateException.class)
        .hasStackTraceContaining("only the thread of the body may");
  }
}
