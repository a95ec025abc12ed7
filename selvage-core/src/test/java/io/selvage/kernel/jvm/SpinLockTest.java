package io.selvage.kernel.jvm;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadFactory;
import org.junit.jupiter.api.Test;

class SpinLockTest {
  private static final int ROUNDS = 5_000;

  private final SpinLock lock = new SpinLock();
  private long inside; // guarded by lock
  private long entered; // guarded by lock
  private boolean together; // guarded by lock

  /** Enters the section many times; the section lets other threads run while it holds the lock. */
  private void enterOften(int rounds, int yieldEvery) {
    for (int round = 0; round < rounds; round++) {
      lock.lock();
      try {
        together |= ++inside != 1;
        if (round % yieldEvery == 0) {
          JdkThreads.yieldIfPossible();
        }
        entered++;
        inside--;
      } finally {
        lock.unlock();
      }
    }
  }

  private void runOn(List<ThreadFactory> kinds, int rounds, int yieldEvery)
      throws InterruptedException {
    List<Thread> threads = new ArrayList<>();
    for (ThreadFactory kind : kinds) {
      threads.add(kind.newThread(() -> enterOften(rounds, yieldEvery)));
    }
    threads.forEach(Thread::start);
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(together).isFalse();
    assertThat(entered).isEqualTo((long) kinds.size() * rounds);
  }

  private static List<ThreadFactory> kinds(int platform, int virtual) {
    List<ThreadFactory> kinds = new ArrayList<>();
    for (int i = 0; i < platform; i++) {
      kinds.add(Thread.ofPlatform().factory());
    }
    for (int i = 0; i < virtual; i++) {
      kinds.add(Thread.ofVirtual().factory());
    }
    return kinds;
  }

  @Test
  void oneThreadIsInTheSectionAtATime() throws InterruptedException {
    runOn(kinds(4, 4), ROUNDS, 64);
  }

  @Test
  void waitingVirtualThreadsLetTheHolderRunThoughItHasLeftItsCarrier() throws InterruptedException {
    runOn(kinds(0, 4 * Runtime.getRuntime().availableProcessors()), 200, 1);
  }

  @Test
  void aReleasedLockCanBeAcquiredAgain() {
    enterOften(3, 1);
    assertThat(entered).isEqualTo(3);
  }
}
