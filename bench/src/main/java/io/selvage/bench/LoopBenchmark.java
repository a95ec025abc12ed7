package io.selvage.bench;

import io.selvage.Loop;
import io.selvage.Selvage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import kotlin.Unit;
import kotlin.coroutines.Continuation;
import kotlin.coroutines.CoroutineContext;
import kotlin.coroutines.EmptyCoroutineContext;
import kotlin.coroutines.intrinsics.IntrinsicsKt;
import kotlin.coroutines.jvm.internal.ContinuationImpl;
import kotlinx.coroutines.BuildersKt;
import kotlinx.coroutines.CoroutineScope;
import kotlinx.coroutines.CoroutineStart;
import kotlinx.coroutines.ExecutorCoroutineDispatcher;
import kotlinx.coroutines.ExecutorsKt;
import kotlinx.coroutines.YieldKt;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Two tasks of one serial loop that take turns; one operation is one switch. The counterpart for
 * asyncio is {@code asyncio_switch.py}.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(3)
public class LoopBenchmark {
  private static final int ROUNDS = 50_000;
  private static final int SWITCHES = 2 * ROUNDS;

  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().factory());
  private ExecutorCoroutineDispatcher dispatcher;

  /** Made by JMH. */
  public LoopBenchmark() {}

  /** Kotlin's dispatcher of a single thread. */
  @Setup
  public void open() {
    dispatcher = ExecutorsKt.from(thread);
  }

  /** Ends its thread. */
  @TearDown
  public void close() {
    thread.shutdown();
  }

  /** Checkpoints of two tasks of a {@link Loop}. */
  @Benchmark
  @OperationsPerInvocation(SWITCHES)
  public void selvageLoop() throws InterruptedException {
    Loop loop = new Loop();
    loop.run(
        () -> {
          loop.launch(LoopBenchmark::checkpoints);
          loop.launch(LoopBenchmark::checkpoints);
        });
  }

  /** Checkpoints of a hundred tasks of a {@link Loop}, in all as many. */
  @Benchmark
  @OperationsPerInvocation(SWITCHES)
  public void selvageLoopOfHundred() throws InterruptedException {
    Loop loop = new Loop();
    loop.run(
        () -> {
          for (int i = 0; i < 100; i++) {
            loop.launch(() -> someCheckpoints(SWITCHES / 100));
          }
        });
  }

  private static void checkpoints() throws InterruptedException {
    someCheckpoints(ROUNDS);
  }

  private static void someCheckpoints(int count) throws InterruptedException {
    for (int i = 0; i < count; i++) {
      Selvage.checkpoint();
    }
  }

  /** Yields of two coroutines in {@code runBlocking}, whose event loop has no queue to lock. */
  @Benchmark
  @OperationsPerInvocation(SWITCHES)
  public void kotlinRunBlocking() throws InterruptedException {
    twoCoroutines(EmptyCoroutineContext.INSTANCE);
  }

  /** Yields of two coroutines on a dispatcher of one thread. */
  @Benchmark
  @OperationsPerInvocation(SWITCHES)
  public void kotlinSingleThread() throws InterruptedException {
    twoCoroutines(dispatcher);
  }

  private static void twoCoroutines(CoroutineContext context) throws InterruptedException {
    BuildersKt.runBlocking(
        context,
        (scope, done) -> {
          launch(scope);
          launch(scope);
          return Unit.INSTANCE;
        });
  }

  private static void launch(CoroutineScope scope) {
    BuildersKt.launch(
        scope,
        EmptyCoroutineContext.INSTANCE,
        CoroutineStart.DEFAULT,
        (inner, done) -> new Yields(done).start());
  }

  /** What the Kotlin compiler makes of {@code repeat(ROUNDS) { yield() }}. */
  private static final class Yields extends ContinuationImpl {
    private int left = ROUNDS;

    @SuppressWarnings({"unchecked", "rawtypes"})
    Yields(Continuation<?> completion) {
      super((Continuation) completion);
    }

    Object start() {
      return invokeSuspend(Unit.INSTANCE);
    }

    @Override
    protected Object invokeSuspend(Object result) {
      Object suspended = IntrinsicsKt.getCOROUTINE_SUSPENDED();
      while (left-- > 0) {
        if (YieldKt.yield(this) == suspended) {
          return suspended;
        }
      }
      return Unit.INSTANCE;
    }
  }
}
