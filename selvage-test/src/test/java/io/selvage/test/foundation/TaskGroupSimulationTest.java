package io.selvage.test.foundation;

import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selvage.CancelScope;
import io.selvage.Selvage;
import io.selvage.Task;
import io.selvage.TaskCancelledException;
import io.selvage.TaskFailedException;
import io.selvage.TaskGroup;
import io.selvage.channel.Channel;
import io.selvage.service.CloseSignal;
import io.selvage.test.SimulationRun;
import io.selvage.test.foundation.Explored.Scenario;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Groups: all tasks end with them, failures arrive once, and turns are kept. */
class TaskGroupSimulationTest {
  private static void hang() throws InterruptedException {
    new CloseSignal().await();
  }

  private static IOException failure(String name) {
    return new IOException(name);
  }

  // ---- the end

  @Test
  void theGroupEndsWhenTheLastTaskHasAlsoThoseThatTasksForked() {
    Scenario scenario =
        run -> {
          List<String> ended = new ArrayList<>();
          TaskGroup.run(
              group -> {
                for (String name : List.of("a", "b")) {
                  group.launch(
                      name,
                      () -> {
                        group.fork(name + name, () -> ended.add(name + name));
                        Selvage.checkpoint();
                        ended.add(name);
                      });
                }
              });
          assertThat(ended).containsExactlyInAnyOrder("a", "b", "aa", "bb");
        };
    Explored.inManyOrders(scenario);
    Explored.inAllOrders(2, scenario);
  }

  @Test
  void actionsThatAreAddedWhileTheTaskEndsRunOnceAndBeforeTheGroupEnds() {
    Scenario scenario =
        run -> {
          List<String> ran = new ArrayList<>();
          TaskGroup.run(
              group -> {
                Task<Integer> task = group.fork("ends", () -> 1);
                for (String name : List.of("a", "b")) {
                  group.launch(name, () -> task.onEnd(() -> ran.add(name)));
                }
              });
          assertThat(ran).containsExactlyInAnyOrder("a", "b");
        };
    Explored.inManyOrders(scenario);
    Explored.inAllOrders(3, scenario);
  }

  @Test
  void aTaskWhoseEndIsKnownIsNotCountedAsRunning() {
    Scenario scenario =
        run ->
            TaskGroup.run(
                group -> {
                  Task<Integer> first = group.fork("first", () -> 1);
                  Task<Integer> second = group.fork("second", () -> first.join() + 1);
                  first.join();
                  assertThat(group.running()).isBetween(0L, 1L);
                  second.join();
                  assertThat(group.running()).isZero();
                });
    Explored.inManyOrders(scenario);
    Explored.inAllOrders(3, scenario);
  }

  @Test
  void aForkThatRacesWithTheEndIsRunOrRefused() {
    Scenario scenario =
        run -> {
          TaskGroup[] open = new TaskGroup[1];
          boolean[] ran = {false};
          TaskGroup.run(
              around -> {
                Task<Boolean> other =
                    around.fork(
                        () -> {
                          while (open[0] == null) {
                            Selvage.checkpoint();
                          }
                          try {
                            open[0].fork(() -> ran[0] = true);
                            return true;
                          } catch (IllegalStateException e) {
                            return false;
                          }
                        });
                TaskGroup.run(
                    group -> {
                      open[0] = group;
                      group.launch(() -> Selvage.checkpoint());
                    });
                boolean ranByTheEnd = ran[0];
                assertThat(other.join()).isEqualTo(ranByTheEnd);
              });
        };
    Explored.inManyOrders(1_000, scenario);
    Explored.inAllOrders(2, scenario);
  }

  @Test
  void aForkThatRacesWithACancelRunsOrNeverBegins() {
    Scenario scenario =
        run -> {
          List<Task<?>> tasks = new ArrayList<>();
          int[] begun = {0};
          int[] over = {0};
          TaskGroup.run(
              group -> {
                group.fork("cancel", () -> group.cancel("enough"));
                for (int i = 0; i < 3; i++) {
                  tasks.add(
                      group.launch(
                          () -> {
                            begun[0]++;
                            try {
                              hang();
                            } finally {
                              over[0]++;
                            }
                          }));
                }
              });
          assertThat(begun[0]).isEqualTo(over[0]);
          assertThat(tasks)
              .hasSize(3)
              .allMatch(task -> task.state() == Task.State.CANCELLED)
              .allSatisfy(
                  task ->
                      assertThatThrownBy(task::resultNow)
                          .isInstanceOf(TaskCancelledException.class)
                          .hasMessageContaining("enough"));
        };
    Explored.inManyOrders(scenario);
    Explored.inAllOrders(2, scenario);
  }

