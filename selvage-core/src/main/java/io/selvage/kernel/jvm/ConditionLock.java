package io.selvage.kernel.jvm;

import java.util.concurrent.locks.ReentrantLock;

/**
 * A lock with conditions, for the library's own threads and what they share with others. Its
 * sections run no foreign code (code that is not part of the library). Acquiring and releasing it
 * never fail, even if the heap, or the stack of a virtual thread, is nearly full. Where no
 * condition is needed, use a {@link SpinLock}.
 *
 * <p>A contended {@link ReentrantLock} parks a thread and wakes the next waiter. Both can fail in
 * the JDK in that situation: see {@link JdkThreads}.
 */
public final class ConditionLock extends ReentrantLock {
  private static final long serialVersionUID = 1L;

  /** Creates a lock that is free. */
  public ConditionLock() {}

  @Override
  public void lock() {
    assert SpinLock.holdsNone() : "waits for a lock while it holds a spin lock";
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
      wakeAgain(); // the lock is free, but the next waiter may not have been woken
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
