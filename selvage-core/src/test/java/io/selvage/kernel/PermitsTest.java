package io.selvage.kernel;

import static io.selvage.Threads.LONG;
import static io.selvage.Threads.awaitCondition;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selvage.CancelScope;
import io.selvage.CancelledException;
import io.selvage.LeakCheck;
import io.selvage.Threads.Kind;
import io.selvage.Threads.Running;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@ExtendWith(LeakCheck.class)
class PermitsTest {

  private static void acquire(Permits permits) throws InterruptedException {
    permits.acquire("test", "a test");
  }

  private static long in(Duration time) {
    return System.nanoTime() + time.toNanos();
  }

  /** Starts a thread that acquires, and waits until it waits behind the others. */
  private static Running<Void> waiter(Permits permits, Kind kind, Runnable then) {
    int before = permits.waiting();
    Running<Void> running =
        kind.run(
            () -> {
              acquire(permits);
              then.run();
            });
    awaitCondition("waits", () -> permits.waiting() == before + 1);
    return running;
  }

  @Test
  void permitsAreTakenAndGivenBack() throws Exception {
    Permits permits = new Permits(2);
    assertThat(permits.available()).isEqualTo(2);
    acquire(permits);
    assertThat(permits.tryAcquire()).isTrue();
    assertThat(permits.tryAcquire()).isFalse();
    assertThat(permits.acquire("test", "a test", System.nanoTime())).isFalse();
    assertThat(permits).hasToString("Permits[0 free, 0 waiting]");
    permits.release();
    assertThat(permits.acquire("test", "a test", in(LONG))).isTrue();
    permits.release();
    permits.release();
    permits.release();
    assertThat(permits.available()).isEqualTo(3);
  }

  @Test
  void thereMayBeNoneAtFirstButNotLess() {
    assertThat(new Permits(0).tryAcquire()).isFalse();
    assertThatThrownBy(() -> new Permits(-3))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("permits must be >= 0, was -3");
  }

  @Test
  void aReleaseOfMorePermitsThanCanBeCountedIsRefused() {
    Permits permits = new Permits(Integer.MAX_VALUE);
    assertThatThrownBy(permits::release)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("2147483647 free permits");
    assertThat(permits.available()).isEqualTo(Integer.MAX_VALUE);
  }

