package io.selvage.test.foundation;

import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selvage.CancelScope;
import io.selvage.CancelledException;
import io.selvage.GroupOptions.FailurePolicy;
import io.selvage.Selvage;
import io.selvage.Task;
import io.selvage.TaskCancelledException;
import io.selvage.TaskFailedException;
import io.selvage.TaskGroup;
import io.selvage.service.CloseSignal;
import io.selvage.test.foundation.Explored.Scenario;
import io.selvage.test.foundation.Explored.Simulated;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;

/** Groups: the tasks that are told of a failure or a cancellation, and the outcome. */
class TaskGroupFailureSimulationTest {
  private static void hang() throws InterruptedException {
    new CloseSignal().await();
  }

  private static IOException failure(String name) {
    return new IOException(name);
  }

  // ---- failures

  @Test
  void theFirstFailureCancelsTheOthersAndAllFailuresArrive() {
    Scenario scenario =
        run -> {
          IOException a = failure("a");
          IOException b = failure("b");
          IOException late = failure("late");
          List<Throwable> begun = new ArrayList<>();
          Throwable thrown =
              Explored.thrownBy(
                  () -> {
                    TaskGroup.run(
                        group -> {
                          group.launch("a", () -> failWith(a, begun));
                          group.launch("b", () -> failWith(b, begun));
                          group.launch("hang", TaskGroupFailureSimulationTest::hang);
                          group.launch(
                              "late",
                              () -> {
                                try {
                                  begun.add(late);
                                  hang();
                                } catch (CancelledException e) {
                                  throw late;
                                }
                              });
                          hang();
                        });
                    return null;
                  });
          assertThat(thrown)
              .isInstanceOfSatisfying(
                  TaskFailedException.class,
                  failed -> {
                    assertThat(failed.failures()).containsExactlyInAnyOrderElementsOf(begun);
                    assertThat(failed.getCause()).isIn(a, b).isSameAs(failed.failures().getFirst());
                  });
          assertThat(Selvage.isCancelled()).isFalse();
        };
    Explored.inManyOrders(scenario);
    Explored.inAllOrders(1, scenario);
  }

  private static void failWith(IOException failure, List<Throwable> begun) throws IOException {
    begun.add(failure);
    throw failure;
  }

  @Test
  void aJoinerOfATaskThatFailsGetsItsFailureNotTheCancellationThatFollows() {
    Scenario scenario =
        run -> {
          IOException failure = failure("x");
          List<Throwable> joined = new ArrayList<>();
          assertThatThrownBy(
                  () ->
                      TaskGroup.run(
                          group -> {
                            CloseSignal go = new CloseSignal();
                            Task<?> bad =
                                group.fork(
                                    "bad",
                                    () -> {
                                      go.await();
                                      throw failure;
                                    });
                            group.fork("joiner", () -> joined.add(Explored.thrownBy(bad::join)));
                            run.awaitAllBlocked();
                            go.close();
                          }))
              .isInstanceOf(TaskFailedException.class)
              .hasCause(failure);
          assertThat(joined.getFirst()).isInstanceOf(TaskFailedException.class).hasCause(failure);
        };
    Explored.inManyOrders(scenario);
    Explored.inAllOrders(2, scenario);
  }

  @Test
  void collectLetsAllRunAndReportsAll() {
    Explored.inManyOrders(
        run -> {
          IOException a = failure("a");
          IOException b = failure("b");
          List<String> ended = new ArrayList<>();
          Throwable thrown =
              Explored.thrownBy(
                  () -> {
                    TaskGroup.options()
                        .withPolicy(FailurePolicy.COLLECT)
                        .run(
                            group -> {
                              group.fork(
                                  () -> {
                                    Selvage.sleep(ofSeconds(1));
                                    throw a;
                                  });
                              group.fork(
                                  () -> {
                                    throw b;
                                  });
                              group.launch(
                                  () -> {
                                    Selvage.sleep(ofSeconds(2));
                                    ended.add("c");
                                  });
                              ended.add("body");
                            });
                    return null;
                  });
          assertThat(((TaskFailedException) thrown).failures()).containsExactly(b, a);
          assertThat(ended).containsExactly("body", "c");
          assertThat(run.elapsed()).isEqualTo(ofSeconds(2));
        });
  }

