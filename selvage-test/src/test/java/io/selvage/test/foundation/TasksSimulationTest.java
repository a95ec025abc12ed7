package io.selvage.test.foundation;

import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import io.selvage.CancelScope;
import io.selvage.CompletionOrder;
import io.selvage.Lazy;
import io.selvage.Loop;
import io.selvage.Outcome;
import io.selvage.Selvage;
import io.selvage.Task;
import io.selvage.TaskCancelledException;
import io.selvage.TaskFailedException;
import io.selvage.TaskGroup;
import io.selvage.Tasks;
import io.selvage.service.CloseSignal;
import io.selvage.test.foundation.Explored.Scenario;
import io.selvage.test.foundation.Explored.Simulated;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * Several calls at once: in every order, cancelled anywhere, no task is left and nothing is lost.
 */
class TasksSimulationTest {

  /** A number of calls that know how many of them are inside. */
  private static final class Calls {
    private int inside;

    <T> Callable<T> counted(Callable<? extends T> call) {
      return () -> {
        inside++;
        try {
          return call.call();
        } finally {
          inside--;
        }
      };
    }

    Callable<Integer> quick(int number) {
      return counted(
          () -> {
            Selvage.checkpoint();
            return number;
          });
    }

    Callable<Integer> endless() {
      return counted(
          () -> {
            new CloseSignal().await();
            return -1;
          });
    }

    Callable<Integer> failing(String message) {
      return counted(
          () -> {
            Selvage.checkpoint();
            throw new Simulated(message);
          });
    }
  }

  @Test
  void allAreJoinedAndTheResultsAreInOrder() {
    Scenario scenario =
        run -> {
          Calls calls = new Calls();
          try {
            List<Integer> results = Tasks.all(calls.quick(0), calls.quick(1), calls.quick(2));
            assertThat(results).containsExactly(0, 1, 2);
          } finally {
            assertThat(calls.inside).isZero();
          }
        };
    Explored.inManyOrders(scenario);
    Explored.inAllOrders(1, scenario);
    Explored.cancelledEverywhere(scenario);
  }

  @Test
  void aFailureOfOneOfAllEndsTheOthers() {
    Scenario scenario =
        run -> {
          Calls calls = new Calls();
          Throwable thrown =
              Explored.thrownBy(() -> Tasks.all(calls.endless(), calls.failing("disk")));
          assertThat(thrown).isInstanceOf(TaskFailedException.class).hasRootCauseMessage("disk");
          assertThat(calls.inside).isZero();
        };
    Explored.inManyOrders(scenario);
    Explored.inAllOrders(1, scenario);
  }

  @Test
  void aRaceHasOneWinnerAndItsLosersAreJoined() {
    Scenario scenario =
        run -> {
          Calls calls = new Calls();
          try {
            int winner = Tasks.race(calls.quick(0), calls.endless(), calls.quick(2));
            assertThat(winner).isIn(0, 2);
          } finally {
            assertThat(calls.inside).isZero();
          }
        };
    Explored.inManyOrders(scenario);
    Explored.inAllOrders(1, scenario);
    Explored.cancelledEverywhere(scenario);
  }

  @Test
  void aRaceOfASuccessAndAFailureHasEither() {
    List<Object> outcomes = new ArrayList<>();
    Scenario scenario =
        run -> {
          Calls calls = new Calls();
          List<String> uncaught = new ArrayList<>();
          TaskGroup.options()
              .withUncaughtHandler((name, e) -> uncaught.add(name + " " + e.getMessage()))
              .run(
                  group ->
                      group
                          .launch(
                              () -> {
                                try {
                                  int won = Tasks.race(calls.quick(1), calls.failing("disk"));
                                  outcomes.add(won);
                                } catch (TaskFailedException e) {
                                  assertThat(e.failures())
                                      .extracting(Throwable::getMessage)
                                      .containsExactly("disk");
                                  assertThat(uncaught).isEmpty();
                                  outcomes.add("failed");
                                }
                              })
                          .join());
          assertThat(uncaught).isSubsetOf("race/2 disk");
          assertThat(calls.inside).isZero();
        };
    Explored.inManyOrders(scenario);
    assertThat(outcomes).contains(1, "failed");
    Explored.inAllOrders(1, scenario);
  }

  @Test
  void aTimeLimitAroundARaceLeavesItsWinnerOrNothing() {
    Scenario scenario =
        run -> {
          Calls calls = new Calls();
          List<Integer> won = new ArrayList<>();
          boolean inTime =
              CancelScope.moveOnAfter(ofSeconds(1))
                  .run(
                      () -> {
                        Callable<Integer> late =
                            calls.counted(
                                () -> {
                                  Selvage.sleep(ofSeconds(1));
                                  return 1;
                                });
                        won.add(Tasks.race(late, calls.endless()));
                      });
          assertThat(inTime).isEqualTo(won.equals(List.of(1)));
          assertThat(calls.inside).isZero();
        };
    Explored.inManyOrders(scenario);
    Explored.withDelays(ofSeconds(1), scenario);
  }

