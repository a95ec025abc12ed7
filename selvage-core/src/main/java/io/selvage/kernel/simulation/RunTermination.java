package io.selvage.kernel.simulation;

import io.selvage.kernel.support.SimulationAbandoned;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The end of a run of a {@link SimulatedMachine}, and the threads that have not ended yet.
 * Thread-safe.
 */
final class RunTermination {
  /*
   * Protocol. All threads of the run are in alive, from before they start to their end.
   *
   * abandoned: false to true, once, by any thread. From then on no thread has the turn: all threads are woken, and each throws SimulationAbandoned at
   * its next step. It ends a failed run, and ends the timer's thread when all other threads have ended.
   *
   * lost: a thread that ignores the exception is not waited for. Each thread is removed from alive, or writes lost and someLost, before it checks
   * whether it was the last one. So the last thread sees the changes of all others, and wakes the thread that waits for the end.
   */
  private static final long PATIENCE = TimeUnit.SECONDS.toNanos(5);
  private static final int MOST_WARNINGS = 10_000;

  private final CountDownLatch done = new CountDownLatch(1);
  private final Set<SimulatedThread> alive = ConcurrentHashMap.newKeySet();
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
  private volatile boolean abandoned;
  private volatile boolean someLost; // false to true; checking all threads takes long

  void add(SimulatedThread thread) {
    alive.add(thread);
  }

  void remove(SimulatedThread thread) {
    alive.remove(thread);
    endIfNoThreadIsLeft();
  }

  private void endIfNoThreadIsLeft() {
    if (alive.isEmpty() || (someLost && alive.stream().allMatch(thread -> thread.lost))) {
      done.countDown();
    }
  }

  /** {@return the threads that have not ended, without daemons, by number} */
  List<SimulatedThread> alive() {
    return alive.stream()
        .filter(thread -> !thread.daemon)
        .sorted((a, b) -> Integer.compare(a.id(), b.id()))
        .toList();
  }

  /** {@return whether all threads have ended} */
  boolean hasCome() {
    return alive.isEmpty();
  }

  boolean isAbandoned() {
    return abandoned;
  }

  /** {@return the failure of the run, or null} */
  @Nullable Throwable failure() {
    return failure.get();
  }

  /** Abandons the run with a failure, unless it has failed already. */
  void fail(Throwable why) {
    failure.compareAndSet(null, why);
    abandon();
  }

  void abandon() {
    abandoned = true;
    for (SimulatedThread thread : alive) {
      LockSupport.unpark(thread.record.thread());
    }
  }

  /**
   * {@return the exception that a thread of an abandoned run must throw; a thread that swallows it
   * repeatedly is not waited for}
   */
  SimulationAbandoned abandonmentOf(SimulatedThread self) {
    self.warnings++;
    while (self.warnings > MOST_WARNINGS) {
      self.lost = true;
      someLost = true;
      endIfNoThreadIsLeft();
      LockSupport.park();
      var unused = Thread.interrupted();
    }
    return new SimulationAbandoned();
  }

  /** Waits for the end for this number of nanoseconds. Returns whether the run has ended. */
  boolean await(long nanos) throws InterruptedException {
    return done.await(nanos, TimeUnit.NANOSECONDS);
  }

  /**
   * Waits for the threads of an abandoned run, long enough that only threads are left that do not
   * end on request.
   */
  void awaitAbandoned() {
    boolean interrupted = false;
    long end = System.nanoTime() + PATIENCE;
    while (done.getCount() > 0 && System.nanoTime() - end < 0) {
      try {
        var unused = done.await(end - System.nanoTime(), TimeUnit.NANOSECONDS);
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