  // ---- start

  @Test
  void startReturnsTheValueOrFailsTheCallerOnly() {
    Scenario scenario =
        run -> {
          IOException early = failure("early");
          List<String> events = new ArrayList<>();
          TaskGroup.run(
              group -> {
                String value =
                    group.<String>start(
                        "good",
                        status -> {
                          Selvage.sleep(ofSeconds(1));
                          status.started("ready");
                          Selvage.sleep(ofSeconds(1));
                          events.add("went on");
                        });
                assertThat(value).isEqualTo("ready");
                assertThat(run.elapsed()).isEqualTo(ofSeconds(1));
                assertThatThrownBy(
                        () ->
                            group.start(
                                "bad",
                                status -> {
                                  throw early;
                                }))
                    .isInstanceOf(TaskFailedException.class)
                    .hasCause(early);
                assertThatThrownBy(() -> group.start("mute", status -> Selvage.checkpoint()))
                    .isInstanceOf(IllegalStateException.class);
                assertThat(Selvage.isCancelled()).isFalse();
              });
          assertThat(events).containsExactly("went on");
        };
    Explored.inManyOrders(scenario);
  }

  @Test
  void aCallerOfStartThatGivesUpJoinsTheTaskUnlessItHasTheValue() {
    Scenario scenario =
        run -> {
          CancelScope scope = CancelScope.moveOnAfter(ofSeconds(1));
          List<String> events = new ArrayList<>();
          boolean[] live = {false};
          TaskGroup.run(
              group -> {
                scope.run(
                    () -> {
                      String value =
                          group.<String>start(
                              "child",
                              status -> {
                                live[0] = true;
                                try {
                                  Selvage.sleep(ofSeconds(1));
                                  status.started("ready");
                                  hang();
                                } finally {
                                  live[0] = false;
                                }
                              });
                      events.add(value);
                    });
                if (scope.cancelledCaught() && !events.contains("ready")) {
                  assertThat(live[0]).isFalse();
                } else {
                  assertThat(live[0]).isTrue();
                }
                group.cancel();
              });
          assertThat(live[0]).isFalse();
          assertThat(run.elapsed()).isEqualTo(ofSeconds(1));
        };
    Explored.inManyOrders(1_000, scenario);
    Explored.inAllOrders(2, scenario);
    Explored.withDelays(ofSeconds(1), run -> startUnderDelays(run));
  }

  private static void startUnderDelays(SimulationRun run) throws Exception {
    CancelScope scope = CancelScope.moveOnAfter(ofSeconds(1));
    boolean[] live = {false};
    TaskGroup.run(
        group -> {
          boolean[] got = {false};
          scope.run(
              () -> {
                got[0] =
                    group.<Boolean>start(
                        "child",
                        status -> {
                          live[0] = true;
                          try {
                            status.started(true);
                            hang();
                          } finally {
                            live[0] = false;
                          }
                        });
              });
          assertThat(live[0]).isEqualTo(got[0]);
          group.cancel();
        });
    assertThat(live[0]).isFalse();
  }

  // ---- limits

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void noMoreThanTheLimitRunAtOnceAndAllGetTheirTurn(int limit) {
    Scenario scenario =
        run -> {
          int[] running = {0};
          int[] most = {0};
          int[] done = {0};
          Channel<Integer> channel = Channel.unbounded();
          try {
            TaskGroup.options()
                .withLimit(limit)
                .run(
                    group -> {
                      for (int i = 0; i < 4; i++) {
                        int n = i;
                        group.launch(
                            () -> {
                              busy(running, most);
                              if (n % 2 == 0) {
                                int unused = channel.receive();
                              } else {
                                channel.send(n);
                                Selvage.sleep(ofSeconds(1));
                              }
                              busy(running, most);
                              done[0]++;
                            });
                      }
                    });
            assertThat(done[0]).isLessThanOrEqualTo(4);
          } finally {
            assertThat(running[0]).isZero();
            assertThat(most[0]).isBetween(0, limit);
            assertThat(channel.stats().waitingReceivers()).isZero();
          }
        };
    Explored.inManyOrders(scenario);
    Explored.inAllOrders(1, scenario);
  }

