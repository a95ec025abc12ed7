package io.selvage.kernel;

import static io.selvage.Threads.awaitCondition;
import static org.assertj.core.api.Assertions.assertThat;

import io.selvage.Threads;
import io.selvage.Threads.Kind;
import io.selvage.Threads.Running;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A delivery by another thread: the owner goes on only after it has arrived. */
class GateDeliveryTest extends GateFixture {
  @Test
  void cancelFromAnotherThreadInterrupts() throws Exception {
    Region region = enter(false);
    Kind.PLATFORM.complete(() -> region.cancel(WHY));
    awaitCondition("the interrupt arrives", GateFixture::flag);
    self.leave(region, false);
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

  /** A thread whose interrupt takes some time, as that of a reader of a pipe does. */
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
              task.set(taskOn(Thread.currentThread()));
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
}
