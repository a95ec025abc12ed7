package io.selvage.kernel;

import static io.selvage.Threads.awaitBlocked;
import static io.selvage.Threads.awaitCondition;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selvage.LeakCheck;
import io.selvage.Threads;
import io.selvage.Threads.Kind;
import io.selvage.Threads.Running;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@ExtendWith(LeakCheck.class)
class CompletionTest {
  private final Completion<String> completion = new Completion<>();

  @Test
  void hasNoValueAtFirst() {
    assertThat(completion.isDone()).isFalse();
    assertThat(completion.poll()).isNull();
    assertThat(completion.waiting()).isZero();
  }

  @Test
  void theFirstValueStays() throws Exception {
    assertThat(completion.complete("first")).isTrue();
    assertThat(completion.complete("second")).isFalse();
    assertThat(completion.poll()).isEqualTo("first");
    assertThat(completion.isDone()).isTrue();
    assertThat(completion.await("test", "a test", WaitNode.NEVER)).isEqualTo("first");
    assertThat(completion.awaitUncancellably("test", "a test")).isEqualTo("first");
  }

  @ParameterizedTest
  @EnumSource
  void wakesAllWaiters(Kind kind) throws Exception {
    List<Running<String>> waiters = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      waiters.add(kind.start(() -> completion.await("test", "a test", WaitNode.NEVER)));
    }
    awaitCondition("all wait", () -> completion.waiting() == 20);
    completion.complete("value");
    assertThat(completion.waiting()).isZero();
    for (Running<String> waiter : waiters) {
      assertThat(waiter.get()).isEqualTo("value");
    }
  }

  @Test
  void aWaitThatTimesOutReturnsNullAndLeavesNothingBehind() throws Exception {
    assertThat(completion.await("test", "a test", System.nanoTime() + 100_000)).isNull();
    assertThat(completion.await("test", "a test", System.nanoTime())).isNull();
    assertThat(completion.waiting()).isZero();
  }

  @ParameterizedTest
  @EnumSource
  void aWaitThatIsInterruptedLeavesNothingBehind(Kind kind) {
    Running<String> waiter = kind.start(() -> completion.await("test", "a test", WaitNode.NEVER));
    awaitCondition("it waits", () -> completion.waiting() == 1);
    waiter.thread().interrupt();
    assertThat(waiter.failure()).isExactlyInstanceOf(InterruptedException.class);
    assertThat(completion.waiting()).isZero();
  }

  @Test
  void anInterruptOnEntryThrowsEvenIfTheValueIsThere() {
    completion.complete("value");
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> completion.await("test", "a test", WaitNode.NEVER))
        .isInstanceOf(InterruptedException.class);
  }

  @ParameterizedTest
  @EnumSource
  void theUncancellableWaitKeepsTheInterruptForLater(Kind kind) throws Exception {
    Running<String> waiter =
        kind.start(() -> completion.awaitUncancellably("test", "a test")).allowFlag();
    awaitCondition("it waits", () -> completion.waiting() == 1);
    waiter.thread().interrupt();
    awaitBlocked(waiter.thread());
    assertThat(waiter.isDone()).isFalse();
    completion.complete("value");
    assertThat(waiter.get()).isEqualTo("value");
    assertThat(waiter.flagLeft()).isTrue();
  }

  @ParameterizedTest
  @EnumSource
  void exactlyOneOfManyThreadsThatCompleteIsFirst(Kind kind) throws Exception {
    for (int round = 0; round < 200; round++) {
      Completion<Integer> racing = new Completion<>();
      AtomicInteger winners = new AtomicInteger();
      CountDownLatch go = new CountDownLatch(1);
      Running<Integer> waiter = kind.start(() -> racing.await("test", "a test", WaitNode.NEVER));
      List<Running<Void>> completers = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        int value = i;
        completers.add(
            kind.run(
                () -> {
                  Threads.await(go);
                  if (racing.complete(value)) {
                    winners.incrementAndGet();
                  }
                }));
      }
      go.countDown();
      for (Running<Void> completer : completers) {
        completer.get();
      }
      assertThat(winners).hasValue(1);
      assertThat(waiter.get()).isEqualTo(racing.poll());
    }
  }
}