  /** Others that have a turn may run meanwhile, others that have none may not. */
  private static void busy(int[] running, int[] most) {
    running[0]++;
    most[0] = Math.max(most[0], running[0]);
    new CloseSignal().close(); // a step at which the turn is kept
    running[0]--;
  }

  @Test
  void aSerialGroupSwitchesAtOperationsOnlyFirstComeFirstServed() {
    Explored.inManyOrders(
        run -> {
          List<String> order = new ArrayList<>();
          TaskGroup.options()
              .withLimit(1)
              .run(
                  group -> {
                    for (String name : List.of("a", "b", "c")) {
                      group.launch(
                          name,
                          () -> {
                            order.add(name + 1);
                            Selvage.checkpoint();
                            order.add(name + 2);
                          });
                    }
                  });
          assertThat(order)
              .filteredOn(each -> each.endsWith("1"))
              .containsExactly("a1", "b1", "c1");
          assertThat(order)
              .filteredOn(each -> each.endsWith("2"))
              .containsExactly("a2", "b2", "c2");
        });
  }

  // ---- everything, everywhere

  /** Groups in groups, limited and not, with start, join and failure policy. */
  private static void forest(SimulationRun run) throws Exception {
    List<String> begun = new ArrayList<>();
    List<String> ended = new ArrayList<>();
    List<Task<?>> tasks = new ArrayList<>();
    try {
      TaskGroup.run(
          group -> {
            Task<Integer> one = group.fork("one", () -> counted(begun, ended, "one", 1));
            tasks.add(one);
            tasks.add(
                group.launch(
                    "two",
                    () ->
                        TaskGroup.options()
                            .withLimit(1)
                            .run(
                                serial -> {
                                  for (String name : List.of("x", "y")) {
                                    tasks.add(
                                        serial.fork(name, () -> counted(begun, ended, name, 2)));
                                  }
                                })));
            String unused =
                group.<String>start(
                    "three",
                    status -> {
                      status.started("up");
                      int three = counted(begun, ended, "three", 3);
                    });
            var ignored = Explored.thrownBy(one::join);
            Selvage.sleep(ofSeconds(1));
          });
    } catch (TaskCancelledException e) {
      assertThat(e).hasMessageContaining("cancelled by the simulation"); // of start
    } finally {
      assertThat(ended).containsExactlyInAnyOrderElementsOf(begun);
      assertThat(tasks).allMatch(Task::isDone);
      assertThat(run.elapsed()).isLessThanOrEqualTo(ofSeconds(5));
    }
  }

  private static int counted(List<String> begun, List<String> ended, String name, int seconds)
      throws InterruptedException {
    begun.add(name);
    try {
      Selvage.sleep(ofSeconds(seconds));
      return seconds;
    } finally {
      ended.add(name);
    }
  }

  @Test
  void allTasksEndWithTheirGroupWhoeverIsCancelledWherever() {
    Explored.inManyOrders(TaskGroupSimulationTest::forest);
    Explored.cancelledEverywhere(TaskGroupSimulationTest::forest);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void aLimitedGroupKeepsItsTurnsWhoeverIsCancelledWherever(int limit) {
    Explored.cancelledEverywhere(
        run -> {
          int[] running = {0};
          int[] most = {0};
          try {
            TaskGroup.options()
                .withLimit(limit)
                .run(
                    group -> {
                      for (int i = 0; i < 3; i++) {
                        group.launch(
                            () -> {
                              busy(running, most);
                              Selvage.sleep(ofSeconds(1));
                              busy(running, most);
                              Selvage.checkpoint();
                              busy(running, most);
                            });
                      }
                    });
          } finally {
            assertThat(most[0]).isBetween(0, limit);
            // the turns are all there again: a group inside of a limited one would hang otherwise
            assertThat(running[0]).isZero();
          }
        });
  }
}