  @Test
  void anExceptionOfTheBodyCancelsTheTasksAndCarriesTheirFailures() {
    Explored.inManyOrders(
        run -> {
          IOException ofTask = failure("task");
          Simulated ofBody = new Simulated("body");
          boolean[] failed = {false};
          assertThatThrownBy(
                  () ->
                      TaskGroup.run(
                          group -> {
                            group.launch(TaskGroupFailureSimulationTest::hang);
                            group.fork(
                                () -> {
                                  failed[0] = true;
                                  throw ofTask;
                                });
                            throw ofBody;
                          }))
              .isSameAs(ofBody);
          assertThat(ofBody.getSuppressed()).hasSize(failed[0] ? 1 : 0);
        });
  }

  @Test
  void failuresOfUnsupervisedTasksGoToTheJoinerOrToTheHandlerOnce() {
    Scenario scenario =
        run -> {
          List<String> uncaught = new ArrayList<>();
          List<Throwable> joined = new ArrayList<>();
          TaskGroup.options()
              .withName("g")
              .withUncaughtHandler((name, thrown) -> uncaught.add(name + " " + thrown.getMessage()))
              .run(
                  group -> {
                    Callable<Void> bad =
                        () -> {
                          throw failure("x");
                        };
                    Task<Void> one = group.forkUnsupervised("one", bad);
                    group.forkUnsupervised("two", bad);
                    group.fork(() -> joined.add(Explored.thrownBy(one::join)));
                  });
          assertThat(joined.getFirst()).isInstanceOf(TaskFailedException.class);
          assertThat(uncaught).containsExactly("g/two x");
        };
    Explored.inManyOrders(scenario);
    Explored.inAllOrders(2, scenario);
  }

  // ---- cancelling

  @Test
  void cancellingOneTaskLeavesItsSiblingsAloneAndReachesAllBelow() {
    Scenario scenario =
        run -> {
          List<String> ended = new ArrayList<>();
          TaskGroup.run(
              group -> {
                Task<?> parent =
                    group.launch(
                        "parent",
                        () ->
                            TaskGroup.run(
                                below -> {
                                  below.launch(TaskGroupFailureSimulationTest::hang);
                                  below.launch(TaskGroupFailureSimulationTest::hang);
                                }));
                group.launch(
                    "sibling",
                    () -> {
                      Selvage.sleep(ofSeconds(1));
                      ended.add("sibling");
                    });
                List<Boolean> first = new ArrayList<>();
                TaskGroup.run(
                    cancellers -> {
                      cancellers.fork(() -> first.add(parent.cancel("a")));
                      cancellers.fork(() -> first.add(parent.cancel("b")));
                    });
                assertThat(first).containsExactlyInAnyOrder(true, false);
                assertThatThrownBy(parent::join).isInstanceOf(TaskCancelledException.class);
                assertThat(run.elapsed()).isZero();
              });
          assertThat(ended).containsExactly("sibling");
        };
    Explored.inManyOrders(scenario);
    Explored.inAllOrders(2, scenario);
  }

  @Test
  void aGroupThatIsCancelledFromAnywhereAbsorbsThatAndSaysIfItHasNoResult() {
    Scenario scenario =
        run -> {
          TaskGroup.run(
              around -> {
                TaskGroup[] open = new TaskGroup[1];
                CloseSignal ready = new CloseSignal();
                around.launch(
                    () -> {
                      ready.await();
                      assertThat(open[0].cancel("enough")).isTrue();
                    });
                String result;
                try {
                  result =
                      TaskGroup.call(
                          group -> {
                            open[0] = group;
                            ready.close();
                            Selvage.checkpoint();
                            Selvage.checkpoint();
                            group.launch(TaskGroupFailureSimulationTest::hang);
                            return "a result";
                          });
                } catch (TaskCancelledException e) {
                  result = e.reason();
                }
                assertThat(result).isIn("a result", "enough");
                assertThat(Selvage.isCancelled()).isFalse();
              });
        };
    Explored.inManyOrders(scenario);
    Explored.inAllOrders(2, scenario);
  }

  @Test
  void aTimeLimitAroundAGroupTellsThatItsTasksWereCutShort() {
    Scenario scenario =
        run -> {
          int[] done = {0};
          boolean inTime =
              CancelScope.moveOnAfter(ofSeconds(2))
                  .run(
                      () ->
                          TaskGroup.run(
                              group -> {
                                for (int i = 0; i < 3; i++) {
                                  group.launch(
                                      () -> {
                                        Selvage.sleep(ofSeconds(2));
                                        done[0]++;
                                      });
                                }
                              }));
          assertThat(run.elapsed()).isEqualTo(ofSeconds(2));
          assertThat(inTime).isEqualTo(done[0] == 3);
        };
    Explored.inManyOrders(scenario);
  }
}
