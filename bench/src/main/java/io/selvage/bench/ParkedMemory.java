package io.selvage.bench;

import io.selvage.Selvage;
import io.selvage.TaskGroup;
import io.selvage.sync.Event;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import kotlinx.coroutines.BuildersKt;
import kotlinx.coroutines.CompletableJob;
import kotlinx.coroutines.CoroutineStart;
import kotlinx.coroutines.DelayKt;
import kotlinx.coroutines.Dispatchers;
import kotlinx.coroutines.GlobalScope;
import kotlinx.coroutines.JobKt;

/** The heap that a task takes while it waits: what is used with many of them, and without. */
public final class ParkedMemory {
  private static final Duration LONG = Duration.ofHours(1);

  private ParkedMemory() {}

  private interface Parked {
    /** Ends them. */
    void end() throws InterruptedException;
  }

  private interface Kind {
    /** Starts so many; returns when all of them wait. */
    Parked start(int tasks) throws InterruptedException;
  }

  private interface Wait {
    void run() throws InterruptedException;
  }

  /**
   * Prints a line for each kind of task.
   *
   * @param arguments how many tasks; 100000 unless given
   * @throws InterruptedException if it is interrupted
   */
  public static void main(String[] arguments) throws InterruptedException {
    int tasks = arguments.length == 0 ? 100_000 : Integer.parseInt(arguments[0]);
    Event never = new Event();
    CountDownLatch neverToo = new CountDownLatch(1);
    print("group, in Event.await", tasks, n -> group(n, never::await));
    print("group, in Selvage.sleep", tasks, n -> group(n, () -> Selvage.sleep(LONG)));
    print("virtual thread, in CountDownLatch.await", tasks, n -> threads(n, neverToo::await));
    print("virtual thread, in Thread.sleep", tasks, n -> threads(n, () -> Thread.sleep(LONG)));
    print("Kotlin coroutine, in delay", tasks, ParkedMemory::coroutines);
  }

  private static void print(String what, int tasks, Kind kind) throws InterruptedException {
    kind.start(tasks).end(); // compiled code has smaller frames
    long before = usedHeap();
    Parked parked = kind.start(tasks);
    long with = usedHeap();
    parked.end();
    System.out.printf("%-40s %6d bytes each%n", what, (with - before) / tasks);
  }

  private static Parked group(int tasks, Wait wait) throws InterruptedException {
    List<Thread> threads = new ArrayList<>();
    TaskGroup[] opened = new TaskGroup[1];
    CountDownLatch forked = new CountDownLatch(1);
    Thread owner =
        Thread.startVirtualThread(
            () -> {
              try {
                TaskGroup.options()
                    .withThreads(
                        work -> {
                          Thread thread = Thread.ofVirtual().unstarted(work);
                          threads.add(thread);
                          return thread;
                        })
                    .run(
                        group -> {
                          opened[0] = group;
                          for (int i = 0; i < tasks; i++) {
                            group.launch(wait::run);
                          }
                          forked.countDown();
                        });
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
    forked.await();
    awaitParked(threads);
    return () -> {
      opened[0].cancel("measured");
      owner.join();
    };
  }

  private static Parked threads(int tasks, Wait wait) {
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < tasks; i++) {
      threads.add(
          Thread.startVirtualThread(
              () -> {
                try {
                  wait.run();
                } catch (InterruptedException e) {
                  Thread.currentThread().interrupt();
                }
              }));
    }
    awaitParked(threads);
    return () -> {
      threads.forEach(Thread::interrupt);
      for (Thread thread : threads) {
        thread.join();
      }
    };
  }

  private static Parked coroutines(int tasks) throws InterruptedException {
    CompletableJob parent = JobKt.Job(null);
    CountDownLatch waiting = new CountDownLatch(tasks);
    for (int i = 0; i < tasks; i++) {
      BuildersKt.launch(
          GlobalScope.INSTANCE,
          Dispatchers.getDefault().plus(parent),
          CoroutineStart.DEFAULT,
          (scope, end) -> {
            Object suspended = DelayKt.delay(LONG.toMillis(), end);
            waiting.countDown();
            return suspended;
          });
    }
    waiting.await();
    return () -> {
      parent.cancel(null);
      BuildersKt.<Object>runBlocking(Dispatchers.getDefault(), (scope, end) -> parent.join(end));
    };
  }

  private static void awaitParked(List<Thread> threads) {
    for (Thread thread : threads) {
      while (thread.getState() != Thread.State.WAITING
          && thread.getState() != Thread.State.TIMED_WAITING) {
        LockSupport.parkNanos(100_000);
      }
    }
  }

  private static long usedHeap() {
    for (int i = 0; i < 3; i++) {
      System.gc();
    }
    Runtime runtime = Runtime.getRuntime();
    return runtime.totalMemory() - runtime.freeMemory();
  }
}
