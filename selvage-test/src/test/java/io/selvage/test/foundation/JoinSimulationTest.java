package io.selvage.test.foundation;

import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import io.selvage.CancelScope;
import io.selvage.CancelledException;
import io.selvage.JoinCycleException;
import io.selvage.Selvage;
import io.selvage.Task;
import io.selvage.TaskFailedException;
import io.selvage.TaskGroup;
import io.selvage.channel.Channel;
import io.selvage.service.CloseSignal;
import io.selvage.test.foundation.Explored.Scenario;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Joining: all waiting tasks are told, and a cycle is found however it is closed. */
class JoinSimulationTest {

  @Test
  void allJoinersGetTheSameResult() {
    Scenario scenario =
        run -> {
          List<Integer> results = new ArrayList<>();
          TaskGroup.run(
              group -> {
                Task<Integer> task =
                    group.fork(
                        () -> {
                          Selvage.checkpoint();
                          return 42;
                        });
                for (int i = 0; i < 3; i++) {
                  group.fork(() -> results.add(task.join()));
                }
                results.add(task.join());
                assertThat(task.resultNow()).isEqualTo(42);
              });
          assertThat(results).containsExactly(42, 42, 42, 42);
        };
    Explored.inManyOrders(scenario);
    Explored.inAllOrders(1, scenario);
  }

  @Test
  void cancellingAJoinerLeavesTheTaskAndTheOtherJoinersAlone() {
    Scenario scenario =
        run -> {
          CancelScope scope = CancelScope.create();
          List<Object> got = new ArrayList<>();
          TaskGroup.run(
              group -> {
                CloseSignal go = new CloseSignal();
                Task<Integer> task =
                    group.fork(
                        () -> {
                          go.await();
                          return 42;
                        });
                Task<Boolean> first =
                    group.fork(
                        () ->
                            scope.run(
                                () -> {
                                  int result = task.join();
                                  got.add("first " + result);
                                }));
                group.fork(() -> got.add(task.join()));
                group.fork(() -> scope.cancel());
                group.fork(() -> go.close());
                assertThat(first.join()).isEqualTo(got.contains("first 42"));
              });
          assertThat(got).contains(42);
        };
    Explored.inManyOrders(scenario);
    Explored.inAllOrders(2, scenario);
  }

  @Test
  void tasksThatJoinEachOtherNeverHang() {
    for (int size = 1; size <= 3; size++) {
      int n = size;
      Scenario scenario =
          run -> {
            List<Throwable> outcomes = new ArrayList<>();
            List<Task<?>> ring = new ArrayList<>();
            TaskGroup.run(
                group -> {
                  CloseSignal made = new CloseSignal();
                  for (int i = 0; i < n; i++) {
                    int next = (i + 1) % n;
                    ring.add(
                        group.launch(
                            "t" + i,
                            () -> {
                              made.await();
                              outcomes.add(Explored.thrownBy(() -> ring.get(next).join()));
                            }));
                  }
                  made.close();
                });
            assertThat(outcomes)
                .hasSize(n)
                .allMatch(each -> each == null || each instanceof JoinCycleException)
                .anyMatch(JoinCycleException.class::isInstance);
            JoinCycleException found =
                (JoinCycleException)
                    outcomes.stream().filter(each -> each != null).findFirst().orElseThrow();
            assertThat(found.cycle()).hasSize(n + 1);
            assertThat(found.cycle().getFirst()).isEqualTo(found.cycle().getLast());
          };
      Explored.inManyOrders(scenario);
      Explored.inAllOrders(2, scenario);
    }
  }

  @Test
  void aTaskThatJoinsTheOneThatWaitsForItsStartNeverHangs() {
    Scenario scenario =
        run -> {
          List<Throwable> outcomes = new ArrayList<>();
          TaskGroup.run(
              group -> {
                List<Task<?>> starter = new ArrayList<>();
                CloseSignal made = new CloseSignal();
                starter.add(
                    group.fork(
                        "starter",
                        () ->
                            outcomes.add(
                                Explored.thrownBy(
                                    () ->
                                        group.<Integer>start(
                                            "child",
                                            status -> {
                                              made.await();
                                              starter.getFirst().join();
                                              status.started(1);
                                            })))));
                made.close();
              });
          assertThat(outcomes.getFirst())
              .satisfiesAnyOf(
                  e -> assertThat(e).isInstanceOf(JoinCycleException.class),
                  e ->
                      assertThat(e)
                          .isInstanceOf(TaskFailedException.class)
                          .hasCauseInstanceOf(JoinCycleException.class));
        };
    Explored.inManyOrders(scenario);
    Explored.inAllOrders(2, scenario);
  }

