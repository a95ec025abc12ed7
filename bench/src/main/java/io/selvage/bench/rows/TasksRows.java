package io.selvage.bench.rows;

import com.softwaremill.jox.structured.Par;
import com.softwaremill.jox.structured.Race;
import io.selvage.Tasks;
import io.selvage.bench.harness.Body;
import io.selvage.bench.harness.Row;
import io.selvage.bench.kotlin.Coroutines;
import io.selvage.sync.Event;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Gatherers;
import java.util.stream.IntStream;
import kotlin.Unit;
import kotlin.coroutines.Continuation;
import kotlin.coroutines.EmptyCoroutineContext;
import kotlinx.coroutines.AwaitKt;
import kotlinx.coroutines.BuildersKt;
import kotlinx.coroutines.CoroutineScopeKt;
import kotlinx.coroutines.CoroutineStart;
import kotlinx.coroutines.Deferred;
import kotlinx.coroutines.DelayKt;
import kotlinx.coroutines.selects.SelectKt;

/** Many calls at once, and races. */
final class TasksRows {
  private static final int MAPPED = 1000;
  private static final int AT_ONCE = 8;
  private static final int RACES = 20;

  private TasksRows() {}

  static List<Row> all() {
    return List.of(calls(10), calls(1000), map(), race());
  }

  // ---- all

  private static Row calls(int count) {
    int times = Math.max(1, 200 / count);
    List<Callable<Integer>> calls =
        IntStream.rangeClosed(1, count)
            .<Callable<Integer>>mapToObj(number -> () -> number)
            .toList();
    return Row.timed("tasks", "all-" + count, count + " calls at once, with their results")
        .with(
            Peers.SELVAGE,
            () ->
                () -> {
                  for (int i = 0; i < times; i++) {
                    check(count, Tasks.all(calls));
                  }
                  return times;
                })
        .with("invokeAll", () -> new InvokeAll(calls, times))
        .with(
            Peers.KOTLIN,
            () ->
                () -> {
                  Coroutines.repeat(times, done -> awaitAll(count, done));
                  return times;
                })
        .with(
            Peers.SCOPE,
            () ->
                () -> {
                  for (int i = 0; i < times; i++) {
                    check(count, scope(calls));
                  }
                  return times;
                })
        .with(
            Peers.JOX,
            () ->
                () -> {
                  for (int i = 0; i < times; i++) {
                    check(count, Par.par(calls));
                  }
                  return times;
                });
  }

  private static void check(int count, List<? extends Integer> results) {
    long sum = 0;
    for (Integer result : results) {
      sum += result;
    }
    Checks.same(Checks.sumTo(count), sum);
  }

  private record InvokeAll(List<Callable<Integer>> calls, int times, ExecutorService executor)
      implements Body {
    InvokeAll(List<Callable<Integer>> calls, int times) {
      this(calls, times, Executors.newVirtualThreadPerTaskExecutor());
    }

    @Override
    public int run() throws InterruptedException, ExecutionException {
      for (int i = 0; i < times; i++) {
        List<Integer> results = new ArrayList<>(calls.size());
        for (Future<Integer> future : executor.invokeAll(calls)) {
          results.add(future.get());
        }
        check(calls.size(), results);
      }
      return times;
    }
  }

  private static Object awaitAll(int count, Continuation<Object> done) {
    return CoroutineScopeKt.<Object>coroutineScope(
        (scope, end) -> {
          List<Deferred<Integer>> all = new ArrayList<>(count);
          for (int i = 1; i <= count; i++) {
            int number = i;
            all.add(Coroutines.async(scope, () -> number));
          }
          return AwaitKt.awaitAll(all, end);
        },
        done);
  }

