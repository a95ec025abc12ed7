package io.selvage.test.foundation;

import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import io.selvage.CancelScope;
import io.selvage.ClosedResourceException;
import io.selvage.Selvage;
import io.selvage.Task;
import io.selvage.TaskGroup;
import io.selvage.channel.Channel;
import io.selvage.interop.Background;
import io.selvage.interop.Futures;
import io.selvage.interop.GroupExecutor;
import io.selvage.interop.HomeThread;
import io.selvage.test.foundation.Explored.Scenario;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

/** Futures, executors and foreign threads: each wait and each piece of work has one outcome. */
class InteropSimulationTest {

  // ---- Futures

  /** One waits for a stage that another completes, at about the time at which it gives up. */
  private static Scenario await(boolean shared) {
    return run -> {
      CompletableFuture<String> future = new CompletableFuture<>();
      boolean[] completed = {false};
      List<Optional<String>> got = new ArrayList<>();
      try {
        TaskGroup.run(
            group -> {
              group.fork(
                  "waiter",
                  () ->
                      got.add(
                          CancelScope.moveOnAfter(ofSeconds(1))
                              .call(
                                  () ->
                                      shared
                                          ? Futures.awaitShared(future)
                                          : Futures.await(future))));
              group.launch(
                  "completer",
                  () -> {
                    Selvage.sleep(ofSeconds(1));
                    completed[0] = future.complete("value");
                  });
            });
      } finally {
        if (shared) {
          assertThat(future.isCancelled()).isFalse();
        }
        if (completed[0]) {
          assertThat(future).isCompletedWithValue("value");
        } else if (!got.isEmpty()) {
          assertThat(got).containsExactly(Optional.empty());
          assertThat(future.isCancelled()).isEqualTo(!shared);
        }
      }
    };
  }

  @Test
  void aStageIsCompletedOrItsWaiterHasCancelledIt() {
    for (boolean shared : new boolean[] {false, true}) {
      Explored.inManyOrders(await(shared));
      Explored.inAllOrders(2, await(shared));
      Explored.withDelays(ofSeconds(2), await(shared));
      Explored.cancelledEverywhere(await(shared));
    }
  }

  @Test
  void theFutureOfATaskIsCancelledOrHasItsResultAndItsGroupWaitsForTheCleanUp() {
    Scenario scenario =
        run -> {
          int[] open = {0};
          boolean[] cancelled = {false};
          List<CompletableFuture<String>> made = new ArrayList<>();
          try {
            TaskGroup.run(
                group -> {
                  CompletableFuture<String> future =
                      Futures.fork(
                          group,
                          "work",
                          () -> {
                            open[0]++;
                            try {
                              Selvage.sleep(ofSeconds(1));
                              return "value";
                            } finally {
                              open[0]--;
                            }
                          });
                  made.add(future);
                  group.launch(
                      "canceller",
                      () -> {
                        Selvage.sleep(ofSeconds(1));
                        cancelled[0] = future.cancel(true);
                      });
                });
          } finally {
            assertThat(open[0]).isZero();
            for (CompletableFuture<String> future : made) {
              assertThat(future).isDone();
              if (cancelled[0]) {
                assertThat(future).isCancelled();
              }
            }
          }
        };
    Explored.inManyOrders(scenario);
    Explored.inAllOrders(2, scenario);
    Explored.cancelledEverywhere(scenario);
  }

  // ---- Background

  @Test
  void whatABackgroundHasTakenHasEndedWhenItIsClosedAndTheRestIsRefused() {
    Scenario scenario =
        run -> {
          Background background = Background.open("background");
          List<CompletableFuture<String>> futures = new ArrayList<>();
          int[] open = {0};
          try {
            TaskGroup.run(
                group -> {
                  for (int i = 0; i < 3; i++) {
                    int number = i;
                    group.launch(
                        () -> {
                          try {
                            futures.add(
                                background.fork(
                                    () -> {
                                      open[0]++;
                                      try {
                                        Selvage.sleep(ofSeconds(number));
                                        return "value";
                                      } finally {
                                        open[0]--;
                                      }
                                    }));
                          } catch (ClosedResourceException e) {
                            assertThat(background.isClosed()).isTrue();
                          }
                        });
                  }
                  group.launch("closer", background::close);
                });
          } finally {
            background.close();
            assertThat(open[0]).isZero();
            assertThat(futures).allMatch(CompletableFuture::isDone);
            assertThat(background.running()).isZero();
          }
        };
    Explored.inManyOrders(scenario);
    Explored.cancelledEverywhere(scenario);
  }

  // ---- HomeThread

