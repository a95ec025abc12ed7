package io.selvage.kernel;

import static io.selvage.Bodies.failWith;
import static io.selvage.Threads.awaitCondition;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selvage.Threads;
import io.selvage.Threads.Kind;
import io.selvage.Threads.Running;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** A gate whose region has a canceller, which is called instead of an interrupt. */
class GateCancellerTest extends GateFixture {
  private static final long HOUR = TimeUnit.HOURS.toNanos(1);

  /** A canceller that may be called again and again; here only by the test itself. */
  private static CancelRequests again(Runnable canceller) {
    return new CancelRequests(canceller, HOUR, HOUR, true);
  }

  /** The report of the cancellation by the next operation. */
  private InterruptedException catchInterrupted() {
    try {
      self.checkpoint();
    } catch (InterruptedException e) {
      return e;
    }
    throw new AssertionError("not cancelled");
  }

  // ---- called once

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
        self.enterWithCanceller(once(() -> failWith(new IllegalStateException("canceller"))));
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

  // ---- called again and again

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
  void anOuterRegionIsToldByAnInterruptIfTheCancellerDidNotEndTheCall() {
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
}
