package io.selvage.kernel.jvm;

import java.util.concurrent.locks.LockSupport;

/**
 * Operations on threads of the JDK that go on when the heap or the stack is nearly full. There the
 * JDK itself can stop halfway: see decision 0045.
 */
public final class JdkThreads {
  private JdkThreads() {}

  /** Lets others run, if there is memory and stack for a virtual thread to leave its carrier. */
  @SuppressWarnings("ThreadPriorityCheck") // to yield is what it is for
  public static void yieldIfPossible() {
    try {
      Thread.yield();
    } catch (OutOfMemoryError | StackOverflowError e) {
      Thread.onSpinWait();
    }
  }

  /** Lets a thread return from a park; nothing of it gets lost if the heap is full. */
  public static void unpark(Thread thread) {
    try {
      LockSupport.unpark(thread);
    } catch (Throwable halfway) {
      submitAgain(thread);
    }
  }

  /**
   * The JDK has run out of memory after it has marked a virtual thread as runnable and before it
   * has given it to its scheduler: to unpark it again would do nothing. To look at its stack makes
   * the JDK hand it over anew.
   */
  public static void submitAgain(Thread thread) {
    while (true) {
      try {
        var unused = thread.getStackTrace();
        return;
      } catch (OutOfMemoryError stillFull) {
        yieldIfPossible();
      }
    }
  }

  /** Interrupts a thread; nothing of it gets lost if the heap is full. May block. */
  public static void interrupt(Thread thread) {
    try {
      thread.interrupt();
    } catch (OutOfMemoryError halfway) {
      submitAgain(thread);
    }
  }
}