  @Test
  void theFirstSuccessIsFoundWhateverFailsBeforeOrBehindIt() {
    Scenario scenario =
        run -> {
          Calls calls = new Calls();
          List<String> uncaught = new ArrayList<>();
          try {
            TaskGroup.options()
                .withUncaughtHandler((name, e) -> uncaught.add(e.getMessage()))
                .run(
                    group ->
                        group.launch(
                            () -> {
                              int won =
                                  Tasks.firstSuccess(
                                      calls.failing("a"), calls.quick(1), calls.failing("c"));
                              assertThat(won).isEqualTo(1);
                            }));
          } catch (TaskFailedException e) { // all were cancelled or failed
            assertThat(e.failures()).allMatch(TaskFailedException.class::isInstance);
          } finally {
            assertThat(calls.inside).isZero();
            assertThat(uncaught).isSubsetOf("a", "c").doesNotHaveDuplicates();
          }
        };
    Explored.inManyOrders(scenario);
    Explored.inAllOrders(1, scenario);
    Explored.cancelledEverywhere(scenario);
  }

  @Test
  void mapKeepsItsLimitAndLosesNoRoom() {
    Scenario scenario =
        run -> {
          Calls calls = new Calls();
          run.invariant("at most two", () -> assertThat(calls.inside).isBetween(0, 2));
          try {
            List<Integer> items = IntStream.range(0, 5).boxed().toList();
            assertThat(Tasks.map(items, 2, item -> calls.quick(item).call())).isEqualTo(items);
          } finally {
            assertThat(calls.inside).isZero();
          }
        };
    Explored.inManyOrders(scenario);
    Explored.inAllOrders(1, scenario);
    Explored.cancelledEverywhere(scenario);
  }

  @Test
  void tasksAreInTheOrderInWhichTheyEnd() {
    Scenario scenario =
        run -> {
          List<Task<Integer>> ended = new ArrayList<>();
          List<Task<Integer>> seen = new ArrayList<>();
          TaskGroup.run(
              group -> {
                List<Task<Integer>> tasks = new ArrayList<>();
                for (int i = 0; i < 3; i++) {
                  int number = i;
                  tasks.add(
                      group.fork(
                          () -> {
                            Selvage.checkpoint();
                            return number;
                          }));
                }
                CompletionOrder<Integer> order = Tasks.asCompleted(tasks);
                group.launch(() -> order.forEach(seen::add));
                Task<Integer> last = order.await(2);
                assertThat(order.ended()).isEqualTo(3);
                assertThat(order.await(2)).isSameAs(last);
                ended.addAll(order.awaitAll());
              });
          assertThat(ended).hasSize(3).doesNotHaveDuplicates().isEqualTo(seen);
          assertThat(ended).allMatch(Task::isDone);
        };
    Explored.inManyOrders(scenario);
    Explored.inAllOrders(1, scenario);
    Explored.cancelledEverywhere(TasksSimulationTest::anOrderOfTasksThatMayBeCancelled);
  }

  private static void anOrderOfTasksThatMayBeCancelled(Object run) throws InterruptedException {
    TaskGroup.run(
        group -> {
          Task<Integer> a = group.fork("a", () -> 1);
          Task<Integer> b = group.fork("b", () -> 2);
          CompletionOrder<Integer> order = Tasks.asCompleted(List.of(a, b));
          assertThat(order.awaitAll()).containsExactlyInAnyOrder(a, b).allMatch(Task::isDone);
        });
  }

  @Test
  void joiningAllLeavesNothingBehindHoweverItEnds() {
    Scenario scenario =
        run -> {
          CancelScope scope = CancelScope.create();
          TaskGroup.run(
              group -> {
                Task<Integer> good = group.fork("good", () -> 1);
                Task<Integer> bad =
                    group.forkUnsupervised(
                        "bad",
                        () -> {
                          Selvage.checkpoint();
                          throw new Simulated("disk");
                        });
                group.fork("canceller", () -> scope.cancel());
                boolean[] failed = {false};
                boolean completed =
                    scope.run(
                        () -> {
                          try {
                            Tasks.joinAll(good, bad);
                          } catch (TaskFailedException e) {
                            assertThat(e).hasRootCauseMessage("disk");
                            failed[0] = true;
                          }
                        });
                assertThat(completed).isEqualTo(failed[0]);
                assertThat(Explored.thrownBy(bad::join)).isInstanceOf(TaskFailedException.class);
              });
        };
    Explored.inManyOrders(scenario);
    Explored.inAllOrders(1, scenario);
  }