  @Test
  void aCallOnTheHomeThreadRunsOnceOrNeverAndItsOutcomeIsToldOnce() {
    Scenario scenario =
        run -> {
          Channel<Runnable> calls = Channel.unbounded();
          List<Object> told = new ArrayList<>();
          int[] runs = {0};
          Task<?>[] home = new Task<?>[1];
          HomeThread thread =
              HomeThread.of(
                      "home",
                      call -> {
                        if (!calls.trySend(call)) {
                          throw new RejectedExecutionException();
                        }
                      },
                      () -> false)
                  .withUncaughtHandler((name, thrown) -> told.add(thrown.getMessage()));
          try {
            TaskGroup.run(
                group -> {
                  home[0] =
                      group.launch(
                          "home", () -> calls.forEach(Runnable::run)); // cannot be cancelled
                  TaskGroup.run(
                      callers -> {
                        callers.fork(
                            () ->
                                CancelScope.moveOnAfter(ofSeconds(1))
                                    .call(
                                        () ->
                                            told.add(
                                                thread.callSync(
                                                    () -> {
                                                      runs[0]++;
                                                      Selvage.sleep(ofSeconds(1));
                                                      return "value";
                                                    }))));
                        callers.launch(
                            () -> {
                              Throwable thrown =
                                  Explored.thrownBy(
                                      () ->
                                          thread.callSync(
                                              () -> {
                                                runs[0]++;
                                                Selvage.sleep(ofSeconds(1));
                                                throw new IOException("failure");
                                              }));
                              if (thrown instanceof IOException) {
                                told.add("failure");
                              }
                              if (thrown instanceof InterruptedException e) {
                                throw e;
                              }
                            });
                      });
                  calls.close();
                });
          } finally {
            calls.close();
            assertThat(told).doesNotHaveDuplicates().hasSizeLessThanOrEqualTo(runs[0]);
            assertThat(runs[0]).isLessThanOrEqualTo(2);
          }
        };
    Explored.inManyOrders(scenario);
    Explored.withDelays(ofSeconds(2), scenario);
    Explored.cancelledEverywhereBut("group/home", scenario);
  }

  // ---- GroupExecutor

  private static String work(int[] open, int seconds) throws InterruptedException {
    open[0]++;
    try {
      Selvage.sleep(ofSeconds(seconds));
      return "value";
    } finally {
      open[0]--;
    }
  }

  @Test
  void eachFutureOfAnExecutorHasOneOutcomeHoweverItIsShutDown() {
    Scenario scenario =
        run -> {
          int[] open = {0};
          List<Future<String>> futures = new ArrayList<>();
          List<GroupExecutor> executors = new ArrayList<>();
          try {
            TaskGroup.run(
                group -> {
                  GroupExecutor executor = GroupExecutor.of(group);
                  executors.add(executor);
                  for (int i = 0; i < 2; i++) {
                    int seconds = i + 1;
                    group.launch(
                        () -> {
                          try {
                            futures.add(executor.submit(() -> work(open, seconds)));
                          } catch (RejectedExecutionException e) {
                            assertThat(executor.isShutdown()).isTrue();
                          }
                        });
                  }
                  group.launch(
                      "canceller",
                      () -> {
                        for (Future<String> future : List.copyOf(futures)) {
                          if (future.cancel(true)) {
                            assertThat(future.isDone()).isTrue();
                            assertThat(future.isCancelled()).isTrue();
                          }
                        }
                      });
                  group.fork("stopper", executor::shutdownNow);
                });
          } finally {
            assertThat(open[0]).isZero();
            assertThat(futures).allMatch(Future::isDone);
            for (GroupExecutor executor : executors) {
              executor.shutdown();
              assertThat(executor.isTerminated()).isTrue();
            }
          }
        };
    Explored.inManyOrders(scenario);
    Explored.cancelledEverywhere(scenario);
  }

  @Test
  void invokeAnyLeavesNothingRunningWhoeverIsCancelled() {
    Scenario scenario =
        run -> {
          int[] open = {0};
          try {
            TaskGroup.run(
                group -> {
                  GroupExecutor executor = GroupExecutor.of(group);
                  assertThat(
                          executor.<String>invokeAny(
                              List.of(
                                  () -> work(open, 2),
                                  () -> work(open, 1),
                                  () -> {
                                    throw new IOException("one that fails");
                                  })))
                      .isEqualTo("value");
                  assertThat(open[0]).isZero();
                });
          } finally {
            assertThat(open[0]).isZero();
          }
        };
    Explored.inManyOrders(scenario);
    Explored.cancelledEverywhereBut("group/submit-.", scenario);
  }
}
