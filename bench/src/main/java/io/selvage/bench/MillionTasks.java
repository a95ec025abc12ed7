package io.selvage.bench;

import io.selvage.Selvage;
import io.selvage.Task;
import io.selvage.TaskGroup;
import io.selvage.function.ThrowingRunnable;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.IntFunction;
import kotlin.Unit;
import kotlin.coroutines.Continuation;
import kotlin.coroutines.EmptyCoroutineContext;
import kotlin.jvm.functions.Function2;
import kotlinx.coroutines.BuildersKt;
import kotlinx.coroutines.CoroutineScope;
import kotlinx.coroutines.CoroutineStart;
import kotlinx.coroutines.Dispatchers;
import kotlinx.coroutines.YieldKt;

/**
 * A million tasks, each of which suspends once and returns 9; the contract is that of TonIO's
 * benchmark. Five repetitions in one process; each creates the bodies of all tasks in a list, and
 * then runs and joins them. {@link MillionTable} starts it; the counterpart for asyncio is {@code
 * asyncio_million.py}.
 */
public final class MillionTasks {
  private static final int REPETITIONS = 5;

  private MillionTasks() {}

  /** A library. */
  enum Kind {
    /** Tasks of a group, without results. */
    SELVAGE,
    /** Tasks of a group, whose results are read. */
    SELVAGE_RESULTS,
    /** Virtual threads that are started and joined by hand. */
    RAW,
    /** Coroutines on the default dispatcher. */
    KOTLIN
  }

  /**
   * Prints a JSON list of triples: seconds to create, to run, and both together.
   *
   * @param arguments the {@link Kind}, and the number of tasks
   * @throws InterruptedException if it is interrupted
   */
  public static void main(String[] arguments) throws InterruptedException {
    Kind kind = Kind.valueOf(arguments[0]);
    int tasks = Integer.parseInt(arguments[1]);
    List<String> triples = new ArrayList<>();
    for (int i = 0; i < REPETITIONS; i++) {
      triples.add(run(kind, tasks));
    }
    System.out.println(triples);
  }

  static String run(Kind kind, int tasks) throws InterruptedException {
    return switch (kind) {
      case SELVAGE -> time(tasks, Quiet::new, MillionTasks::group);
      case SELVAGE_RESULTS -> time(tasks, WithResult::new, MillionTasks::groupWithResults);
      case RAW -> time(tasks, Raw::new, MillionTasks::raw);
      case KOTLIN -> time(tasks, Coroutine::new, MillionTasks::coroutines);
    };
  }

  private interface Run<B> {
    void all(List<B> bodies) throws InterruptedException;
  }

  private static <B> String time(int tasks, IntFunction<B> body, Run<B> run)
      throws InterruptedException {
    long begin = System.nanoTime();
    List<B> bodies = new ArrayList<>(tasks);
    for (int i = 0; i < tasks; i++) {
      bodies.add(body.apply(i));
    }
    long created = System.nanoTime();
    run.all(bodies);
    long end = System.nanoTime();
    return String.format(
        Locale.ROOT,
        "[%.6f, %.6f, %.6f]",
        (created - begin) / 1e9,
        (end - created) / 1e9,
        (end - begin) / 1e9);
  }

  private static int result() {
    return 3 * 3;
  }

  // ---- Selvage

  private record Quiet(int number) implements ThrowingRunnable<InterruptedException> {
    @Override
    public void run() throws InterruptedException {
      Selvage.checkpoint();
      int unused = result();
    }
  }

  private static void group(List<Quiet> bodies) throws InterruptedException {
    TaskGroup.run(
        group -> {
          for (Quiet body : bodies) {
            group.launch(body);
          }
        });
  }

  private record WithResult(int number) implements Callable<Integer> {
    @Override
    public Integer call() throws InterruptedException {
      Selvage.checkpoint();
      return result();
    }
  }

  private static void groupWithResults(List<WithResult> bodies) throws InterruptedException {
    long sum =
        TaskGroup.call(
            group -> {
              List<Task<Integer>> tasks = new ArrayList<>(bodies.size());
              for (WithResult body : bodies) {
                tasks.add(group.fork(body));
              }
              long results = 0;
              for (Task<Integer> task : tasks) {
                results += task.join();
              }
              return results;
            });
    if (sum != (long) result() * bodies.size()) {
      throw new IllegalStateException("results are missing: their sum is " + sum);
    }
  }

  // ---- the raw thing

  private record Raw(int number) implements Runnable {
    @Override
    @SuppressWarnings("ThreadPriorityCheck") // the suspension
    public void run() {
      Thread.yield();
      int unused = result();
    }
  }

  private static void raw(List<Raw> bodies) throws InterruptedException {
    List<Thread> threads = new ArrayList<>(bodies.size());
    for (Raw body : bodies) {
      threads.add(Thread.startVirtualThread(body));
    }
    for (Thread thread : threads) {
      thread.join();
    }
  }

  // ---- Kotlin

  /** What the Kotlin compiler makes of a yield as the last call, which needs no state. */
  private record Coroutine(int number)
      implements Function2<CoroutineScope, Continuation<? super Unit>, Object> {
    @Override
    public Object invoke(CoroutineScope scope, Continuation<? super Unit> end) {
      int unused = result();
      return YieldKt.yield(end);
    }
  }

  private static void coroutines(List<Coroutine> bodies) throws InterruptedException {
    BuildersKt.runBlocking(
        Dispatchers.getDefault(),
        (scope, end) -> {
          for (Coroutine body : bodies) {
            BuildersKt.launch(scope, EmptyCoroutineContext.INSTANCE, CoroutineStart.DEFAULT, body);
          }
          return Unit.INSTANCE;
        });
  }
}
