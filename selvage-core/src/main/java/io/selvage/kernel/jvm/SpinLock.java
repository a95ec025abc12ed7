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
   * A thread stays on its carrier while it holds a lock. So the holder can only be delayed by the operating system or by the garbage collector. This
   * is not only about speed: a virtual thread that has left its carrier may never get one again while others wait for it and yield (decision 0053). So
   * inside of a section a thread does not yield, park, or wait for another lock. If it needs several locks, it gets the others by tryLockBriefly, and
   * releases all of them if that fails. Assertions check this in every test.
   *
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

  /** Acquires the lock. The calling thread must not hold any other lock of this kind. */
  public void lock() {
    assert holdsNone() : "waits for a spin lock while it holds another one";
    if (!HELD.compareAndSet(this, 0, 1)) {
      lockContended();
    }
    assert count(1);
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
   * Acquires the lock if it becomes free within a few microseconds. The calling thread may hold
   * other locks. If this fails, it must release them and let other threads run.
   *
   * @return whether the lock was acquired
   */
  public boolean tryLockBriefly() {
    for (int spins = SPINS; !tryLock(); spins--) {
      if (spins == 0) {
        return false;
      }
      Thread.onSpinWait();
    }
    assert count(1);
    return true;
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
    assert count(-1);
    HELD.lazySet(this, 0);
  }

  // ---- for assertions

  /** How many locks each thread holds. Loaded only if assertions are enabled. */
  private static final class Counts {
    static final ThreadLocal<int[]> OF_THREAD = ThreadLocal.withInitial(() -> new int[1]);
  }

  /**
   * {@return whether the calling thread holds no lock of this kind} For assertions only: the locks
   * are counted only if assertions are enabled.
   */
  public static boolean holdsNone() {
    return Counts.OF_THREAD.get()[0] == 0;
  }

  private static boolean count(int change) {
    Counts.OF_THREAD.get()[0] += change;
    return true;
  }
}
