package io.selvage.test.foundation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.selvage.Lazy;
import io.selvage.Loop;
import io.selvage.Selvage;
import io.selvage.Task;
import io.selvage.TaskCancelledException;
import io.selvage.TaskFailedException;
import io.selvage.TaskGroup;
import io.selvage.channel.Channel;
import io.selvage.function.ThrowingRunnable;
import io.selvage.interop.Background;
import io.selvage.interop.FlowReceiver;
import io.selvage.interop.Flows;
import io.selvage.interop.Futures;
import io.selvage.interop.GroupExecutor;
import io.selvage.test.Simulation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/**
 * Loops, lazy tasks and the doors to other libraries when the heap is full at a bad moment: no
 * thread waits for ever, and each caller is told.
 */
class InteropExhaustionTest {
  private static final int RUNS = 150;

  /** Runs the body with this point failing every other time; a hang fails the simulation. */
  private static void failing(String point, ThrowingRunnable<Exception> body) {
    var unused = Simulation.options().withFault("heap: " + point, 0.5).explore(RUNS, body);
  }

  /** Some runs must have met the full heap, and some not: otherwise nothing was shown. */
  private static void assertBothHappened(List<Boolean> outcomes) {
    assertThat(outcomes).contains(true, false);
  }

  @Test
  void aLoopThatCouldNotRunCanBeRunAgain() {
    List<Boolean> ran = new ArrayList<>();
    failing(
        "Loop.run: group",
        () -> {
          Loop loop = new Loop();
          Throwable thrown = catchThrowable(() -> assertThat(loop.call(() -> 42)).isEqualTo(42));
          ran.add(thrown == null);
          if (thrown != null) {
            assertThat(thrown).isInstanceOf(OutOfMemoryError.class);
          }
          assertThat(loop.isRunning()).isFalse();
          Throwable again = catchThrowable(() -> assertThat(loop.call(() -> 42)).isEqualTo(42));
          if (again != null) {
            assertThat(again).isInstanceOf(OutOfMemoryError.class); // and not that it is running
          }
        });
    assertBothHappened(ran);
  }

  @Test
  void aBackgroundThatCannotOpenItsGroupSaysSo() {
    List<Boolean> opened = new ArrayList<>();
    failing(
        "Background.open: group",
        () -> {
          try (Background background = Background.open()) {
            opened.add(true);
            assertThat(background.isClosed()).isFalse();
          } catch (OutOfMemoryError e) {
            opened.add(false);
          }
        });
    assertBothHappened(opened);
  }

  @Test
  void anExecutorThatCouldNotForkTerminates() {
    executorTerminates("GroupExecutor.fork: task");
  }

  @Test
  void anExecutorThatCouldNotObserveAnEndTerminates() {
    executorTerminates("GroupExecutor.fork: end");
  }

  private static void executorTerminates(String point) {
    List<Boolean> submitted = new ArrayList<>();
    failing(
        point,
        () ->
            TaskGroup.run(
                group -> {
                  GroupExecutor executor = GroupExecutor.of(group);
                  List<Future<Integer>> futures = new ArrayList<>();
                  for (int i = 0; i < 3; i++) {
                    Callable<Integer> body =
                        () -> {
                          Selvage.checkpoint();
                          return 42;
                        };
                    try {
                      futures.add(executor.submit(body));
                      submitted.add(true);
                    } catch (OutOfMemoryError e) {
                      submitted.add(false);
                    }
                  }
                  executor.close();
                  assertThat(executor.isTerminated()).isTrue();
                  for (Future<Integer> future : futures) {
                    assertThat(future.get()).isEqualTo(42);
                  }
                }));
    assertBothHappened(submitted);
  }

  @Test
  void invokeAnyEndsThatCouldNotForkAll() {
    List<Boolean> ran = new ArrayList<>();
    Callable<Integer> failing =
        () -> {
          throw new IllegalStateException("meant");
        };
    failing(
        "GroupExecutor.fork: end",
        () ->
            TaskGroup.options()
                .withUncaughtHandler((name, failure) -> {}) // of the one, if the other is not there
                .run(
                    group -> {
                      GroupExecutor executor = GroupExecutor.of(group);
                      try {
                        assertThat(executor.invokeAny(List.of(failing, () -> 42))).isEqualTo(42);
                        ran.add(true);
                      } catch (OutOfMemoryError e) {
                        ran.add(false);
                      }
                      executor.close();
                    }));
    assertBothHappened(ran);
  }

