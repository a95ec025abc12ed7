package io.selvage.kernel.select;

import static org.assertj.core.api.Assertions.assertThat;

import io.selvage.kernel.jvm.SpinLock;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A selection that needs several locks does not wait for one while it holds another: a virtual
 * thread that has left its carrier may get none again while others wait for its lock.
 */
@Timeout(60)
class SelectionLocksTest {
  private final SpinLock first = new SpinLock();
  private final SpinLock second = new SpinLock();
  private final CountDownLatch triedAlone = new CountDownLatch(1);
  private final CountDownLatch secondIsHeld = new CountDownLatch(1);
  private final CountDownLatch holdsFirst = new CountDownLatch(1);

  /** Becomes possible in its second attempt, when all locks are held. */
  private static class TwoAttempts extends Choice {
    private final @Nullable SpinLock lock;
    private int attempts;

    TwoAttempts(@Nullable SpinLock lock) {
      this.lock = lock;
    }

    @Override
    public @Nullable SpinLock lock() {
      return lock;
    }

    @Override
    protected boolean tryNow() {
      return ++attempts == 2;
    }

    @Override
    protected boolean join() {
      return false;
    }

    @Override
    protected void leave() {}

    @Override
    public @Nullable Object result() {
      return "done";
    }
  }

  /** The choice of the second lock: tells when the selection needs it while it holds the first. */
  private final class NeedsSecond extends TwoAttempts {
    NeedsSecond() {
      super(second);
    }

    @Override
    public @Nullable SpinLock lock() {
      if (!SpinLock.holdsNone()) {
        holdsFirst.countDown();
      }
      return super.lock();
    }
  }

  /** The last choice of the first round: then the test takes the second lock. */
  private final class Pause extends TwoAttempts {
    Pause() {
      super(null);
    }

    @Override
    protected boolean tryNow() {
      triedAlone.countDown();
      try {
        secondIsHeld.await();
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
      return super.tryNow();
    }
  }

  @Test
  void aSelectionThatWaitsForALockHoldsNoOther() throws Exception {
    assertThat(first.order()).isLessThan(second.order());
    AtomicReference<@Nullable Object> outcome = new AtomicReference<>();
    Choice done = new TwoAttempts(first);
    Thread selecting =
        Thread.ofVirtual()
            .start(
                () -> {
                  try {
                    Object[] clauses = {done, new NeedsSecond(), new Pause()};
                    outcome.set(Selection.select(clauses, false));
                  } catch (InterruptedException e) {
                    outcome.set(e);
                  }
                });
    triedAlone.await();
    assertThat(second.tryLockBriefly()).isTrue();
    boolean wasFree = false;
    try {
      secondIsHeld.countDown();
      holdsFirst.await();
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
      while (!wasFree && System.nanoTime() - end < 0) {
        wasFree = first.tryLockBriefly();
      }
      if (wasFree) {
        first.unlock();
      }
    } finally {
      second.unlock();
    }
    selecting.join();

    assertThat(wasFree).as("the first lock, while the selection waits for the second").isTrue();
    assertThat(outcome.get()).isSameAs(done);
  }
}
