package io.selvage.kernel.jvm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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

  private void enterOften() {
    for (int round = 0; round < ROUNDS; round++) {
      lock.lock();
      try {
        together |= ++inside != 1;
        entered++;
        inside--;
      } finally {
        lock.unlock();
      }
    }
  }

  private void runOn(List<ThreadFactory> kinds) throws InterruptedException {
    List<Thread> threads = new ArrayList<>();
    for (ThreadFactory kind : kinds) {
      threads.add(kind.newThread(this::enterOften));
    }
    threads.forEach(Thread::start);
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(together).isFalse();
    assertThat(entered).isEqualTo((long) kinds.size() * ROUNDS);
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
    runOn(kinds(4, 4));
  }

  @Test
  void waitingVirtualThreadsLetTheHolderRun() throws InterruptedException {
    runOn(kinds(0, 4 * Runtime.getRuntime().availableProcessors()));
  }

  @Test
  void aReleasedLockCanBeAcquiredAgain() {
    lock.lock();
    lock.unlock();
    lock.lock();
    assertThat(SpinLock.holdsNone()).isFalse();
    lock.unlock();
    assertThat(SpinLock.holdsNone()).isTrue();
  }

  @Test
  void anAttemptSucceedsOnAFreeLockAndFailsOnAHeldOne() {
    assertThat(lock.tryLockBriefly()).isTrue();
    assertThat(lock.tryLockBriefly()).isFalse();
    lock.unlock();
    assertThat(lock.tryLockBriefly()).isTrue();
    lock.unlock();
  }

  @Test
  void assertionsRefuseToWaitInsideOfASection() {
    ConditionLock parking = new ConditionLock();
    SpinLock other = new SpinLock();
    lock.lock();
    try {
      assertThatThrownBy(other::lock)
          .isInstanceOf(AssertionError.class)
          .hasMessage("waits for a spin lock while it holds another one");
      assertThatThrownBy(parking::lock)
          .isInstanceOf(AssertionError.class)
          .hasMessage("waits for a lock while it holds a spin lock");
      assertThatThrownBy(JdkThreads::yieldIfPossible)
          .isInstanceOf(AssertionError.class)
          .hasMessage("yields while it holds a spin lock");
      assertThat(other.tryLockBriefly()).isTrue();
      other.unlock();
    } finally {
      lock.unlock();
    }
    other.lock();
    other.unlock();
  }
}
