package io.selvage.bench;

import io.selvage.Tasks;
import io.selvage.sync.Event;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import kotlin.Unit;
import kotlin.coroutines.EmptyCoroutineContext;
import kotlinx.coroutines.AwaitKt;
import kotlinx.coroutines.BuildersKt;
import kotlinx.coroutines.CoroutineScope;
import kotlinx.coroutines.CoroutineStart;
import kotlinx.coroutines.Deferred;
import kotlinx.coroutines.DelayKt;
import kotlinx.coroutines.Dispatchers;
import kotlinx.coroutines.selects.SelectKt;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * All of a thousand calls that do next to nothing, and a race of two, one of which would wait for
 * ever. One operation is the whole of it.
 *
 * <p>Selvage and Kotlin have joined the loser of a race when they return; {@code invokeAny} has
 * only interrupted it.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(3)
public class TasksBenchmark {
  private static final int CALLS = 1000;

  private final List<Callable<Integer>> calls =
      IntStream.range(0, CALLS).<Callable<Integer>>mapToObj(number -> () -> number).toList();
  private final List<Integer> items = IntStream.range(0, CALLS).boxed().toList();
  private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();

  /** Made by JMH. */
  public TasksBenchmark() {}

  /** Ends the executor of the JDK. */
  @TearDown
  public void close() {
    executor.close();
  }

  // ---- all

  /** {@link Tasks#all}. */
  @Benchmark
  public List<Integer> allSelvage() throws InterruptedException {
    return Tasks.all(calls);
  }

  /** {@link Tasks#map} with eight at a time. */
  @Benchmark
  public List<Integer> mapEightSelvage() throws InterruptedException {
    return Tasks.map(items, 8, item -> item);
  }

  /** The JDK's executor with a virtual thread for each call. */
  @Benchmark
  public List<Integer> allJdk() throws ExecutionException, InterruptedException {
    List<Integer> results = new ArrayList<>(CALLS);
    for (Future<Integer> future : executor.invokeAll(calls)) {
      results.add(future.get());
    }
    return results;
  }

  /** Kotlin on its default dispatcher. */
  @Benchmark
  public List<? extends Integer> allKotlin() throws InterruptedException {
    return BuildersKt.<List<? extends Integer>>runBlocking(
        Dispatchers.getDefault(),
        (scope, done) -> {
          List<Deferred<Integer>> all = new ArrayList<>(CALLS);
          for (int i = 0; i < CALLS; i++) {
            all.add(async(scope, i));
          }
          return AwaitKt.awaitAll(all, done);
        });
  }

  private static Deferred<Integer> async(CoroutineScope scope, int number) {
    return BuildersKt.async(
        scope,
        EmptyCoroutineContext.INSTANCE,
        CoroutineStart.DEFAULT,
        (inner, done) -> (Object) number);
  }

  // ---- race

  /** {@link Tasks#race}. */
  @Benchmark
  public int raceSelvage() throws InterruptedException {
    Event never = new Event();
    return Tasks.<Integer>race(
        () -> 1,
        () -> {
          never.await();
          return 2;
        });
  }

  /** The JDK's executor. */
  @Benchmark
  public int raceJdk() throws ExecutionException, InterruptedException {
    CountDownLatch never = new CountDownLatch(1);
    return executor.invokeAny(
        List.<Callable<Integer>>of(
            () -> 1,
            () -> {
              never.await();
              return 2;
            }));
  }

  /** Kotlin: a select of two, which then cancels the other one; the scope joins it. */
  @Benchmark
  public int raceKotlin() throws InterruptedException {
    return BuildersKt.<Integer>runBlocking(
        Dispatchers.getDefault(),
        (scope, done) -> {
          Deferred<Integer> quick = async(scope, 1);
          Deferred<Integer> endless =
              BuildersKt.async(
                  scope,
                  EmptyCoroutineContext.INSTANCE,
                  CoroutineStart.DEFAULT,
                  (inner, ended) -> DelayKt.awaitCancellation(ended));
          return SelectKt.<Integer>select(
              select -> {
                select.invoke(
                    quick.getOnAwait(),
                    (value, ended) -> {
                      endless.cancel(null);
                      return value;
                    });
                select.invoke(
                    endless.getOnAwait(),
                    (value, ended) -> {
                      quick.cancel(null);
                      return value;
                    });
                return Unit.INSTANCE;
              },
              done);
        });
  }
}
