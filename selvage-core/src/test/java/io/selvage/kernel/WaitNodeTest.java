package io.selvage.kernel;

import static io.selvage.Threads.awaitBlocked;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selvage.LeakCheck;
import io.selvage.Threads;
import io.selvage.Threads.Kind;
import io.selvage.Threads.Running;
import io.selvage.kernel.TestCause.TestCancelled;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@ExtendWith(LeakCheck.class)
class WaitNodeTest {
  private static final TestCause WHY = new TestCause("why");

  private final AtomicReference<WaitNode> published = new AtomicReference<>();
  private final AtomicReference<Region> region = new AtomicReference<>();

  private WaitNode node() {
    WaitNode node = new WaitNode(ThreadRecord.current(), "test", "a test");
    published.set(node);
    return node;
  }

  /** Waits in a region of its own. */
  private Object waitInRegion(boolean shield, long deadline) throws InterruptedException {
    ThreadRecord self = ThreadRecord.current();
    Region inner = self.enter(this, shield, null);
    self.entered(inner, null);
    region.set(inner);
    try {
      return node().await(deadline);
    } finally {
      self.leave(inner, false);
    }
  }

  private Running<Object> startWaiting(Kind kind, boolean shield) {
    Running<Object> waiter = kind.start(() -> waitInRegion(shield, WaitNode.NEVER));
    awaitBlocked(waiter.thread());
    return waiter;
  }

  @ParameterizedTest
  @EnumSource
  void resumeEndsTheWaitWithTheValue(Kind kind) throws Exception {
    Running<Object> waiter = startWaiting(kind, false);
    assertThat(published.get().isWaiting()).isTrue();
    assertThat(published.get().resume("value")).isTrue();
    assertThat(waiter.get()).isEqualTo("value");
    assertThat(published.get().isWaiting()).isFalse();
  }

  @ParameterizedTest
  @EnumSource
  void resumeWithNullReturnsNull(Kind kind) throws Exception {
    Running<Object> waiter = startWaiting(kind, false);
    assertThat(published.get().resume(null)).isTrue();
    assertThat(waiter.get()).isNull();
  }

  @Test
  void secondResumeLosesAndHandsNothingOver() throws Exception {
    WaitNode node = node();
    assertThat(node.resume("first")).isTrue();
    assertThat(node.resume("second")).isFalse();
    assertThat(node.claim("third")).isFalse();
    assertThat(node.await(WaitNode.NEVER)).isEqualTo("first");
  }

  @ParameterizedTest
  @EnumSource
  void claimDecidesAndSignalWakes(Kind kind) throws Exception {
    Running<Object> waiter = startWaiting(kind, false);
    assertThat(published.get().claim("claimed")).isTrue();
    assertThat(published.get().resume("late")).isFalse();
    published.get().signal();
    assertThat(waiter.get()).isEqualTo("claimed");
  }

  @Test
  void aDeadlineThatHasPassedEndsTheWaitAtOnce() throws Exception {
    WaitNode node = node();
    assertThat(node.await(System.nanoTime() - 1)).isSameAs(WaitNode.TIMED_OUT);
    assertThat(node.resume("late")).isFalse();
  }

  @Test
  void aDeadlineEndsTheWaitNotBeforeItsTime() throws Exception {
    long start = System.nanoTime();
    assertThat(node().await(start + 5_000_000)).isSameAs(WaitNode.TIMED_OUT);
    assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(5_000_000);
  }

  @Test
  void aValueThatIsThereWinsOverADeadlineThatHasPassed() throws Exception {
    WaitNode node = node();
    node.resume("value");
    assertThat(node.await(System.nanoTime() - 1)).isEqualTo("value");
  }

  @ParameterizedTest
  @EnumSource
  void cancelAbortsTheWaitAndResumeLosesThen(Kind kind) throws Exception {
    Running<Object> waiter = startWaiting(kind, false);
    region.get().cancel(WHY);
    assertThat(published.get().resume("late")).isFalse();
    assertThat(waiter.failure()).isInstanceOf(TestCancelled.class).hasMessage("why");
  }

  @ParameterizedTest
  @EnumSource
  void cancelOfAnOuterRegionAbortsTheWait(Kind kind) throws Exception {
    AtomicReference<Region> outer = new AtomicReference<>();
    Running<Object> waiter =
        kind.start(
            () -> {
              ThreadRecord self = ThreadRecord.current();
              outer.set(self.enter("outer", false, null));
              try {
                return waitInRegion(false, WaitNode.NEVER);
              } finally {
                self.leave(outer.get(), false);
              }
            });
    awaitBlocked(waiter.thread());
    outer.get().cancel(WHY);
    assertThat(waiter.failure()).isInstanceOf(TestCancelled.class);
  }