  @Test
  void tooManyAtOnceAreRefusedAndNoneIsAdded() {
    Permits permits = new Permits(1);
    permits.release(Integer.MAX_VALUE - 2);
    assertThatThrownBy(() -> permits.release(2))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "2147483646 free permits and 2 more would be more than 2147483647; release or add"
                + " fewer");
    assertThat(permits.available()).isEqualTo(Integer.MAX_VALUE - 1);
    permits.release(1);
    permits.release(0);
    assertThat(permits.available()).isEqualTo(Integer.MAX_VALUE);
  }

  @ParameterizedTest
  @EnumSource
  void severalPermitsGoToTheLongestWaitingThreadsAndTheRestIsFree(Kind kind) throws Exception {
    Permits permits = new Permits(0);
    List<Integer> order = Collections.synchronizedList(new ArrayList<>());
    List<Running<Void>> waiters = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      int number = i;
      waiters.add(waiter(permits, kind, () -> order.add(number)));
    }
    permits.release(3);
    for (Running<Void> served : waiters.subList(0, 3)) {
      served.get();
    }
    assertThat(order).containsExactlyInAnyOrder(0, 1, 2);
    assertThat(permits.waiting()).isEqualTo(2);
    assertThat(permits.available()).isZero();
    permits.release(Integer.MAX_VALUE);
    for (Running<Void> served : waiters) {
      served.get();
    }
    assertThat(permits.waiting()).isZero();
    assertThat(permits.available()).isEqualTo(Integer.MAX_VALUE - 2);
  }

  @ParameterizedTest
  @EnumSource
  void theLongestWaitingThreadIsNext(Kind kind) throws Exception {
    Permits permits = new Permits(0);
    List<Integer> order = Collections.synchronizedList(new ArrayList<>());
    List<Running<Void>> waiters = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      int number = i;
      waiters.add(
          waiter(
              permits,
              kind,
              () -> {
                order.add(number);
                permits.release();
              }));
    }
    permits.release();
    for (Running<Void> waiter : waiters) {
      waiter.get();
    }
    assertThat(order).containsExactly(0, 1, 2, 3, 4);
    assertThat(permits).hasToString("Permits[1 free, 0 waiting]");
  }

  @Test
  void aReleasedPermitIsNeverFreeWhileAThreadWaits() throws Exception {
    Permits permits = new Permits(0);
    Running<Void> first = waiter(permits, Kind.VIRTUAL, () -> {});
    Running<Void> second = waiter(permits, Kind.PLATFORM, () -> {});
    permits.release();
    assertThat(permits.tryAcquire()).isFalse();
    assertThat(permits.available()).isZero();
    assertThat(permits.waiting()).isEqualTo(1);
    first.get();
    permits.release();
    assertThat(permits.tryAcquire()).isFalse();
    second.get();
    permits.release();
    assertThat(permits.tryAcquire()).isTrue();
  }

  @Test
  void aCancelledThreadLeavesTheQueueAndTheNextOneGetsThePermit() throws Exception {
    Permits permits = new Permits(0);
    CancelScope scope = CancelScope.create();
    Running<Boolean> gone = Kind.VIRTUAL.start(() -> scope.run(() -> acquire(permits)));
    awaitCondition("waits", () -> permits.waiting() == 1);
    Running<Void> next = waiter(permits, Kind.VIRTUAL, () -> {});
    scope.cancel();
    assertThat(gone.get()).isFalse();
    assertThat(permits.waiting()).isEqualTo(1);
    permits.release();
    next.get();
    assertThat(permits).hasToString("Permits[0 free, 0 waiting]");
  }

  @Test
  void aReleaseSkipsTheWithdrawnOnesThatAreStillInTheQueue() throws Exception {
    Permits permits = new Permits(0);
    CancelScope scope = CancelScope.create();
    List<Running<Boolean>> gone = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      gone.add(Kind.VIRTUAL.start(() -> scope.run(() -> acquire(permits))));
    }
    awaitCondition("all wait", () -> permits.waiting() == 20);
    scope.cancel();
    permits.release();
    int happened = 0;
    for (Running<Boolean> each : gone) {
      happened += each.get() ? 1 : 0;
    }
    assertThat(happened).isZero();
    assertThat(permits).hasToString("Permits[1 free, 0 waiting]");
  }

  @Test
  void theLastWaiterThatGivesUpLeavesNothingBehind() throws Exception {
    Permits permits = new Permits(0);
    assertThat(permits.acquire("test", "a test", in(Duration.ofMillis(1)))).isFalse();
    assertThat(permits.waiting()).isZero();
    permits.release();
    assertThat(permits.tryAcquire()).isTrue();
  }

  @Test
  void aCancelledThreadGetsNoPermitAlsoIfOneIsFree() throws Exception {
    Permits permits = new Permits(1);
    CancelScope scope = CancelScope.create();
    scope.run(
        () -> {
          scope.cancel();
          assertThatThrownBy(() -> acquire(permits)).isInstanceOf(CancelledException.class);
          assertThat(permits.tryAcquire()).isTrue();
          permits.release();
        });
    assertThat(permits.available()).isEqualTo(1);
  }

  @Test
  void manyThreadsNeverHoldMoreThanThereAre() throws Exception {
    Permits permits = new Permits(3);
    AtomicInteger inside = new AtomicInteger();
    List<Running<Void>> workers = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      Kind kind = i % 4 == 0 ? Kind.PLATFORM : Kind.VIRTUAL;
      workers.add(
          kind.run(
              () -> {
                for (int j = 0; j < 500; j++) {
                  acquire(permits);
                  assertThat(inside.incrementAndGet()).isLessThanOrEqualTo(3);
                  inside.decrementAndGet();
                  permits.release();
                }
              }));
    }
    for (Running<Void> worker : workers) {
      worker.get();
    }
    assertThat(permits).hasToString("Permits[3 free, 0 waiting]");
  }
}
