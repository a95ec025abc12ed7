package io.selvage.bench;

import io.selvage.Task;
import io.selvage.TaskGroup;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import kotlin.Unit;
import kotlin.coroutines.EmptyCoroutineContext;
import kotlinx.coroutines.BuildersKt;
import kotlinx.coroutines.CoroutineStart;
import kotlinx.coroutines.Dispatchers;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Fork and join of n children whose body does next to nothing; one operation is the whole group.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(3)
public class GroupBenchmark {

  /** How many children. */
  @Param({"1", "10", "1000"})
  public int children;

  /** Made by JMH. */
  public GroupBenchmark() {}

  /** Virtual threads, started and joined by hand. */
  @Benchmark
  public int[] rawVirtualThreads() throws InterruptedException {
    int[] results = new int[children];
    Thread[] threads = new Thread[children];
    for (int i = 0; i < children; i++) {
      int number = i;
      threads[i] = Thread.ofVirtual().start(() -> results[number] = number);
    }
    for (Thread thread : threads) {
      thread.join();
    }
    return results;
  }

  /** As above, with a name for each thread as Selvage gives them. */
  @Benchmark
  public int[] rawNamedVirtualThreads() throws InterruptedException {
    int[] results = new int[children];
    Thread[] threads = new Thread[children];
    for (int i = 0; i < children; i++) {
      int number = i;
      threads[i] = Thread.ofVirtual().name("group/" + i).start(() -> results[number] = number);
    }
    for (Thread thread : threads) {
      thread.join();
    }
    return results;
  }

  /** The JDK's executor with a future for each child. */
  @Benchmark
  public long jdkExecutor() throws ExecutionException, InterruptedException {
    long sum = 0;
    try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
      @SuppressWarnings({"unchecked", "rawtypes"})
      Future<Integer>[] futures = new Future[children];
      for (int i = 0; i < children; i++) {
        int number = i;
        futures[i] = executor.submit(() -> number);
      }
      for (Future<Integer> future : futures) {
        sum += future.get();
      }
    }
    return sum;
  }

  /** A group that waits for its children at its end. */
  @Benchmark
  public int[] selvageGroup() throws InterruptedException {
    int[] results = new int[children];
    TaskGroup.run(
        group -> {
          for (int i = 0; i < children; i++) {
            int number = i;
            group.fork(() -> results[number] = number);
          }
        });
    return results;
  }

  /** A group whose body joins each child for its result. */
  @Benchmark
  public long selvageJoin() throws InterruptedException {
    return TaskGroup.call(
        group -> {
          @SuppressWarnings({"unchecked", "rawtypes"})
          Task<Integer>[] tasks = new Task[children];
          for (int i = 0; i < children; i++) {
            int number = i;
            tasks[i] = group.fork(() -> number);
          }
          long sum = 0;
          for (Task<Integer> task : tasks) {
            sum += task.join();
          }
          return sum;
        });
  }

  /** Kotlin: children launched on the default dispatcher, joined by the scope. */
  @Benchmark
  public int[] kotlinLaunch() throws InterruptedException {
    int[] results = new int[children];
    BuildersKt.runBlocking(
        Dispatchers.getDefault(),
        (scope, continuation) -> {
          for (int i = 0; i < children; i++) {
            int number = i;
            BuildersKt.launch(
                scope,
                EmptyCoroutineContext.INSTANCE,
                CoroutineStart.DEFAULT,
                (child, done) -> {
                  results[number] = number;
                  return Unit.INSTANCE;
                });
          }
          return Unit.INSTANCE;
        });
    return results;
  }
}
