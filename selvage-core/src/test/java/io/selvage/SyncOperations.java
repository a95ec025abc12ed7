package io.selvage;

import static io.selvage.Operation.waiting;
import static io.selvage.Threads.LONG;
import static org.assertj.core.api.Assertions.assertThat;

import io.selvage.Threads.Kind;
import io.selvage.Threads.Running;
import io.selvage.function.ThrowingConsumer;
import io.selvage.sync.Barrier;
import io.selvage.sync.Event;
import io.selvage.sync.Lock;
import io.selvage.sync.Lock.Guard;
import io.selvage.sync.Semaphore;
import java.util.List;

/** The operations of {@code io.selvage.sync} that wait, for {@link CancelEverywhereTest}. */
final class SyncOperations {
  static final List<Operation> ALL =
      List.of(
          waiting("Event.await", () -> event(Event::await)),
          waiting("Event.await(Duration)", () -> event(e -> e.await(LONG))),
          waiting("Lock.acquire", () -> lock(Lock::acquire)),
          waiting("Lock.acquire(Duration)", () -> lock(l -> l.acquire(LONG))),
          waiting("Semaphore.acquire", () -> semaphore(Semaphore::acquire)),
          waiting("Semaphore.acquire(Duration)", () -> semaphore(s -> s.acquire(LONG))),
          waiting("Barrier.await", () -> barrier(Barrier::await)),
          waiting("Barrier.await(Duration)", () -> barrier(b -> b.await(LONG))));

  private SyncOperations() {}

  private static Fixture event(ThrowingConsumer<Event, Exception> await) {
    Event event = new Event();
    return Fixture.of(
        () -> await.accept(event), event::set, happened -> assertThat(event.waiting()).isZero());
  }

  private static Fixture semaphore(ThrowingConsumer<Semaphore, Exception> acquire) {
    Semaphore semaphore = new Semaphore(0);
    return Fixture.of(
        () -> acquire.accept(semaphore),
        () -> semaphore.add(1),
        happened -> {
          assertThat(semaphore.available()).isEqualTo(happened ? 0 : 1);
          assertThat(semaphore.waiting()).isZero();
        });
  }

  private static Fixture lock(ThrowingConsumer<Lock, Exception> acquire) {
    Lock lock = new Lock();
    Guard other = lock.tryAcquire().orElseThrow();
    return Fixture.of(
        () -> acquire.accept(lock),
        other::close,
        happened -> {
          assertThat(lock.isLocked()).isEqualTo(happened);
          assertThat(lock.waiting()).isZero();
        });
  }

  private static Fixture barrier(ThrowingConsumer<Barrier, Exception> await) {
    return new Passing(await);
  }

  /** Is completed by a second thread that arrives. */
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
