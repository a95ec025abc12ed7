package io.selvage.bench.rows;

import io.selvage.Task;
import io.selvage.TaskGroup;
import io.selvage.bench.harness.Body;
import io.selvage.bench.harness.Growth;
import io.selvage.bench.harness.Row;
import io.selvage.bench.kotlin.CoroutineLoop;
import io.selvage.bench.kotlin.Coroutines;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import kotlin.Unit;
import kotlin.coroutines.Continuation;
import kotlinx.coroutines.CoroutineScope;
import kotlinx.coroutines.Deferred;

/** Groups of forks that do next to nothing. */
final class GroupRows {
  private static final int FORKS_IN_A_BATCH = 200;

  private GroupRows() {}

  static List<Row> all() {
    return Stream.concat(
            Stream.of(group(1), group(10), group(1000), forkAndJoin()),
            IntStream.of(100, 1_000, 10_000, 100_000, 1_000_000).mapToObj(GroupRows::growth))
        .toList();
  }

  private static Row group(int forks) {
    int groups = Math.max(1, FORKS_IN_A_BATCH / forks);
    return withLibraries(
        Row.timed(
            "groups",
            "group-" + forks,
            "a group is opened, " + (forks == 1 ? "1 fork is" : forks + " forks are") + " joined"),
        forks,
        groups,
        groups);
  }

  /** The heap is that of {@code bench million}: otherwise the collector is most of it. */
  private static Row growth(int forks) {
    int groups = Math.max(1, 1000 / forks);
    return withLibraries(
            Row.timed("groups", "tasks-" + forks, "one fork of a group of " + forks),
            forks,
            groups,
            groups * forks)
        .in(new Growth("tasks of a group", "tasks", forks))
        .withOptions("-Xms5g", "-Xmx5g", "-XX:+UseParallelGC", "-Xmn4g");
  }

  private static Row withLibraries(Row row, int forks, int groups, int operations) {
    return row.with(Peers.SELVAGE, () -> batch(groups, operations, () -> selvage(forks)))
        .with(Peers.RAW, () -> batch(groups, operations, () -> raw(forks)))
        .with(
            Peers.KOTLIN,
            () ->
                () -> {
                  int[] results = new int[forks];
                  Coroutines.repeat(
                      groups, done -> kotlin(results, done), () -> checkAndClear(results));
                  return operations;
                })
        .with(Peers.SCOPE, () -> batch(groups, operations, () -> scope(forks)))
        .with(Peers.EXECUTOR, () -> batch(groups, operations, () -> executor(forks)))
        .with(Peers.JOX, () -> jox(forks, groups, operations));
  }

  private interface Once {
    void run() throws InterruptedException, ExecutionException;
  }

  private static Body batch(int times, int operations, Once once) {
    return () -> {
      for (int i = 0; i < times; i++) {
        once.run();
      }
      return operations;
    };
  }

  private static void selvage(int forks) throws InterruptedException {
    int[] results = new int[forks];
    TaskGroup.run(
        group -> {
          for (int i = 0; i < forks; i++) {
            int number = i;
            group.fork(() -> results[number] = number + 1);
          }
        });
    Checks.numbers(results);
  }

  private static void raw(int forks) throws InterruptedException {
    int[] results = new int[forks];
    RawThreads.run(forks, number -> () -> results[number] = number + 1);
    Checks.numbers(results);
  }

  private static Object kotlin(int[] results, Continuation<Object> done) {
    return Coroutines.scope(
        scope -> {
          for (int i = 0; i < results.length; i++) {
            int number = i;
            Coroutines.launch(
                scope,
                end -> {
                  results[number] = number + 1;
                  return Unit.INSTANCE;
                });
          }
        },
        done);
  }

  private static void checkAndClear(int[] results) {
    Checks.numbers(results);
    Arrays.fill(results, 0);
  }

  private static void scope(int forks) throws InterruptedException {
    int[] results = new int[forks];
    try (JdkScope scope = JdkScope.open()) {
      for (int i = 0; i < forks; i++) {
        int number = i;
        Object unused = scope.fork(() -> results[number] = number + 1);
      }
      Object unused = scope.join();
    }
    Checks.numbers(results);
  }

  private static Body jox(int forks, int groups, int operations) {
    int[] results = new int[forks];
    JoxScope scope =
        JoxScope.of(
            opened -> {
              for (int i = 0; i < forks; i++) {
                int number = i;
                Object unused = JoxScope.fork(opened, () -> results[number] = number + 1);
              }
              return forks;
            });
    return () -> {
      for (int i = 0; i < groups; i++) {
        Object unused = scope.run();
        checkAndClear(results);
      }
      return operations;
    };
  }

  private static void executor(int forks) throws InterruptedException, ExecutionException {
    long sum = 0;
    try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Integer>> futures = new ArrayList<>(forks);
      for (int i = 0; i < forks; i++) {
        int number = i;
        futures.add(executor.submit(() -> number + 1));
      }
      for (Future<Integer> future : futures) {
        sum += future.get();
      }
    }
    Checks.same(Checks.sumTo(forks), sum);
  }

  // ---- in an open group

  private static Row forkAndJoin() {
    int times = 100;
    return Row.timed("groups", "fork-join", "in an open group, a fork is joined for its result")
        .with(
            Peers.SELVAGE,
            () ->
                () -> {
                  TaskGroup.run(
                      group -> {
                        for (int i = 0; i < times; i++) {
                          int number = i;
                          Task<Integer> task = group.fork(() -> number);
                          Checks.same(number, task.join());
                        }
                      });
                  return times;
                })
        .with(
            Peers.RAW,
            () ->
                () -> {
                  int[] result = new int[1];
                  for (int i = 0; i < times; i++) {
                    int number = i;
                    Thread.ofVirtual().start(() -> result[0] = number).join();
                    Checks.same(number, result[0]);
                  }
                  return times;
                })
        .with(
            Peers.KOTLIN,
            () ->
                () -> {
                  Coroutines.run(
                      scope -> Coroutines.launchLoop(scope, end -> new Awaits(scope, times, end)));
                  return times;
                })
        .with(
            Peers.EXECUTOR,
            () ->
                () -> {
                  try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
                    for (int i = 0; i < times; i++) {
                      int number = i;
                      Checks.same(number, executor.submit(() -> number).get());
                    }
                  }
                  return times;
                })
        .with(
            Peers.JOX,
            () -> {
              JoxScope scope =
                  JoxScope.of(
                      opened -> {
                        for (int i = 0; i < times; i++) {
                          int number = i;
                          Object fork = JoxScope.fork(opened, () -> number);
                          Checks.same(number, (Integer) JoxScope.join(fork));
                        }
                        return times;
                      });
              return () -> (Integer) scope.run();
            });
  }

  /** {@code repeat(times) { async { it }.await() } }. */
  private static final class Awaits extends CoroutineLoop {
    private final CoroutineScope scope;
    private final int times;
    private int number;

    Awaits(CoroutineScope scope, int times, Continuation<?> completion) {
      super(completion);
      this.scope = scope;
      this.times = times;
    }

    @Override
    protected boolean more() {
      return number < times;
    }

    @Override
    protected Object step() {
      int result = number;
      Deferred<Integer> deferred = Coroutines.async(scope, () -> result);
      return deferred.await(this);
    }

    @Override
    protected void ended(Object result) {
      Checks.same(number, (Integer) result);
      number++;
    }
  }
}
