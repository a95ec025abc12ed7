package io.selvage.bench;

import io.selvage.sync.Event;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import kotlin.Unit;
import kotlin.coroutines.Continuation;
import kotlin.coroutines.intrinsics.IntrinsicsKt;
import kotlin.coroutines.jvm.internal.ContinuationImpl;
import kotlinx.coroutines.BuildersKt;
import kotlinx.coroutines.CompletableDeferred;
import kotlinx.coroutines.CompletableDeferredKt;
import kotlinx.coroutines.CoroutineStart;
import kotlinx.coroutines.Dispatchers;
import kotlinx.coroutines.GlobalScope;
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

/** From the signal until all who waited for it have run; they wait before the clock starts. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 200)
@Measurement(iterations = 200)
@Fork(3)
public class WakeUpBenchmark {

  /** What is waited for. */
  public enum Signal {
    /** Selvage's event, and virtual threads. */
    SELVAGE_EVENT,
    /** The JDK's latch, and virtual threads. */
    JDK_LATCH,
    /** Kotlin's completable deferred, and coroutines on the default dispatcher. */
    KOTLIN_DEFERRED
  }

  private interface Wait {
    void await() throws InterruptedException;
  }

  /** What is waited for. */
  @Param public Signal signal;

  /** How many wait. */
  @Param("1000")
  public int waiters;

  private CountDownLatch woken;
  private Runnable give;

  /** Made by JMH. */
  public WakeUpBenchmark() {}

  /** Lets all wait. */
  @Setup(Level.Invocation)
  public void letThemWait() throws InterruptedException {
    woken = new CountDownLatch(waiters);
    switch (signal) {
      case SELVAGE_EVENT -> {
        Event event = new Event();
        give = event::set;
        startThreads(event::await);
      }
      case JDK_LATCH -> {
        CountDownLatch latch = new CountDownLatch(1);
        give = latch::countDown;
        startThreads(latch::await);
      }
      case KOTLIN_DEFERRED -> {
        CompletableDeferred<Unit> deferred = CompletableDeferredKt.CompletableDeferred(null);
        give = () -> deferred.complete(Unit.INSTANCE);
        startCoroutines(deferred);
      }
    }
  }

  private void startThreads(Wait wait) {
    CountDownLatch done = woken;
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < waiters; i++) {
      threads.add(Thread.startVirtualThread(() -> waitAndCount(wait, done)));
    }
    for (Thread thread : threads) {
      while (thread.getState() != Thread.State.WAITING) {
        LockSupport.parkNanos(10_000);
      }
    }
  }

  private static void waitAndCount(Wait wait, CountDownLatch done) {
    try {
      wait.await();
      done.countDown();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void startCoroutines(CompletableDeferred<Unit> deferred) throws InterruptedException {
    CountDownLatch done = woken;
    CountDownLatch waiting = new CountDownLatch(waiters);
    for (int i = 0; i < waiters; i++) {
      BuildersKt.launch(
          GlobalScope.INSTANCE,
          Dispatchers.getDefault(),
          CoroutineStart.DEFAULT,
          (scope, end) -> {
            Object state = new KotlinWaiter(deferred, done, end).invokeSuspend(Unit.INSTANCE);
            waiting.countDown();
            return state;
          });
    }
    waiting.await();
  }

  /** What the Kotlin compiler makes of {@code deferred.await(); done.countDown()}. */
  private static final class KotlinWaiter extends ContinuationImpl {
    private final CompletableDeferred<Unit> deferred;
    private final CountDownLatch done;
    private boolean waited;

    @SuppressWarnings({"unchecked", "rawtypes"})
    KotlinWaiter(
        CompletableDeferred<Unit> deferred, CountDownLatch done, Continuation<?> completion) {
      super((Continuation) completion);
      this.deferred = deferred;
      this.done = done;
    }

    @Override
    protected Object invokeSuspend(Object result) {
      if (!waited) {
        waited = true;
        Object suspended = IntrinsicsKt.getCOROUTINE_SUSPENDED();
        if (deferred.await(this) == suspended) {
          return suspended;
        }
      }
      done.countDown();
      return Unit.INSTANCE;
    }
  }

  /** Gives the signal, and waits until all have run. */
  @Benchmark
  public void wakeAll() throws InterruptedException {
    give.run();
    woken.await();
  }
}
