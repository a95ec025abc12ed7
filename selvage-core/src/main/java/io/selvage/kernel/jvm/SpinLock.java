package io.selvage.kernel.jvm;

import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongFieldUpdater;

/**
 * A lock for sections of a few instructions, in which the thread neither waits nor runs foreign
 * code. A thread that finds it held tries again, and lets other threads run between its attempts.
 * It is not reentrant. Acquiring and releasing it never fail and allocate nothing.
 *
 * <p>A contended {@link java.util.concurrent.locks.ReentrantLock} parks a virtual thread, which
 * takes far longer than such a section. It also must look for a waiter at each release.
 */
public final class SpinLock {
  /*
   * Protocol. held: 0 ──lock, by CAS──▶ 1 ──unlock, by the thread that holds it──▶ 0.
   *
   * The lock is not fair, and it has no queue. So a thread may be overtaken, but only by threads that are in their sections for a few instructions.
   *
   * The holder can only be delayed by the operating system or by the garbage collector, because it does not leave its carrier inside of a section.
   * A waiting thread spins for a few microseconds at most; that is enough if the holder runs on another processor. Then it yields, so that the holder
   * can run on this processor, too: Thread.yield lets a platform thread leave its processor and a virtual thread its carrier.
   *
   * unlock is a release, not a volatile write: what the thread reads afterwards may be read before other threads see the lock free. A protocol that
   * needs the order "write, then read" (see WaitNode, Completion) writes a volatile field of its own.
   *
   * number: 0 ──first use in a group of locks, by CAS──▶ n. Only a thread that holds several locks at once needs it (Selection).
   *
   * A field updater is used, as a VarHandle allocates when a call site is linked, and a section may be entered first when the heap is full.
   *
   * Check with: SpinLockTest, SpinLockStress.
   */
  private static final AtomicIntegerFieldUpdater<SpinLock> HELD =
      AtomicIntegerFieldUpdater.newUpdater(SpinLock.class, "held");

  /** On a single processor the holder cannot run while this thread spins. */
  private static final int SPINS = Runtime.getRuntime().availableProcessors() > 1 ? 64 : 0;

  /** The last number that a lock has got. */
  private static final AtomicLong NUMBERS = new AtomicLong();

  private static final AtomicLongFieldUpdater<SpinLock> NUMBER =
      AtomicLongFieldUpdater.newUpdater(SpinLock.class, "number");

  private volatile int held;
  private volatile long number; // 0 until it is needed

  /** Creates a lock that is free. */
  public SpinLock() {}

  /** Acquires the lock. The calling thread must not hold it. */
  public void lock() {
    if (!HELD.compareAndSet(this, 0, 1)) {
      lockContended();
    }
  }

  private void lockContended() {
    for (int spins = SPINS; !tryLock(); ) {
      if (spins > 0) {
        spins--;
        Thread.onSpinWait();
      } else {
        JdkThreads.yieldIfPossible();
      }
    }
  }

  private boolean tryLock() {
    return held == 0 && HELD.compareAndSet(this, 0, 1);
  }

  /**
   * {@return the place of this lock in the order in which a thread must acquire several locks; no
   * two locks have the same}
   */
  public long order() {
    long known = number;
    if (known != 0) {
      return known;
    }
    NUMBER.compareAndSet(this, 0, NUMBERS.incrementAndGet());
    return number;
  }

  /** Releases the lock. The calling thread must hold it. */
  public void unlock() {
    HELD.lazySet(this, 0);
  }
}
