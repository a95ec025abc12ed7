package io.selvage.kernel.jvm;

import java.util.concurrent.locks.ReentrantLock;

/**
 * The lock of short sections that no foreign code runs in. To acquire and to release it never
 * fails, also if the heap or the stack of a virtual thread is nearly full.
 *
 * <p>A {@link ReentrantLock} that is contended parks, and wakes who waits for it. Both can fail
 * then in the JDK: see {@link JdkThreads}.
 */
public final class KernelLock extends ReentrantLock {
  private static final long serialVersionUID = 1L;

  /** Makes a lock that nobody holds. */
  public KernelLock() {}

  @Override
  public void lock() {
    try {
      super.lock();
    } catch (OutOfMemoryError | StackOverflowError cannotPark) {
      while (!tryLock()) {
        JdkThreads.yieldIfPossible();
      }
    }
  }

  @Override
  public void unlock() {
    try {
      super.unlock();
    } catch (OutOfMemoryError halfway) {
      wakeAgain(); // the lock is free, but the one that waits for it may not have been woken
    }
  }

  private void wakeAgain() {
    while (true) {
      try {
        getQueuedThreads().forEach(JdkThreads::submitAgain);
        return;
      } catch (OutOfMemoryError stillFull) {
        JdkThreads.yieldIfPossible();
      }
    }
  }
}
