package io.selvage.kernel;

import static io.selvage.Threads.awaitCondition;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selvage.Threads;
import io.selvage.Threads.Kind;
import io.selvage.Threads.Running;
import io.selvage.kernel.TestCause.TestCancelled;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class GateTest extends GateFixture {
  private static final long HOUR = TimeUnit.HOURS.toNanos(1);

  /** Cancels from another thread, and waits until the interrupt has arrived. */
  private void cancelAndAwaitFlag(Region region) throws Exception {
    Kind.PLATFORM.complete(() -> region.cancel(WHY));
    awaitCondition("the interrupt arrives", GateTest::flag);
  }

  // ---- transitions

  @Test
  void isClosedUntilItIsOpened() {
    ThreadRecord task =
        ThreadRecord.forTask(
            Thread.ofVirtual().unstarted(() -> {}),
            Scheduler.parallel(),
            self.root(),
            "t",
            failure -> {});
    assertThat(task.gate).hasToString("Gate[CLOSED]");
    task.gate.deliver(task.root());
    assertThat(task.thread.isInterrupted()).isFalse();
    task.gate.open(task.root());
    assertThat(task.gate).hasToString("Gate[" + task.root() + "]");
  }

  @Test
  void enteringAndLeavingMovesTheArmedRegion() {
    Region outer = enter(false);
    assertArmedFor(outer);
    Region inner = enter(false);
    assertArmedFor(inner);
    self.leave(inner, false);
    assertArmedFor(outer);
    self.leave(outer, false);
  }

  @Test
  void deliveryInterruptsOnceAndSpendsTheGate() {
    Region region = enter(false);
    gate.deliver(region);
    assertSpent();
    assertThat(region.wasInterrupted()).isTrue();
    assertThat(takeFlag()).isTrue();
    gate.deliver(region);
    assertThat(flag()).isFalse();
    self.leave(region, false);
  }

  @Test
  void leavingRetractsWhatWasNotDelivered() {
    Region region = enter(false);
    self.leave(region, false);
    gate.deliver(region);
    assertThat(flag()).isFalse();
    assertThat(region.wasInterrupted()).isFalse();
  }

  @Test
  void leavingClearsWhatWasDelivered() {
    Region region = enter(false);
    gate.deliver(region);
    self.leave(region, false);
    assertThat(flag()).isFalse();
  }

  @Test
  void aReportSpendsTheGateAndALateDelivererLoses() {
    Region region = enter(false);
    region.becomeCancelled(WHY);
    assertThatThrownBy(self::checkpoint).isInstanceOf(TestCancelled.class);
    assertSpent();
    gate.deliver(region);
    assertThat(flag()).isFalse();
    self.leave(region, true);
  }

  @Test
  void aReportClearsTheFlagThatWasDelivered() {
    Region region = enter(false);
    region.cancel(WHY);
    assertThat(flag()).isTrue();
    assertThatThrownBy(self::checkpoint).isInstanceOf(TestCancelled.class);
    assertThat(flag()).isFalse();
    self.leave(region, true);
  }

  @Test
  void aFlagThatIsSetAgainIsNoneFromOutsideForWhoMutes() {
    Region region = enter(false);
    region.becomeCancelled(WHY);
    assertThatThrownBy(self::checkpoint).isInstanceOf(TestCancelled.class);
    Thread.currentThread().interrupt();
    assertThat(self.muteInterrupts()).isFalse();
    assertThat(flag()).isFalse();
    self.leave(region, true);
    assertThat(flag()).isFalse();
  }

  @Test
  void retractSpendsTheGateAndALateDelivererLoses() {
    Region region = enter(false);
    self.retract(region);
    assertSpent();
    gate.deliver(region);
    assertThat(flag()).isFalse();
    self.leave(region, false);
  }

  @Test
  void closeIsFinal() throws Exception {
    Kind.VIRTUAL.complete(
        () -> {
          ThreadRecord task =
              ThreadRecord.forTask(
                  Thread.currentThread(), Scheduler.parallel(), self.root(), "task", failure -> {});
          assertThat(task.begin()).isTrue();
          task.end();
          assertThat(task.gate).hasToString("Gate[CLOSED]");
          task.gate.deliver(task.root());
          assertThat(flag()).isFalse();
        });
  }

  @Test
  void closeClearsAnInterruptThatWasDelivered() throws Exception {
    Kind.VIRTUAL.complete(
        () -> {
          ThreadRecord task =
              ThreadRecord.forTask(
                  Thread.currentThread(), Scheduler.parallel(), self.root(), "task", failure -> {});
          task.begin();
          task.gate.deliver(task.root());
          assertThat(flag()).isTrue();
          task.end();
          assertThat(flag()).isFalse();
        });
  }

  // ---- losers

  @Test
  void aDelivererForACoveredRegionDoesNothing() {
    Region outer = enter(false);
    Region inner = enter(false);
    gate.deliver(outer);
    assertThat(flag()).isFalse();
    assertArmedFor(inner);
    self.leave(inner, false);
    self.leave(outer, false);
  }

  @Test
  void aCoveredRegionAssertsItselfWhenTheInnerOneIsLeft() {
    Region outer = enter(false);
    Region shield = enter(true);
    outer.cancel(WHY);
    assertThat(flag()).isFalse();
    self.leave(shield, false);
    assertThat(flag()).isTrue();
    assertThat(outer.wasInterrupted()).isTrue();
    self.leave(outer, false);
    assertThat(flag()).isFalse();
  }

  @ParameterizedTest
  @EnumSource
  void theOwnerDoesNotLeaveBeforeADeliveryUnderWayHasArrived(Kind kind) throws Exception {
    assertWaitsForADeliveryUnderWay(kind, (record, region) -> record.leave(region, false));
  }

  @ParameterizedTest
  @EnumSource
  void theOwnerEntersNothingBeforeADeliveryUnderWayHasArrived(Kind kind) throws Exception {
    AtomicBoolean heard = new AtomicBoolean();
    assertWaitsForADeliveryUnderWay(
        kind,
        (record, region) -> {
          Region inner = record.enter("inner", false, null);
          heard.set(inner.wasInterrupted());
          record.leave(inner, false);
          record.leave(region, false);
        });
    assertThat(heard).isTrue();
  }

  private static void assertWaitsForADeliveryUnderWay(
      Kind kind, BiConsumer<ThreadRecord, Region> move) throws Exception {
    CountDownLatch inside = new CountDownLatch(1);
    CountDownLatch delivering = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    CountDownLatch moving = new CountDownLatch(1);
    AtomicReference<Region> region = new AtomicReference<>();
    Running<Boolean> owner =
        kind.start(
            () -> {
              ThreadRecord record = ThreadRecord.current();
              region.set(
                  record.enterWithCanceller(
                      once(
                          () -> {
                            delivering.countDown();
                            Threads.await(goOn);
                          })));
              inside.countDown();
              Threads.await(moving);
              move.accept(record, region.get());
              return goOn.getCount() == 0;
            });
    Threads.await(inside);
    region.get().cancel(WHY);
    Threads.await(delivering);
    assertThat(region.get().record().gate).hasToString("Gate[DELIVERING]");
    moving.countDown();
    for (int i = 0; i < 100; i++) {
      Threads.letOthersRun();
      assertThat(owner.isDone()).isFalse();
    }
    goOn.countDown();
    assertThat(owner.get()).isTrue();
  }

  /** A thread that takes some time to interrupt, as one that reads from a pipe does. */
  private static final class SlowToInterrupt extends Thread {
    private final CountDownLatch delivering = new CountDownLatch(1);
    private final CountDownLatch goOn = new CountDownLatch(1);

    SlowToInterrupt(Runnable work) {
      super(work);
    }

    @Override
    public void interrupt() {
      delivering.countDown();
      Threads.await(goOn);
      super.interrupt();
    }
  }

  @Test
  void aTaskDoesNotEndBeforeADeliveryUnderWayHasArrived() throws Exception {
    AtomicReference<ThreadRecord> task = new AtomicReference<>();
    CountDownLatch inside = new CountDownLatch(1);
    CountDownLatch ending = new CountDownLatch(1);
    AtomicBoolean flagLeft = new AtomicBoolean();
    SlowToInterrupt thread =
        new SlowToInterrupt(
            () -> {
              task.set(
                  ThreadRecord.forTask(
                      Thread.currentThread(),
                      Scheduler.parallel(),
                      self.root(),
                      "task",
                      failure -> {}));
              task.get().begin();
              inside.countDown();
              Threads.await(ending);
              task.get().end();
              flagLeft.set(flag());
            });
    thread.start();
    Threads.await(inside);
    Running<Void> canceller = Kind.PLATFORM.run(() -> task.get().gate.deliver(task.get().root()));
    Threads.await(thread.delivering);
    ending.countDown();
    for (int i = 0; i < 100; i++) {
      Threads.letOthersRun();
      assertThat(thread.isAlive()).isTrue();
    }
    thread.goOn.countDown();
    canceller.get();
    thread.join();
    assertThat(flagLeft).isFalse();
    assertThat(task.get().gate).hasToString("Gate[CLOSED]");
  }

  // ---- whose interrupt it is

  @Test
  void anInterruptFromOutsideSurvivesARegion() {
    Region region = enter(false);
    Thread.currentThread().interrupt();
    self.leave(region, false);
    assertThat(takeFlag()).isTrue();
  }

  @Test
  void anInterruptFromOutsideThatWasThereBeforeOursSurvivesTheRegion() {
    Region region = enter(false);
    Thread.currentThread().interrupt();
    region.cancel(WHY);
    self.leave(region, false);
    assertThat(takeFlag()).isTrue();
  }

  @Test
  void anInterruptFromOutsideIsSetAsideByAReportAndGivenBackOnLeaving() {
    Region region = enter(false);
    Thread.currentThread().interrupt();
    region.cancel(WHY);
    assertThatThrownBy(self::checkpoint).isInstanceOf(TestCancelled.class);
    assertThat(flag()).isFalse();
    self.leave(region, true);
    assertThat(takeFlag()).isTrue();
  }

  @Test
  void aFlagThatIsSetAgainAfterAReportEndsWithTheRegion() {
    Region region = enter(false);
    region.cancel(WHY);
    assertThatThrownBy(self::checkpoint).isInstanceOf(TestCancelled.class);
    Thread.currentThread().interrupt();
    self.leave(region, true);
    assertThat(takeFlag()).isFalse();
  }

  @Test
  void anInterruptFromOutsideThatIsGivenBackIsKeptApartFromTheOuterOnesOwn() {
    Region outer = enter(false);
    Region inner = enter(false);
    Thread.currentThread().interrupt();
    inner.cancel(WHY);
    assertThatThrownBy(self::checkpoint).isInstanceOf(TestCancelled.class);
    outer.cancel(OTHER);
    self.leave(inner, false);
    assertThat(flag()).isTrue();
    self.leave(outer, false);
    assertThat(takeFlag()).isTrue();
  }

  // ---- from other threads, and with a canceller

  @Test
  void cancelFromAnotherThreadInterrupts() throws Exception {
    Region region = enter(false);
    cancelAndAwaitFlag(region);
    self.leave(region, false);
    assertThat(flag()).isFalse();
  }

  private static CancelRequests once(Runnable canceller) {
    return new CancelRequests(canceller, 1, 1, false);
  }

  @Test
  void aCancellerIsCalledOnceInsteadOfAnInterrupt() throws Exception {
    AtomicInteger calls = new AtomicInteger();
    Region outer = enter(false);
    Region region = self.enterWithCanceller(once(calls::incrementAndGet));
    self.entered(region, null);
    Kind.VIRTUAL.complete(() -> outer.cancel(WHY));
    awaitCondition("the canceller is called", () -> calls.get() == 1);
    assertThat(gate.ask(region)).isFalse();
    assertThat(calls).hasValue(1);
    assertThat(flag()).isFalse();
    self.leave(region, true);
    assertThat(flag()).isFalse();
    self.leave(outer, true);
  }

  @Test
  void aCancellerThatWasCalledIsNotCalledAgainWhenTheCancellationIsToldAgain() throws Exception {
    AtomicInteger calls = new AtomicInteger();
    Region region = self.enterWithCanceller(once(calls::incrementAndGet));
    self.entered(region, null);
    Kind.PLATFORM.complete(() -> region.cancel(WHY));
    awaitCondition("the canceller is called", () -> calls.get() == 1);
    InterruptedException reported = catchInterrupted();
    self.redeliver(reported);
    assertSpent();
    self.leave(region, false);
    assertThat(calls).hasValue(1);
  }

  private InterruptedException catchInterrupted() {
    try {
      self.checkpoint();
    } catch (InterruptedException e) {
      return e;
    }
    throw new AssertionError("not cancelled");
  }

  private static CancelRequests again(Runnable canceller) {
    return new CancelRequests(canceller, HOUR, HOUR, true);
  }

  @Test
  void aCancellerIsAskedAgainAndAgainWhileItsRegionIsTheInnermostOne() {
    AtomicInteger calls = new AtomicInteger();
    Region region = self.enterWithCanceller(again(calls::incrementAndGet));
    assertThat(gate.ask(region)).isTrue();
    assertArmedFor(region);
    assertThat(gate.ask(region)).isTrue();
    Region inner = self.enter("inner", false, null);
    assertArmedFor(inner);
    assertThat(gate.ask(region)).isFalse();
    self.leave(inner, false);
    assertThat(gate.ask(region)).isTrue();
    self.leave(region, false);
    assertThat(gate.ask(region)).isFalse();
    assertThat(calls).hasValue(3);
  }

  @Test
  void aCancellerIsNotAskedAgainWhenTheCancellationWasReportedUnlessThatIsTakenBack()
      throws Exception {
    AtomicInteger calls = new AtomicInteger();
    Region region = self.enterWithCanceller(again(calls::incrementAndGet));
    self.entered(region, null);
    Kind.PLATFORM.complete(() -> region.cancel(WHY));
    awaitCondition("the canceller is called", () -> calls.get() == 1);
    InterruptedException reported = catchInterrupted();
    assertThat(gate.ask(region)).isFalse();
    self.redeliver(reported);
    assertThat(gate.ask(region)).isTrue();
    assertThat(calls).hasValue(2);
    self.leave(region, false);
  }

  @Test
  void anOwnerThatWaitsForACallOfTheCancellerWaitsForNoFurtherOne() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    AtomicReference<Region> region = new AtomicReference<>();
    Running<Void> owner =
        Kind.PLATFORM.run(
            () -> {
              ThreadRecord record = ThreadRecord.current();
              Region entered =
                  record.enterWithCanceller(
                      again(
                          () -> {
                            asked.countDown();
                            Threads.await(goOn);
                          }));
              region.set(entered);
              Threads.await(asked);
              record.leave(entered, false);
            });
    awaitCondition("it is inside", () -> region.get() != null);
    Gate of = region.get().record().gate;
    Running<Void> asker =
        Kind.PLATFORM.run(() -> assertThat(of.ask(region.get())).as("asked").isTrue());
    awaitCondition("the owner waits", () -> of.toString().equals("Gate[AWAITED]"));
    goOn.countDown();
    asker.get();
    owner.get();
    assertThat(of.ask(region.get())).isFalse();
  }

  @Test
  void aRegionEnteredAfterTheCancellerWasAskedIsToldByAnInterrupt() {
    AtomicInteger calls = new AtomicInteger();
    Region region = self.enterWithCanceller(again(calls::incrementAndGet));
    region.becomeCancelled(WHY);
    assertThat(gate.ask(region)).isTrue();
    Region inner = enter(false);
    assertThat(flag()).isTrue();
    self.leave(inner, false);
    assertThat(flag()).isFalse();
    assertArmedFor(region);
    self.leave(region, true);
    assertThat(calls).hasValueGreaterThanOrEqualTo(1);
  }

  @Test
  void whatFollowsACallThatTheCancellerDidNotEndIsToldByAnInterrupt() {
    Region outer = enter(false);
    Region region = self.enterWithCanceller(again(() -> {}));
    outer.becomeCancelled(WHY);
    region.becomeCancelled(WHY);
    assertThat(gate.ask(region)).isTrue();
    self.leave(region, false);
    assertThat(flag()).isTrue();
    self.leave(outer, false);
    assertThat(flag()).isFalse();
  }

  @Test
  void aCancellerDoesNotHoldUpTheInterruptsOfOthers() throws Exception {
    AtomicReference<Thread> runs = new AtomicReference<>();
    Region region = self.enterWithCanceller(once(() -> runs.set(Thread.currentThread())));
    self.entered(region, null);
    Kind.PLATFORM.complete(() -> region.cancel(WHY));
    awaitCondition("the canceller is called", () -> runs.get() != null);
    assertThat(runs.get().getName()).startsWith("selvage-apart-");
    self.leave(region, false);
  }

  @Test
  void aCancellerThatThrowsStillSpendsTheGate() {
    Region region =
        self.enterWithCanceller(
            once(
                () -> {
                  throw new IllegalStateException("canceller");
                }));
    assertThatThrownBy(() -> gate.ask(region)).hasMessage("canceller");
    assertSpent();
    self.leave(region, false);
  }

  @Test
  void aCancellerOfARegionThatWasLeftIsNotCalled() {
    AtomicInteger calls = new AtomicInteger();
    Region region = self.enterWithCanceller(once(calls::incrementAndGet));
    self.leave(region, false);
    assertThat(gate.ask(region)).isFalse();
    assertThat(calls).hasValue(0);
  }
}