  @Test
  void whatTwoAskForAtOnceRunsOnce() {
    Scenario scenario =
        run -> {
          int[] runs = {0};
          List<Integer> results = new ArrayList<>();
          try {
            TaskGroup.run(
                group -> {
                  Lazy<Integer> lazy = group.lazy("lazy", () -> ++runs[0]);
                  group.fork("a", () -> results.add(lazy.join()));
                  group.fork("b", () -> results.add(lazy.join()));
                  group.fork("c", () -> lazy.start());
                });
            assertThat(results).hasSizeBetween(0, 2).containsOnly(1);
          } finally {
            assertThat(runs[0]).isBetween(0, 1);
          }
        };
    Scenario whole =
        run -> {
          int[] runs = {0};
          TaskGroup.run(
              group -> {
                Lazy<Integer> lazy = group.lazy("lazy", () -> ++runs[0]);
                Task<Integer> a = group.fork("a", lazy::join);
                Task<Integer> b = group.fork("b", lazy::join);
                assertThat(Tasks.joinAll(a, b)).containsExactly(1, 1);
              });
          assertThat(runs[0]).isEqualTo(1);
        };
    Explored.inManyOrders(whole);
    assertThat(Explored.inAllOrders(1, whole).complete()).isTrue();
    Explored.inManyOrders(scenario);
  }

  @Test
  void cancellingACallerOfALazyTaskLeavesItToTheOthers() {
    Explored.cancelledEverywhereBut(
        "main|.*/lazy",
        run -> {
          int[] runs = {0};
          TaskGroup.run(
              group -> {
                Lazy<Integer> lazy = group.lazy("lazy", () -> ++runs[0]);
                group.fork("a", lazy::join);
                group.fork("b", lazy::join);
                assertThat(lazy.join()).isEqualTo(1);
              });
          assertThat(runs[0]).isEqualTo(1);
        });
  }

  @Test
  void lazyTasksThatAskForEachOtherNeverHang() {
    Scenario scenario =
        run -> {
          Throwable thrown =
              Explored.thrownBy(
                  () ->
                      TaskGroup.call(
                          group -> {
                            List<Lazy<Integer>> ring = new ArrayList<>();
                            ring.add(group.lazy("a", () -> ring.get(1).join()));
                            ring.add(group.lazy("b", () -> ring.get(0).join()));
                            group.fork(() -> ring.get(1).join());
                            return ring.get(0).join();
                          }));
          assertThat(Objects.requireNonNull(thrown)).isInstanceOf(TaskFailedException.class);
        };
    Explored.inManyOrders(scenario);
    Explored.inAllOrders(1, scenario);
  }

  @Test
  void anIsolatedCallEndsBeforeItsOutcomeIsKnownAndTouchesNoOtherTask() {
    Scenario scenario =
        run -> {
          Calls calls = new Calls();
          Loop loop = new Loop();
          try {
            loop.run(
                () -> {
                  Task<Integer> outside = loop.fork("outside", () -> calls.quick(1).call());
                  Outcome<Integer> outcome =
                      Tasks.callIsolatedGroup(
                          group -> {
                            group.fork("endless", calls.endless());
                            group.fork("bad", calls.failing("disk"));
                            return 1;
                          });
                  assertThat(outcome.isSuccess()).isFalse();
                  assertThat(outside.join()).isEqualTo(1);
                });
          } finally {
            assertThat(calls.inside).isZero();
          }
        };
    Explored.inManyOrders(scenario);
    Explored.cancelledEverywhereBut("isolate/.*|loop/outside", scenario);
  }

  @Test
  void aFailureFromBeforeTheCancellationOfTheCallerIsStillExpected() {
    Scenario scenario =
        run -> {
          Calls calls = new Calls();
          CancelScope scope = CancelScope.create();
          TaskGroup.run(
              group -> {
                Task<Boolean> caller =
                    group.fork(
                        () ->
                            scope.run(
                                () -> Tasks.firstSuccess(calls.failing("a"), calls.endless())));
                group.fork(() -> scope.cancel("enough"));
                assertThat(caller.join()).isFalse();
              });
          assertThat(calls.inside).isZero();
        };
    Explored.inManyOrders(scenario);
    Explored.inAllOrders(2, scenario);
  }

  @Test
  void whoeverIsCancelledFirstJoinAllSaysSo() {
    Scenario scenario =
        run -> {
          Calls calls = new Calls();
          TaskGroup.run(
              group -> {
                List<Task<Integer>> tasks =
                    List.of(group.fork(calls.endless()), group.fork(calls.endless()));
                tasks.forEach(task -> group.fork(() -> task.cancel("enough")));
                assertThat(Explored.thrownBy(() -> Tasks.joinAll(tasks)))
                    .isInstanceOf(TaskCancelledException.class);
              });
        };
    Explored.inManyOrders(scenario);
    Explored.inAllOrders(1, scenario);
  }
}
