package io.selvage.bench.rows;

import io.selvage.CancelScope;
import io.selvage.TaskGroup;
import io.selvage.bench.harness.Body;
import io.selvage.bench.harness.Growth;
import io.selvage.bench.harness.Row;
import io.selvage.bench.kotlin.Coroutines;
import io.selvage.sync.Event;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import kotlin.Unit;
import kotlin.coroutines.Continuation;
import kotlinx.coroutines.DelayKt;
import kotlinx.coroutines.GlobalScope;
import kotlinx.coroutines.TimeoutKt;

/** Time limits that are not used up: armed and disarmed, alone and beside many others. */
final class TimerRows {
  private static final int TIMES = 500;
  private static final Duration FAR = Duration.ofHours(1);

  private TimerRows() {}

  static List<Row> all() {
    return Stream.concat(
            Stream.of(
                limits(
                    Row.timed("timers", "deadline", "a body with a time limit that is not used up"),
                    0)),
            IntStream.of(100, 1_000, 10_000, 100_000)
                .mapToObj(
                    armed ->
                        limits(
                                Row.timed(
                                    "timers",
                                    "armed-" + armed,
                                    "the same while " + armed + " other limits run"),
                                armed)
                            .in(new Growth("timers armed", "other time limits", armed))))
        .toList();
  }

  private static Row limits(Row row, int armed) {
    return row.with(
            Peers.SELVAGE,
            () -> {
              armSelvage(armed);
              return TimerRows::selvage;
            })
        .with("ScheduledThreadPoolExecutor", () -> executor(armed))
        .with(
            Peers.KOTLIN,
            () -> {
              armKotlin(armed);
              return TimerRows::kotlin;
            });
  }

  // ---- Selvage

  private static int selvage() throws InterruptedException {
    int[] runs = new int[1];
    for (int i = 0; i < TIMES; i++) {
      CancelScope.moveOnAfter(FAR).run(() -> runs[0]++);
    }
    Checks.same(TIMES, runs[0]);
    return TIMES;
  }

  /** Tasks that wait within a time limit, until the process ends. */
  private static void armSelvage(int count) {
    CountDownLatch waiting = new CountDownLatch(count);
    Event never = new Event();
    Thread.ofVirtual()
        .start(
            RawThreads.interruptibly(
                () ->
                    TaskGroup.run(
                        group -> {
                          for (int i = 0; i < count; i++) {
                            group.launch(
                                () ->
                                    CancelScope.moveOnAfter(FAR)
                                        .run(
                                            () -> {
                                              waiting.countDown();
                                              never.await();
                                            }));
                          }
                        })));
    await(waiting);
  }

  // ---- the JDK

  private static Body executor(int armed) {
    ScheduledThreadPoolExecutor timer =
        new ScheduledThreadPoolExecutor(1, Thread.ofPlatform().daemon().factory());
    timer.setRemoveOnCancelPolicy(true);
    for (int i = 0; i < armed; i++) {
      ScheduledFuture<?> unused = timer.schedule(() -> {}, FAR.toMillis(), TimeUnit.MILLISECONDS);
    }
    return () -> {
      int runs = 0;
      for (int i = 0; i < TIMES; i++) {
        ScheduledFuture<?> limit = timer.schedule(() -> {}, FAR.toMillis(), TimeUnit.MILLISECONDS);
        runs++;
        limit.cancel(false);
      }
      Checks.same(TIMES, runs);
      return TIMES;
    };
  }

  // ---- Kotlin

  private static int kotlin() throws InterruptedException {
    int[] runs = new int[1];
    Coroutines.repeat(
        TIMES,
        done ->
            limited(
                () -> {
                  runs[0]++;
                  return Unit.INSTANCE;
                },
                done));
    Checks.same(TIMES, runs[0]);
    return TIMES;
  }

  private interface Limited {
    Object run();
  }

  private static Object limited(Limited body, Continuation<Object> done) {
    return TimeoutKt.<Object>withTimeout(FAR.toMillis(), (scope, end) -> body.run(), done);
  }

  private static void armKotlin(int count) {
    CountDownLatch waiting = new CountDownLatch(count);
    for (int i = 0; i < count; i++) {
      Coroutines.launch(
          GlobalScope.INSTANCE,
          done ->
              TimeoutKt.<Object>withTimeout(
                  FAR.toMillis(),
                  (scope, end) -> {
                    Object suspended = DelayKt.awaitCancellation(end);
                    waiting.countDown();
                    return suspended;
                  },
                  done));
    }
    await(waiting);
  }

  private static void await(CountDownLatch waiting) {
    try {
      waiting.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException("interrupted while the timers were armed", e);
    }
  }
}
