package io.selvage.kernel.jvm;

import java.util.concurrent.locks.LockSupport;

/**
 * Operations on threads of the JDK that complete even if the heap or the stack is nearly full. In
 * that case the JDK's own operations can stop halfway: see decision 0045.
 */
public final class JdkThreads {
  private JdkThreads() {}

  /**
   * Lets other threads run, if there is enough memory and stack to unmount a virtual thread from
   * its carrier.
   */
  @SuppressWarnings("ThreadPriorityCheck") // yielding is the purpose of the method
  public static void yieldIfPossible() {
    assert SpinLock.holdsNone() : "yields while it holds a spin lock";
    try {
      Thread.yield();
    } catch (OutOfMemoryError | StackOverflowError e) {
      Thread.onSpinWait();
    }
  }

  /** Lets a thread return from a park; the wake-up is not lost if the heap is full. */
  public static void unpark(Thread thread) {
    try {
      LockSupport.unpark(thread);
    } catch (Throwable halfway) {
      submitAgain(thread);
    }
  }

  /**
   * Recovers from this state: the JDK has run out of memory after it has marked a virtual thread as
   * runnable and before it has passed the thread to its scheduler. A second unpark would do
   * nothing. Reading the stack of the thread makes the JDK pass it to the scheduler again.
   */
  public static void submitAgain(Thread thread) {
    while (true) {
      try {
        var unused = thread.getStackTrace();
        return;
      } catch (OutOfMemoryError | StackOverflowError stillFull) {
        yieldIfPossible();
      }
    }
  }

  /** Interrupts a thread; the interrupt is not lost if the heap is full. May block. */
  public static void interrupt(Thread thread) {
    try {
      thread.interrupt();
    } catch (OutOfMemoryError halfway) {
      submitAgain(thread);
    }
  }
}
