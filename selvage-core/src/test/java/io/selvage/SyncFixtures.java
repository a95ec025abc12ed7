package io.selvage;

import static org.assertj.core.api.Assertions.assertThat;

import io.selvage.CancelEverywhereTest.Fixture;
import io.selvage.Threads.Kind;
import io.selvage.Threads.Running;
import io.selvage.sync.Barrier;
import io.selvage.sync.Event;
import io.selvage.sync.Lock;
import io.selvage.sync.Lock.Guard;
import io.selvage.sync.Semaphore;

/** The operations of {@code io.selvage.sync} that wait, for {@link CancelEverywhereTest}. */
final class SyncFixtures {
  private SyncFixtures() {}

  static Fixture event(ThrowingConsumer<Event, Exception> await) {
    Event event = new Event();
    return CancelEverywhereTest.fixture(
        () -> await.accept(event), event::set, happened -> assertThat(event.waiting()).isZero());
  }

  static Fixture semaphore(ThrowingConsumer<Semaphore, Exception> acquire) {
    Semaphore semaphore = new Semaphore(0);
    return CancelEverywhereTest.fixture(
        () -> acquire.accept(semaphore),
        () -> semaphore.add(1),
        happened -> {
          assertThat(semaphore.available()).isEqualTo(happened ? 0 : 1);
          assertThat(semaphore.waiting()).isZero();
        });
  }

  static Fixture lock(ThrowingConsumer<Lock, Exception> acquire) {
    Lock lock = new Lock();
    Guard other = lock.tryAcquire().orElseThrow();
    return CancelEverywhereTest.fixture(
        () -> acquire.accept(lock),
        other::close,
        happened -> {
          assertThat(lock.isLocked()).isEqualTo(happened);
          assertThat(lock.waiting()).isZero();
        });
  }

  static Fixture barrier(ThrowingConsumer<Barrier, Exception> await) {
    return new Passing(await);
  }

  /** Is completed by another one who arrives, too. */
  private static final class Passing extends Fixture {
    private final ThrowingConsumer<Barrier, Exception> await;
    private final Barrier barrier = new Barrier(2);
    private volatile Running<Integer> other;

    Passing(ThrowingConsumer<Barrier, Exception> await) {
      this.await = await;
    }

    @Override
    void perform() throws Exception {
      await.accept(barrier);
    }

    @Override
    void complete() {
      other = Kind.VIRTUAL.start(barrier::await);
    }

    @Override
    void verify(boolean happened) throws Exception {
      if (happened) {
        assertThat(other.get()).isBetween(0, 1);
        assertThat(barrier.value()).isEqualTo(2);
      } else {
        Threads.awaitCondition("the other one arrives", () -> barrier.value() == 1);
        assertThat(barrier.await()).isEqualTo(1);
        assertThat(other.get()).isZero();
      }
    }
  }
}