  @Test
  void aChainThatIsNoCycleIsNeverTakenForOne() {
    Scenario scenario =
        run -> {
          List<String> events = new ArrayList<>();
          TaskGroup.run(
              group -> {
                Task<String> a = group.fork("a", () -> "a");
                Task<String> b = group.fork("b", () -> a.join() + "b");
                Task<String> c =
                    group.fork(
                        "c",
                        () ->
                            TaskGroup.call(
                                below -> below.fork(() -> a.join() + b.join() + "c").join()));
                group.fork("d", () -> events.add(c.join() + b.join()));
              });
          assertThat(events).containsExactly("aabcab");
        };
    Explored.inManyOrders(scenario);
    Explored.inAllOrders(1, scenario);
  }

  @Test
  void aJoinThatTimedOutDoesNotCountAnyMore() {
    Explored.inManyOrders(
        run ->
            TaskGroup.run(
                group -> {
                  List<Task<?>> tasks = new ArrayList<>();
                  CloseSignal made = new CloseSignal();
                  tasks.add(
                      group.launch(
                          () -> {
                            made.await();
                            assertThat(
                                    CancelScope.moveOnAfter(ofSeconds(1))
                                        .run(
                                            () -> {
                                              var unused = tasks.get(1).join();
                                            }))
                                .isFalse();
                            Selvage.sleep(ofSeconds(5));
                          }));
                  tasks.add(
                      group.launch(
                          () -> {
                            made.await();
                            Selvage.sleep(ofSeconds(2));
                            tasks.get(0).join();
                          }));
                  made.close();
                }));
  }

  /** A task that is cancelled is never told what the same cancel does to the others. */
  @Test
  void aJoinerThatIsCancelledWithItsTaskIsToldThatItIsCancelled() {
    Scenario scenario =
        run -> {
          CancelScope scope = CancelScope.create();
          List<Throwable> told = new ArrayList<>();
          TaskGroup.run(
              around -> {
                around.fork("cancel", () -> scope.cancel());
                boolean completed =
                    scope.run(
                        () ->
                            TaskGroup.run(
                                group -> {
                                  Channel<Integer> channel = Channel.unbounded();
                                  Task<?> sender =
                                      group.launch(
                                          "sender",
                                          () -> {
                                            try {
                                              new CloseSignal().await();
                                            } finally {
                                              channel.close();
                                            }
                                          });
                                  group.fork(
                                      "receiver",
                                      () -> told.add(Explored.thrownBy(channel::receive)));
                                  group.fork(
                                      "joiner", () -> told.add(Explored.thrownBy(sender::join)));
                                }));
                assertThat(completed).isFalse();
              });
          assertThat(told)
              .hasSizeLessThanOrEqualTo(2)
              .allMatch(CancelledException.class::isInstance);
        };
    Explored.inManyOrders(1_000, scenario);
  }

  @Test
  void everyJoinerIsToldWhoeverIsCancelledWherever() {
    Explored.cancelledEverywhere(
        run -> {
          int[] begun = {0};
          int[] told = {0};
          try {
            TaskGroup.options()
                .withUncaughtHandler((name, thrown) -> {})
                .run(
                    group -> {
                      Task<Integer> task =
                          group.forkUnsupervised(
                              "task",
                              () -> {
                                Selvage.sleep(ofSeconds(1));
                                throw new IOException("x");
                              });
                      for (int i = 0; i < 3; i++) {
                        group.launch(
                            () -> {
                              begun[0]++;
                              try {
                                assertThat(Explored.thrownBy(task::join)).isNotNull();
                              } finally {
                                told[0]++;
                              }
                            });
                      }
                      assertThat(Explored.thrownBy(task::join)).isNotNull();
                    });
          } finally {
            assertThat(told[0]).isEqualTo(begun[0]);
          }
        });
  }
}
