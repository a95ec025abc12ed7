package io.selvage.bench.rows;

import io.selvage.TaskGroup;
import io.selvage.bench.harness.Body;
import io.selvage.bench.harness.Row;
import io.selvage.bench.kotlin.CoroutineLoop;
import io.selvage.bench.kotlin.Coroutines;
import io.selvage.sync.Lock;
import io.selvage.sync.Semaphore;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import kotlin.coroutines.Continuation;
import kotlinx.coroutines.YieldKt;
import kotlinx.coroutines.sync.Mutex;
import kotlinx.coroutines.sync.MutexKt;
import kotlinx.coroutines.sync.SemaphoreKt;

/** Semaphores and locks; one operation is one acquire with its release. */
@SuppressWarnings("ThreadPriorityCheck") // some let others run while they hold it
final class SyncRows {
  private static final String FAIR = "JDK, fair";
  private static final String UNFAIR = "JDK";

  private SyncRows() {}

  static List<Row> all() {
    return List.of(
        semaphores("semaphore-alone", "acquire and release, no other task", 1, 2, false),
        semaphores("semaphore-10-for-2", "the same of 10 tasks with 2 permits", 10, 2, false),
        semaphores(
            "semaphore-10-for-2-yield", "the same, with a yield between the two", 10, 2, true),
        locks("lock-alone", "lock and unlock, no other task", 1),
        locks("lock-4", "the same of 4 tasks that count", 4));
  }

  private interface Section {
    void run() throws InterruptedException;
  }

  /** Tasks of a group that run a section so often in all. */
  private static Body inGroup(int tasks, int total, Section section) {
    return () -> {
      TaskGroup.run(
          group -> {
            for (int t = 0; t < tasks; t++) {
              group.launch(() -> repeat(total / tasks, section));
            }
          });
      return total;
    };
  }

  /** Virtual threads that do. */
  private static Body onThreads(int tasks, int total, Section section) {
    return () -> {
      RawThreads.run(tasks, any -> RawThreads.interruptibly(() -> repeat(total / tasks, section)));
      return total;
    };
  }

  private static void repeat(int times, Section section) throws InterruptedException {
    for (int i = 0; i < times; i++) {
      section.run();
    }
  }

  // ---- semaphores

  private static Row semaphores(
      String name, String operation, int tasks, int permits, boolean yields) {
    int total = tasks == 1 ? 20_000 : 4_000;
    return Row.timed("sync", name, operation)
        .with(
            Peers.SELVAGE,
            () -> {
              Semaphore semaphore = new Semaphore(permits);
              return inGroup(tasks, total, () -> selvage(semaphore, yields));
            })
        .with(
            FAIR,
            () -> jdk(new java.util.concurrent.Semaphore(permits, true), tasks, total, yields))
        .with(UNFAIR, () -> jdk(new java.util.concurrent.Semaphore(permits), tasks, total, yields))
        .with(
            Peers.KOTLIN,
            () -> {
              kotlinx.coroutines.sync.Semaphore semaphore = SemaphoreKt.Semaphore(permits, 0);
              return () -> {
                Coroutines.run(
                    scope -> {
                      for (int t = 0; t < tasks; t++) {
                        Coroutines.launchLoop(
                            scope, end -> new Permits(semaphore, total / tasks, yields, end));
                      }
                    });
                Checks.same(permits, semaphore.getAvailablePermits());
                return total;
              };
            });
  }

  private static void selvage(Semaphore semaphore, boolean yields) throws InterruptedException {
    try (Semaphore.Permit _ = semaphore.acquire()) {
      if (yields) {
        Thread.yield();
      }
    }
  }

  private static Body jdk(
      java.util.concurrent.Semaphore semaphore, int tasks, int total, boolean yields) {
    return onThreads(
        tasks,
        total,
        () -> {
          semaphore.acquire();
          if (yields) {
            Thread.yield();
          }
          semaphore.release();
        });
  }

  /** {@code repeat(times) { semaphore.acquire(); yield(); semaphore.release() }}. */
  private static final class Permits extends CoroutineLoop {
    private final kotlinx.coroutines.sync.Semaphore semaphore;
    private final boolean yields;
    private int left;
    private boolean inside;

    Permits(
        kotlinx.coroutines.sync.Semaphore semaphore,
        int times,
        boolean yields,
        Continuation<?> completion) {
      super(completion);
      this.semaphore = semaphore;
      this.yields = yields;
      this.left = times;
    }

    @Override
    protected boolean more() {
      return left > 0;
    }

    @Override
    protected Object step() {
      return inside ? YieldKt.yield(this) : semaphore.acquire(this);
    }

    @Override
    protected void ended(Object result) {
      if (!inside && yields) {
        inside = true;
        return;
      }
      inside = false;
      semaphore.release();
      left--;
    }
  }

  // ---- locks

  /** What a lock protects. */
  private static final class Counter {
    private long count;
  }

  private static Row locks(String name, String operation, int tasks) {
    int total = tasks == 1 ? 20_000 : 4_000;
    return Row.timed("sync", name, operation)
        .with(
            Peers.SELVAGE,
            () -> {
              Lock lock = new Lock();
              Counter counter = new Counter();
              return counted(
                  counter,
                  inGroup(
                      tasks,
                      total,
                      () -> {
                        try (var _ = lock.acquire()) {
                          counter.count++;
                        }
                      }));
            })
        .with(FAIR, () -> jdk(new ReentrantLock(true), tasks, total))
        .with(UNFAIR, () -> jdk(new ReentrantLock(), tasks, total))
        .with(
            Peers.KOTLIN,
            () -> {
              Mutex mutex = MutexKt.Mutex(false);
              Counter counter = new Counter();
              return counted(
                  counter,
                  () -> {
                    Coroutines.run(
                        scope -> {
                          for (int t = 0; t < tasks; t++) {
                            Coroutines.launchLoop(
                                scope, end -> new Locks(mutex, counter, total / tasks, end));
                          }
                        });
                    return total;
                  });
            });
  }

  private static Body jdk(ReentrantLock lock, int tasks, int total) {
    Counter counter = new Counter();
    return counted(
        counter,
        onThreads(
            tasks,
            total,
            () -> {
              lock.lockInterruptibly();
              counter.count++;
              lock.unlock();
            }));
  }

  private static Body counted(Counter counter, Body body) {
    return () -> {
      long before = counter.count;
      int total = body.run();
      Checks.same(before + total, counter.count);
      return total;
    };
  }

  /** {@code repeat(times) { mutex.lock(); counter++; mutex.unlock() }}. */
  private static final class Locks extends CoroutineLoop {
    private final Mutex mutex;
    private final Counter counter;
    private int left;

    Locks(Mutex mutex, Counter counter, int times, Continuation<?> completion) {
      super(completion);
      this.mutex = mutex;
      this.counter = counter;
      this.left = times;
    }

    @Override
    protected boolean more() {
      return left > 0;
    }

    @Override
    protected Object step() {
      return mutex.lock(null, this);
    }

    @Override
    protected void ended(Object result) {
      counter.count++;
      mutex.unlock(null);
      left--;
    }
  }
}