  @Test
  void whoeverAsksForALazyTaskThatCouldNotBeForkedIsTold() {
    List<Boolean> forked = new ArrayList<>();
    failing(
        "Lazy.fork: task",
        () ->
            TaskGroup.run(
                group -> {
                  Lazy<Integer> lazy = group.lazy("lazy", () -> 42);
                  List<Task<Boolean>> asking = new ArrayList<>();
                  for (int i = 0; i < 3; i++) {
                    asking.add(group.fork(() -> asks(lazy)));
                  }
                  boolean first = asking.getFirst().join();
                  forked.add(first);
                  for (Task<Boolean> each : asking) {
                    assertThat(each.join()).isEqualTo(first);
                  }
                }));
    assertBothHappened(forked);
  }

  private static boolean asks(Lazy<Integer> lazy) throws InterruptedException {
    try {
      assertThat(lazy.join()).isEqualTo(42);
      return true;
    } catch (OutOfMemoryError e) {
      return false; // it was the one to fork it
    } catch (IllegalStateException e) {
      assertThat(e).hasMessageContaining("could not be forked").hasCauseInstanceOf(Error.class);
      return false;
    }
  }

  @Test
  void theFutureOfATaskIsCompletedWhenThereIsMemoryAgain() {
    failing(
        "Futures.toFuture: end",
        () ->
            TaskGroup.run(
                group -> {
                  CompletableFuture<Integer> succeeds = Futures.fork(group, "succeeds", () -> 42);
                  CompletableFuture<Integer> fails =
                      Futures.fork(
                          group,
                          "fails",
                          () -> {
                            throw new IllegalStateException("meant");
                          });
                  Task<Integer> cancelled =
                      group.fork(
                          "cancelled",
                          () -> {
                            Selvage.sleep(Duration.ofHours(1));
                            return 42;
                          });
                  CompletableFuture<Integer> ofCancelled = Futures.toFuture(cancelled);
                  cancelled.cancel();
                  assertThat(Futures.awaitShared(succeeds)).isEqualTo(42);
                  assertThat(catchThrowable(() -> Futures.awaitShared(fails)))
                      .isInstanceOf(IllegalStateException.class)
                      .hasMessage("meant");
                  assertThat(catchThrowable(() -> Futures.awaitShared(ofCancelled)))
                      .isInstanceOf(CancellationException.class);
                }));
  }

  @Test
  void workThatGetsNoFutureIsCancelled() {
    List<Boolean> started = new ArrayList<>();
    failing(
        "Futures.toFuture: future",
        () -> {
          try (Background background = Background.open()) {
            Callable<Integer> body =
                () -> {
                  Selvage.sleep(Duration.ofSeconds(1));
                  return 42;
                };
            try {
              assertThat(Futures.awaitShared(background.fork(body))).isEqualTo(42);
              started.add(true);
            } catch (OutOfMemoryError e) {
              started.add(false);
            }
            background.finish();
            assertThat(background.running()).isZero();
          }
        });
    assertBothHappened(started);
  }

  @Test
  void aSubscriberIsToldOfAnEndThatCouldNotBeDescribed() {
    List<Boolean> described = new ArrayList<>();
    failing(
        "Flows: end",
        () -> {
          FlowReceiver<Object> receiver = FlowReceiver.create(1);
          TaskGroup.run(
              group -> {
                Flow.Publisher<Object> publisher = Flows.publish(group, Channel.unbounded());
                publisher.subscribe(receiver.subscriber());
                group.cancel();
              });
          Throwable told = catchThrowable(receiver::receive);
          assertThat(told).isNotNull();
          described.add(isIn(told, CancellationException.class));
          assertThat(described.getLast() || isIn(told, OutOfMemoryError.class)).isTrue();
        });
    assertBothHappened(described);
  }

  private static boolean isIn(Throwable thrown, Class<? extends Throwable> type) {
    for (Throwable each = thrown; each != null; each = each.getCause()) {
      if (type.isInstance(each)) {
        return true;
      }
    }
    return false;
  }

  // ---- what a join has reported as ended is not counted any more

  @Test
  void aTaskThatHasEndedIsNotRunning() {
    var unused =
        Simulation.explore(
            500,
            () ->
                TaskGroup.run(
                    group -> {
                      List<Task<?>> tasks = new ArrayList<>();
                      for (int i = 0; i < 3; i++) {
                        tasks.add(group.launch(Selvage::checkpoint));
                      }
                      tasks.add(
                          group.forkUnsupervised(
                              "fails",
                              () -> {
                                throw new IllegalStateException("meant");
                              }));
                      for (Task<?> task : tasks) {
                        try {
                          Object unusedResult = task.join();
                        } catch (TaskFailedException | TaskCancelledException e) {
                          // it has ended
                        }
                        assertThat(task.isDone()).isTrue();
                        long ended = tasks.stream().filter(Task::isDone).count();
                        assertThat(group.running()).isLessThanOrEqualTo(tasks.size() - ended);
                      }
                    }));
  }
}