  private static List<Integer> scope(List<Callable<Integer>> calls) throws InterruptedException {
    try (JdkScope scope = JdkScope.open()) {
      List<Object> subtasks = new ArrayList<>(calls.size());
      for (Callable<Integer> call : calls) {
        subtasks.add(scope.fork(call));
      }
      Object unused = scope.join();
      List<Integer> results = new ArrayList<>(calls.size());
      for (Object subtask : subtasks) {
        results.add((Integer) JdkScope.get(subtask));
      }
      return results;
    }
  }

  // ---- map

  private static Row map() {
    List<Integer> items = IntStream.rangeClosed(1, MAPPED).boxed().toList();
    return Row.timed("tasks", "map-1000-by-8", "1000 items are mapped, 8 at once")
        .with(
            Peers.SELVAGE,
            () ->
                () -> {
                  check(MAPPED, Tasks.map(items, AT_ONCE, item -> item));
                  return 1;
                })
        .with(
            "Gatherers.mapConcurrent",
            () ->
                () -> {
                  check(
                      MAPPED,
                      items.stream()
                          .gather(Gatherers.<Integer, Integer>mapConcurrent(AT_ONCE, item -> item))
                          .toList());
                  return 1;
                })
        .with(
            Peers.JOX,
            () ->
                () -> {
                  check(
                      MAPPED,
                      Par.parLimit(
                          AT_ONCE,
                          items.stream().<Callable<Integer>>map(item -> () -> item).toList()));
                  return 1;
                });
  }

  // ---- race

  /**
   * All but {@code invokeAny} have joined the loser when they return; it has only interrupted it.
   */
  private static Row race() {
    return Row.timed("tasks", "race-2", "a race of 2 calls, one of which would wait for ever")
        .with(
            Peers.SELVAGE,
            () ->
                () -> {
                  for (int i = 0; i < RACES; i++) {
                    Event never = new Event();
                    Checks.same(
                        1,
                        Tasks.<Integer>race(
                            () -> 1,
                            () -> {
                              never.await();
                              return 2;
                            }));
                  }
                  return RACES;
                })
        .with("invokeAny", () -> new InvokeAny(Executors.newVirtualThreadPerTaskExecutor()))
        .with(
            Peers.KOTLIN,
            () ->
                () -> {
                  Coroutines.repeat(RACES, TasksRows::kotlinRace);
                  return RACES;
                })
        .with(
            Peers.SCOPE,
            () ->
                () -> {
                  for (int i = 0; i < RACES; i++) {
                    try (JdkScope scope = JdkScope.openForAny()) {
                      Object _ = scope.fork(() -> 1);
                      Object _ = scope.fork(waiting());
                      Checks.same(1, (Integer) scope.join());
                    }
                  }
                  return RACES;
                })
        .with(
            Peers.JOX,
            () ->
                () -> {
                  for (int i = 0; i < RACES; i++) {
                    Checks.same(1, Race.<Integer>race(() -> 1, waiting()));
                  }
                  return RACES;
                });
  }

  private static Callable<Integer> waiting() {
    CountDownLatch never = new CountDownLatch(1);
    return () -> {
      never.await();
      return 2;
    };
  }

  private record InvokeAny(ExecutorService executor) implements Body {
    @Override
    public int run() throws InterruptedException, ExecutionException {
      for (int i = 0; i < RACES; i++) {
        Checks.same(1, executor.invokeAny(List.<Callable<Integer>>of(() -> 1, waiting())));
      }
      return RACES;
    }
  }

  /** A select of two, which then cancels the other one; the scope joins it. */
  private static Object kotlinRace(Continuation<Object> done) {
    return CoroutineScopeKt.<Object>coroutineScope(
        (scope, end) -> {
          Deferred<Integer> quick = Coroutines.async(scope, () -> 1);
          Deferred<Integer> endless =
              BuildersKt.async(
                  scope,
                  EmptyCoroutineContext.INSTANCE,
                  CoroutineStart.DEFAULT,
                  (inner, ended) -> DelayKt.awaitCancellation(ended));
          return SelectKt.<Object>select(
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
              end);
        },
        done);
  }
}
