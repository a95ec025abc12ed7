package io.selvage.bench.rows;

import io.selvage.TaskGroup;
import io.selvage.bench.kotlin.Coroutines;
import java.util.Arrays;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import kotlinx.coroutines.BuildersKt;
import kotlinx.coroutines.CompletableJob;
import kotlinx.coroutines.DelayKt;
import kotlinx.coroutines.Dispatchers;
import kotlinx.coroutines.GlobalScope;
import kotlinx.coroutines.Job;
import kotlinx.coroutines.JobKt;

/** Tasks all of which wait. */
@FunctionalInterface
interface Waiting {
  /** Cancels them, and waits until all have ended. */
  void end() throws InterruptedException;

  /** Starts them; returns when all of them wait. */
  @FunctionalInterface
  interface Start {
    Waiting run() throws InterruptedException;
  }

  /** {@return tasks of a group} */
  static Waiting group(int tasks, RawThreads.Work wait) throws InterruptedException {
    Queue<Thread> threads = new ConcurrentLinkedQueue<>();
    CountDownLatch started = new CountDownLatch(tasks);
    TaskGroup[] opened = new TaskGroup[1];
    Thread owner =
        Thread.startVirtualThread(
            RawThreads.interruptibly(
                () ->
                    TaskGroup.run(
                        group -> {
                          opened[0] = group;
                          for (int i = 0; i < tasks; i++) {
                            group.launch(
                                () -> {
                                  threads.add(Thread.currentThread());
                                  started.countDown();
                                  wait.run();
                                });
                          }
                        })));
    started.await();
    RawThreads.awaitWaiting(threads);
    threads.clear();
    return () -> {
      opened[0].cancel("measured");
      owner.join();
    };
  }

  /** {@return virtual threads, to be interrupted and joined by hand} */
  static Waiting threads(int tasks, RawThreads.Work wait) {
    Thread[] threads = RawThreads.start(tasks, any -> RawThreads.interruptibly(wait));
    RawThreads.awaitWaiting(Arrays.asList(threads));
    return () -> {
      for (Thread thread : threads) {
        thread.interrupt();
      }
      RawThreads.joinAll(threads);
    };
  }

  /** {@return coroutines in {@code delay}, on the default dispatcher} */
  static Waiting coroutines(int tasks) throws InterruptedException {
    CompletableJob parent = JobKt.Job(null);
    CountDownLatch waiting = new CountDownLatch(tasks);
    for (int i = 0; i < tasks; i++) {
      Job unused =
          Coroutines.launch(
              GlobalScope.INSTANCE,
              parent,
              done -> {
                Object suspended = DelayKt.delay(TimeUnit.HOURS.toMillis(1), done);
                waiting.countDown();
                return suspended;
              });
    }
    waiting.await();
    return () -> {
      parent.cancel(null);
      Object unused =
          BuildersKt.<Object>runBlocking(
              Dispatchers.getDefault(), (scope, end) -> parent.join(end));
    };
  }
}
