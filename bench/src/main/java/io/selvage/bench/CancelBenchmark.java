package io.selvage.bench;

import io.selvage.Selvage;
import io.selvage.TaskGroup;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import kotlinx.coroutines.BuildersKt;
import kotlinx.coroutines.CompletableJob;
import kotlinx.coroutines.CoroutineStart;
import kotlinx.coroutines.DelayKt;
import kotlinx.coroutines.Dispatchers;
import kotlinx.coroutines.GlobalScope;
import kotlinx.coroutines.JobKt;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** From a cancel until all tasks that it blocked have ended; they block before the clock starts. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 30)
@Measurement(iterations = 30)
@Fork(3)
public class CancelBenchmark {
  private static final long LONG_MILLIS = TimeUnit.HOURS.toMillis(1);

  /** Who blocks, and how. */
  public enum Blocked {
    /** Tasks of a group in {@link Selvage#sleep}. */
    SELVAGE_SLEEP,
    /** Tasks of a group in {@link Thread#sleep}: they have to be interrupted. */
    SELVAGE_FOREIGN,
    /** Virtual threads in {@link Thread#sleep}, interrupted and joined by hand. */
    JDK_THREADS,
    /** Coroutines on the default dispatcher. */
    KOTLIN
  }

  private interface Block {
    void run() throws InterruptedException;
  }

  private interface Cancel {
    void run() throws InterruptedException;
  }

  /** Who blocks, and how. */
  @Param public Blocked blocked;

  /** How many block. */
  @Param("10000")
  public int tasks;

  private Cancel cancelAndJoin;

  /** Made by JMH. */
  public CancelBenchmark() {}

  /** Lets all block. */
  @Setup(Level.Invocation)
  public void letThemBlock() throws InterruptedException {
    switch (blocked) {
      case SELVAGE_SLEEP -> openGroup(() -> Selvage.sleep(Duration.ofMillis(LONG_MILLIS)));
      case SELVAGE_FOREIGN -> openGroup(() -> Thread.sleep(LONG_MILLIS));
      case JDK_THREADS -> startThreads();
      case KOTLIN -> launchCoroutines();
    }
  }

  private void openGroup(Block block) throws InterruptedException {
    Queue<Thread> threads = new ConcurrentLinkedQueue<>();
    CountDownLatch started = new CountDownLatch(tasks);
    TaskGroup[] opened = new TaskGroup[1];
    Thread owner =
        Thread.startVirtualThread(
            () -> {
              try {
                TaskGroup.run(
                    group -> {
                      opened[0] = group;
                      for (int i = 0; i < tasks; i++) {
                        group.launch(
                            () -> {
                              threads.add(Thread.currentThread());
                              started.countDown();
                              block.run();
                            });
                      }
                    });
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
    started.await();
    awaitBlocked(threads);
    cancelAndJoin =
        () -> {
          opened[0].cancel("over");
          owner.join();
        };
  }

  private void startThreads() {
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < tasks; i++) {
      threads.add(
          Thread.startVirtualThread(
              () -> {
                try {
                  Thread.sleep(LONG_MILLIS);
                } catch (InterruptedException e) {
                  Thread.currentThread().interrupt();
                }
              }));
    }
    awaitBlocked(threads);
    cancelAndJoin =
        () -> {
          threads.forEach(Thread::interrupt);
          for (Thread thread : threads) {
            thread.join();
          }
        };
  }

  private static void awaitBlocked(Iterable<Thread> threads) {
    for (Thread thread : threads) {
      while (thread.getState() != Thread.State.WAITING
          && thread.getState() != Thread.State.TIMED_WAITING) {
        LockSupport.parkNanos(10_000);
      }
    }
  }

  private void launchCoroutines() throws InterruptedException {
    CompletableJob parent = JobKt.Job(null);
    CountDownLatch waiting = new CountDownLatch(tasks);
    for (int i = 0; i < tasks; i++) {
      BuildersKt.launch(
          GlobalScope.INSTANCE,
          Dispatchers.getDefault().plus(parent),
          CoroutineStart.DEFAULT,
          (scope, end) -> {
            Object suspended = DelayKt.delay(LONG_MILLIS, end);
            waiting.countDown();
            return suspended;
          });
    }
    waiting.await();
    cancelAndJoin =
        () -> {
          parent.cancel(null);
          BuildersKt.<Object>runBlocking(
              Dispatchers.getDefault(), (scope, end) -> parent.join(end));
        };
  }

  /** Cancels, and waits until all have ended. */
  @Benchmark
  public void cancelAndJoin() throws InterruptedException {
    cancelAndJoin.run();
  }
}
