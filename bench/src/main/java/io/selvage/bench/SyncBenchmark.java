package io.selvage.bench;

import io.selvage.TaskGroup;
import io.selvage.sync.Lock;
import io.selvage.sync.Semaphore;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import kotlin.Unit;
import kotlin.coroutines.Continuation;
import kotlin.coroutines.EmptyCoroutineContext;
import kotlin.coroutines.intrinsics.IntrinsicsKt;
import kotlin.coroutines.jvm.internal.ContinuationImpl;
import kotlinx.coroutines.BuildersKt;
import kotlinx.coroutines.CoroutineStart;
import kotlinx.coroutines.Dispatchers;
import kotlinx.coroutines.YieldKt;
import kotlinx.coroutines.sync.SemaphoreKt;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Acquire and release: alone, and among ten who want two permits and let others run while they have
 * one. One operation is one acquire with its release. All are first come, first served.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(3)
@SuppressWarnings("ThreadPriorityCheck") // who holds a permit yields: that is the contention
public class SyncBenchmark {
  private static final int TASKS = 10;
  private static final int PERMITS = 2;
  private static final int ROUNDS = 1_000;
  private static final int OPERATIONS = TASKS * ROUNDS;

  private final Semaphore selvage = new Semaphore(PERMITS);
  private final java.util.concurrent.Semaphore jdk =
      new java.util.concurrent.Semaphore(PERMITS, true);
  private final java.util.concurrent.Semaphore unfairJdk =
      new java.util.concurrent.Semaphore(PERMITS);
  private final kotlinx.coroutines.sync.Semaphore kotlin = SemaphoreKt.Semaphore(PERMITS, 0);
  private final Lock selvageLock = new Lock();
  private final ReentrantLock jdkLock = new ReentrantLock(true);

  /** Made by JMH. */
  public SyncBenchmark() {}

  // ---- alone

  /** Selvage, with a permit object. */
  @Benchmark
  public void aloneSelvage() throws InterruptedException {
    selvage.acquire().close();
  }

  /** Selvage, the operation that never waits. */
  @Benchmark
  public void aloneSelvageTry() {
    selvage.tryAcquire().orElseThrow().close();
  }

  /** The JDK's fair semaphore. */
  @Benchmark
  public void aloneJdk() throws InterruptedException {
    jdk.acquire();
    jdk.release();
  }

  /** Kotlin's; it is not contended, so no coroutine is needed. */
  @Benchmark
  public Object aloneKotlin() {
    Object acquired = kotlin.acquire(NEVER_RESUMED);
    kotlin.release();
    return acquired;
  }

  /** Selvage's lock. */
  @Benchmark
  public void aloneSelvageLock() throws InterruptedException {
    selvageLock.acquire().close();
  }

  /** The JDK's fair lock, which can be interrupted. */
  @Benchmark
  public void aloneJdkLock() throws InterruptedException {
    jdkLock.lockInterruptibly();
    jdkLock.unlock();
  }

  private static final Continuation<Unit> NEVER_RESUMED =
      new Continuation<>() {
        @Override
        public EmptyCoroutineContext getContext() {
          return EmptyCoroutineContext.INSTANCE;
        }

        @Override
        public void resumeWith(Object result) {
          throw new IllegalStateException("resumed with " + result);
        }
      };

  // ---- ten for two

  /** Tasks of a group. */
  @Benchmark
  @OperationsPerInvocation(OPERATIONS)
  public void contendedSelvage() throws InterruptedException {
    TaskGroup.run(
        group -> {
          for (int t = 0; t < TASKS; t++) {
            group.launch(
                () -> {
                  for (int r = 0; r < ROUNDS; r++) {
                    try (Semaphore.Permit permit = selvage.acquire()) {
                      Thread.yield();
                      blackhole = permit;
                    }
                  }
                });
          }
        });
  }

  /** Read by nobody. */
  private volatile Object blackhole;

  /** Virtual threads and the JDK's fair semaphore. */
  @Benchmark
  @OperationsPerInvocation(OPERATIONS)
  public void contendedJdk() throws InterruptedException {
    contend(jdk);
  }

  /** Virtual threads and the JDK's semaphore that lets newcomers past. */
  @Benchmark
  @OperationsPerInvocation(OPERATIONS)
  public void contendedJdkUnfair() throws InterruptedException {
    contend(unfairJdk);
  }

  private static void contend(java.util.concurrent.Semaphore semaphore)
      throws InterruptedException {
    List<Thread> threads = new ArrayList<>();
    for (int t = 0; t < TASKS; t++) {
      threads.add(
          Thread.startVirtualThread(
              () -> {
                for (int r = 0; r < ROUNDS; r++) {
                  semaphore.acquireUninterruptibly();
                  Thread.yield();
                  semaphore.release();
                }
              }));
    }
    for (Thread thread : threads) {
      thread.join();
    }
  }

  /** Coroutines on the default dispatcher. */
  @Benchmark
  @OperationsPerInvocation(OPERATIONS)
  public void contendedKotlin() throws InterruptedException {
    BuildersKt.runBlocking(
        Dispatchers.getDefault(),
        (scope, done) -> {
          for (int t = 0; t < TASKS; t++) {
            BuildersKt.launch(
                scope,
                EmptyCoroutineContext.INSTANCE,
                CoroutineStart.DEFAULT,
                (inner, end) -> new KotlinUser(kotlin, end).invokeSuspend(Unit.INSTANCE));
          }
          return Unit.INSTANCE;
        });
  }

  /**
   * What the Kotlin compiler makes of {@code repeat(ROUNDS) { semaphore.withPermit { yield() } }}.
   */
  private static final class KotlinUser extends ContinuationImpl {
    private final kotlinx.coroutines.sync.Semaphore semaphore;
    private int left = ROUNDS;
    private int label;

    @SuppressWarnings({"unchecked", "rawtypes"})
    KotlinUser(kotlinx.coroutines.sync.Semaphore semaphore, Continuation<?> completion) {
      super((Continuation) completion);
      this.semaphore = semaphore;
    }

    @Override
    protected Object invokeSuspend(Object result) {
      Object suspended = IntrinsicsKt.getCOROUTINE_SUSPENDED();
      while (true) {
        switch (label) {
          case 0 -> { // acquire
            if (left-- == 0) {
              return Unit.INSTANCE;
            }
            label = 1;
            if (semaphore.acquire(this) == suspended) {
              return suspended;
            }
          }
          case 1 -> { // inside
            label = 2;
            if (YieldKt.yield(this) == suspended) {
              return suspended;
            }
          }
          default -> {
            label = 0;
            semaphore.release();
          }
        }
      }
    }
  }
}
