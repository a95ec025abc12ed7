package io.selvage.bench.rows;

import java.util.concurrent.locks.LockSupport;
import java.util.function.IntFunction;

/** Virtual threads, started and joined by hand. */
final class RawThreads {
  private RawThreads() {}

  /** What may be interrupted. */
  interface Work {
    void run() throws InterruptedException;
  }

  /** Runs so many bodies at once, and joins them. */
  static void run(int count, IntFunction<Runnable> body) throws InterruptedException {
    joinAll(start(count, body));
  }

  static Thread[] start(int count, IntFunction<Runnable> body) {
    Thread[] threads = new Thread[count];
    for (int i = 0; i < count; i++) {
      threads[i] = Thread.ofVirtual().start(body.apply(i));
    }
    return threads;
  }

  static void joinAll(Thread[] threads) throws InterruptedException {
    for (Thread thread : threads) {
      thread.join();
    }
  }

  /** {@return it as the body of a thread that ends when it is interrupted} */
  static Runnable interruptibly(Work work) {
    return () -> {
      try {
        work.run();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    };
  }

  /** Waits until all of them wait. */
  static void awaitWaiting(Iterable<Thread> threads) {
    for (Thread thread : threads) {
      while (thread.getState() != Thread.State.WAITING
          && thread.getState() != Thread.State.TIMED_WAITING) {
        LockSupport.parkNanos(10_000);
      }
    }
  }
}
