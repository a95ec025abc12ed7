package io.selvage.bench;

import io.selvage.Task;
import io.selvage.TaskGroup;
import io.selvage.context.Carrying;
import io.selvage.context.ContextCarrier;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
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

/** Fork and join of children with and without context; one operation is one child. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(3)
public class ContextBenchmark {
  private static final int CHILDREN = 1_000;
  private static final ScopedValue<Integer> VALUE = ScopedValue.newInstance();
  private static final ThreadLocal<Integer> LOCAL = new ThreadLocal<>();

  private static final ContextCarrier SCOPED = ContextCarrier.scopedValues(VALUE);

  private static final ContextCarrier THREAD_LOCAL =
      () -> {
        Integer value = LOCAL.get();
        return body -> {
          LOCAL.set(value);
          try {
            body.run();
          } finally {
            LOCAL.remove();
          }
        };
      };

  /** Made by JMH. */
  public ContextBenchmark() {}

  private static int forkAndJoin() throws InterruptedException {
    return TaskGroup.call(
        group -> {
          List<Task<Integer>> tasks = new ArrayList<>(CHILDREN);
          for (int i = 0; i < CHILDREN; i++) {
            int number = i;
            tasks.add(group.fork(() -> number));
          }
          int sum = 0;
          for (Task<Integer> task : tasks) {
            sum += task.join();
          }
          return sum;
        });
  }

  /** Nothing is carried. */
  @Benchmark
  @OperationsPerInvocation(CHILDREN)
  public int off() throws InterruptedException {
    return forkAndJoin();
  }

  /** One scoped value is carried. */
  @Benchmark
  @OperationsPerInvocation(CHILDREN)
  public int oneScopedValue() throws InterruptedException {
    return Carrying.call(
        SCOPED, () -> ScopedValue.where(VALUE, 1).call(ContextBenchmark::forkAndJoin));
  }

  /** One thread-local is carried, and set in each child. */
  @Benchmark
  @OperationsPerInvocation(CHILDREN)
  public int oneThreadLocal() throws InterruptedException {
    LOCAL.set(1);
    return Carrying.call(THREAD_LOCAL, ContextBenchmark::forkAndJoin);
  }
}