  @Test
  void aWaitThatBeginsWhileItIsCancelledIsAborted() {
    ThreadRecord self = ThreadRecord.current();
    Region inner = self.enter(this, false, null);
    try {
      WaitNode node = node();
      inner.cancel(WHY);
      assertThatThrownBy(() -> node.await(WaitNode.NEVER)).isInstanceOf(TestCancelled.class);
      assertThat(node.resume("late")).isFalse();
      assertThat(Thread.currentThread().isInterrupted()).isFalse();
    } finally {
      self.leave(inner, false);
    }
  }

  @Test
  void aValueThatCameBeforeTheCancelIsKeptAndTheNextOperationReports() throws Exception {
    ThreadRecord self = ThreadRecord.current();
    Region inner = self.enter(this, false, null);
    try {
      WaitNode node = node();
      node.resume("value");
      inner.cancel(WHY);
      assertThat(node.await(WaitNode.NEVER)).isEqualTo("value");
      assertThatThrownBy(self::checkpoint).isInstanceOf(TestCancelled.class);
    } finally {
      self.leave(inner, false);
    }
  }

  @ParameterizedTest
  @EnumSource
  void anInterruptFromOutsideEndsTheWaitWithAPlainExceptionAndACleanFlag(Kind kind)
      throws Exception {
    Running<Object> waiter = startWaiting(kind, false);
    waiter.thread().interrupt();
    assertThat(waiter.failure())
        .isExactlyInstanceOf(InterruptedException.class)
        .hasMessageContaining("outside");
    assertThat(published.get().resume("late")).isFalse();
  }

  @ParameterizedTest
  @EnumSource
  void anInterruptFromOutsideThatTellsOfACancelIsGivenBackBehindTheRegion(Kind kind)
      throws Exception {
    Running<Object> waiter = startWaiting(kind, false);
    region.get().becomeCancelled(WHY); // the canceller has not come to the wait yet
    waiter.thread().interrupt();
    assertThat(waiter.flagLeft()).isTrue();
    assertThat(waiter.failure()).isInstanceOf(TestCancelled.class);
  }

  @Test
  void anInterruptThatComesWithTheValueStaysInTheFlag() throws Exception {
    WaitNode node = node();
    node.resume("value");
    Thread.currentThread().interrupt();
    assertThat(node.await(WaitNode.NEVER)).isEqualTo("value");
    assertThat(Thread.interrupted()).isTrue();
  }

  @ParameterizedTest
  @EnumSource
  void insideOfAShieldAnInterruptIsSetAsideUntilItIsLeft(Kind kind) throws Exception {
    Running<Object> waiter = startWaiting(kind, true);
    waiter.thread().interrupt();
    awaitBlocked(waiter.thread());
    assertThat(published.get().isWaiting()).isTrue();
    published.get().resume("value");
    assertThat(waiter.flagLeft()).isTrue();
    assertThat(waiter.get()).isEqualTo("value");
  }

  @ParameterizedTest
  @EnumSource
  void aWaitThatCannotBeCancelledReportsInterruptsAndGoesOn(Kind kind) throws Exception {
    AtomicInteger interrupts = new AtomicInteger();
    CountDownLatch entered = new CountDownLatch(1);
    Running<Void> waiter =
        kind.run(
            () -> {
              ThreadRecord self = ThreadRecord.current();
              Region inner = self.enter(this, false, null);
              region.set(inner);
              self.muteInterrupts();
              WaitNode node = node();
              entered.countDown();
              node.awaitUncancellably(interrupts::incrementAndGet);
              self.leave(inner, false);
            });
    Threads.await(entered);
    awaitBlocked(waiter.thread());
    region.get().cancel(WHY);
    waiter.thread().interrupt();
    Threads.awaitCondition("the interrupt is seen", () -> interrupts.get() == 1);
    assertThat(published.get().isWaiting()).isTrue();
    published.get().resume(null);
    waiter.get();
    assertThat(interrupts).hasValue(1);
  }

  @ParameterizedTest
  @EnumSource
  void theFirstThreadDecidesAndTheOthersLose(Kind kind) throws Exception {
    for (int round = 0; round < 1_000; round++) {
      CountDownLatch ready = new CountDownLatch(1);
      long deadline = round % 3 == 0 ? System.nanoTime() + 40_000 : WaitNode.NEVER;
      Running<Object> waiter =
          kind.start(
              () -> {
                ThreadRecord self = ThreadRecord.current();
                Region inner = self.enter(this, false, null);
                region.set(inner);
                WaitNode node = node();
                ready.countDown();
                try {
                  return node.await(deadline);
                } catch (TestCancelled e) {
                  return "cancelled";
                } finally {
                  self.leave(inner, false);
                }
              });
      Threads.await(ready);
      Region toCancel = region.get();
      Running<Void> canceller = kind.run(() -> toCancel.cancel(WHY));
      boolean resumed = published.get().resume("value");
      canceller.get();
      assertThat(waiter.get().equals("value")).as("round %s", round).isEqualTo(resumed);
    }
  }
}
