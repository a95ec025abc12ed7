package io.selvage.test.foundation;

import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import io.selvage.CancelScope;
import io.selvage.ClosedResourceException;
import io.selvage.JoinCycleException;
import io.selvage.ScopeGroup;
import io.selvage.Selvage;
import io.selvage.Task;
import io.selvage.TaskGroup;
import io.selvage.interop.Futures;
import io.selvage.service.CloseSignal;
import io.selvage.service.ReplyHandle;
import io.selvage.service.RequestFailedException;
import io.selvage.service.RequestRegistry;
import io.selvage.sync.Semaphore;
import io.selvage.test.Simulation;
import io.selvage.test.SimulationOptions;
import io.selvage.test.foundation.Explored.Scenario;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/**
 * Objects that many threads share: all threads leave and are told, in every order and also when
 * memory runs out.
 */
class GrowthSimulationTest {
  private static SimulationOptions without(String place) {
    return Simulation.options().withName("heap").withFault("heap: " + place, 0.5);
  }

  // ---- joins

  /** P waits for its child, which joins Q, which waits for its child, which joins P. */
  @Test
  void aCycleThatGoesThroughTwoGroupsNeverHangs() {
    Scenario scenario =
        run -> {
          List<Throwable> outcomes = new ArrayList<>();
          List<Task<?>> outer = new ArrayList<>();
          TaskGroup.run(
              group -> {
                CloseSignal made = new CloseSignal();
                for (int i = 0; i < 2; i++) {
                  int other = 1 - i;
                  outer.add(
                      group.launch(
                          "p" + i,
                          () ->
                              TaskGroup.run(
                                  inner ->
                                      inner.launch(
                                          () -> {
                                            made.await();
                                            outcomes.add(
                                                Explored.thrownBy(() -> outer.get(other).join()));
                                          }))));
                }
                made.close();
              });
          assertThat(outcomes)
              .hasSize(2)
              .allMatch(each -> each == null || each instanceof JoinCycleException)
              .anyMatch(JoinCycleException.class::isInstance);
        };
    Explored.inManyOrders(scenario);
    Explored.inAllOrders(2, scenario);
  }

  /**
   * P waits for its children J and T, J joins T, T joins X, X joins P. The join of J may go by
   * without notice, but then those of T and X must not.
   */
  @Test
  void aCycleBesideTheNewJoinIsFoundByTheTasksInIt() {
    Scenario scenario =
        run -> {
          List<Throwable> outcomes = new ArrayList<>();
          List<Task<?>> p = new ArrayList<>();
          List<Task<?>> x = new ArrayList<>();
          List<Task<?>> t = new ArrayList<>();
          TaskGroup.run(
              group -> {
                CloseSignal made = new CloseSignal();
                p.add(
                    group.launch(
                        "p",
                        () ->
                            TaskGroup.run(
                                inner -> {
                                  t.add(
                                      inner.launch(
                                          "t",
                                          () -> {
                                            made.await();
                                            outcomes.add(
                                                Explored.thrownBy(() -> x.getFirst().join()));
                                          }));
                                  inner.launch(
                                      "j",
                                      () -> {
                                        made.await();
                                        var unused = Explored.thrownBy(() -> t.getFirst().join());
                                      });
                                })));
                x.add(
                    group.launch(
                        "x",
                        () -> {
                          made.await();
                          outcomes.add(Explored.thrownBy(() -> p.getFirst().join()));
                        }));
                made.close();
              });
          assertThat(outcomes)
              .hasSize(2)
              .allMatch(each -> each == null || each instanceof JoinCycleException)
              .anyMatch(JoinCycleException.class::isInstance);
        };
    Explored.inManyOrders(scenario);
    Explored.inAllOrders(2, scenario);
  }

  @Test
  void aJoinWithoutMemoryFailsAndLeavesNothingBehind() {
    without("Task.join")
        .explore(
            100,
            run -> {
              boolean[] failed = {false};
              TaskGroup.run(
                  group -> {
                    CloseSignal go = new CloseSignal();
                    Task<Integer> task =
                        group.fork(
                            () -> {
                              go.await();
                              return 1;
                            });
                    Task<?> joiner =
                        group.launch(
                            () -> {
                              Throwable thrown = Explored.thrownBy(task::join);
                              failed[0] = thrown instanceof OutOfMemoryError;
                              assertThat(failed[0] || thrown == null).isTrue();
                            });
                    Selvage.sleep(ofSeconds(1));
                    go.close();
                    joiner.join();
                    assertThat(task.join()).isEqualTo(1);
                  });
            });
  }

  // ---- scopes

  @Test
  void everyThreadInASharedScopeLeavesItAndIsCancelledOnlyInside() {
    Scenario scenario =
        run -> {
          CancelScope scope = CancelScope.create();
          List<Boolean> completed = new ArrayList<>();
          TaskGroup.run(
              group -> {
                for (int i = 0; i < 3; i++) {
                  group.launch(
                      () -> {
                        completed.add(scope.run(Selvage::checkpoint));
                        Selvage.checkpoint(); // outside: never cancelled
                      });
                }
                group.fork(() -> scope.cancel());
              });
          assertThat(completed).hasSize(3);
          assertThat(scope.isActive()).isFalse();
          assertThat(scope.cancelledCaught()).isEqualTo(completed.contains(false));
        };
    Explored.inManyOrders(1_000, scenario);
    Explored.inAllOrders(2, scenario);
  }

  @Test
  void aThreadThatCannotEnterForLackOfMemoryIsNotInside() {
    without("CancelScope.enter")
        .explore(
            100,
            run -> {
              CancelScope scope = CancelScope.moveOnAfter(ofSeconds(1));
              int[] inside = {0};
              for (int i = 0; i < 4; i++) {
                Throwable thrown =
                    Explored.thrownBy(
                        () ->
                            scope.run(
                                () -> {
                                  inside[0]++;
                                }));
                assertThat(thrown == null || thrown instanceof OutOfMemoryError).isTrue();
                assertThat(scope.isActive()).isFalse();
                assertThat(CancelScope.current()).isEmpty();
              }
              assertThat(inside[0]).isBetween(0, 4);
            });
  }

  @Test
  void aGroupOfRegionsCancelsAllWithoutMemory() {
    Simulation.options()
        .withName("heap")
        .withFault("heap: ScopeCause", 0.5)
        .withFault("heap: ScopeGroup.run", 0.3)
        .explore(
            200,
            run -> {
              ScopeGroup regions = new ScopeGroup();
              List<Object> outcomes = new ArrayList<>();
              TaskGroup.run(
                  group -> {
                    for (int i = 0; i < 3; i++) {
                      group.launch(
                          () -> {
                            try {
                              outcomes.add(regions.run(() -> Selvage.sleep(ofSeconds(100))));
                            } catch (OutOfMemoryError e) {
                              outcomes.add(e);
                            }
                          });
                    }
                    regions.cancelForGood("stop");
                  });
              assertThat(outcomes).hasSize(3).doesNotContain(true);
              assertThat(regions.isActive()).isFalse();
            });
  }

  @Test
  void aCancelOnceDoesNotReachWhatBeginsLater() {
    Explored.inManyOrders(
        run -> {
          ScopeGroup regions = new ScopeGroup();
          int[] cancelled = {0};
          TaskGroup.run(
              group -> {
                group.launch(
                    () -> {
                      // each region that is cancelled is followed by another one
                      while (!regions.run(() -> Selvage.sleep(ofSeconds(1)))) {
                        cancelled[0]++;
                      }
                    });
                for (int i = 0; i < 2; i++) {
                  group.fork(() -> regions.cancel("once"));
                }
              });
          assertThat(cancelled[0]).isBetween(0, 2);
        });
  }

  // ---- requests

  @Test
  void aCloseWithoutMemoryHasNotHappenedOrFailsEveryRequest() {
    Simulation.options()
        .withName("heap")
        .withFault("heap: RequestRegistry.close", 0.5)
        .withFault("heap: RequestRegistry.register", 0.2)
        .explore(
            300,
            run -> {
              RequestRegistry<Integer, String> registry = new RequestRegistry<>();
              List<Throwable> outcomes = new ArrayList<>();
              TaskGroup.run(
                  group -> {
                    for (int i = 0; i < 3; i++) {
                      int key = i;
                      group.fork(
                          () ->
                              outcomes.add(
                                  Explored.thrownBy(() -> registry.request(key, handle -> {}))));
                    }
                    group.launch(
                        () -> {
                          boolean closed = false;
                          while (!closed) {
                            try {
                              closed = registry.fail(new IOException("lost"));
                            } catch (OutOfMemoryError e) {
                              assertThat(registry.isClosed()).isFalse();
                            }
                          }
                        });
                  });
              assertThat(outcomes)
                  .hasSize(3)
                  .allMatch(
                      each ->
                          each instanceof RequestFailedException
                              || each instanceof OutOfMemoryError
                              || each instanceof io.selvage.BrokenResourceException);
              assertThat(registry.size()).isZero();
              assertThat(registry.pending()).isEmpty();
            });
  }

  @Test
  void aRequestThatIsEndedWhileItIsRegisteredLeavesNothingBehind() {
    Scenario scenario =
        run -> {
          RequestRegistry<Integer, String> registry = new RequestRegistry<>();
          TaskGroup.run(
              group -> {
                List<ReplyHandle<Integer, String>> handles = new ArrayList<>();
                group.fork(() -> handles.add(registry.register(1)));
                boolean[] resolved = {false};
                group.fork(() -> resolved[0] = registry.resolve(1, "reply"));
                int[] failed = {0};
                group.fork(() -> failed[0] = registry.failAll(new IOException("x")));
                group.launch(
                    () -> {
                      Selvage.sleep(ofSeconds(1));
                      boolean ended = resolved[0] || failed[0] == 1;
                      assertThat(registry.size()).isEqualTo(ended ? 0 : 1);
                      assertThat(handles.getFirst().isPending()).isNotEqualTo(ended);
                      assertThat(registry.contains(1)).isNotEqualTo(ended);
                    });
              });
        };
    Explored.inManyOrders(scenario);
    Explored.inAllOrders(2, scenario);
  }

  @Test
  void aRequestThatIsMadeAgainWhenItFailsIsNotFailedAgainByTheSameCall() {
    Explored.inManyOrders(
        run -> {
          RequestRegistry<Integer, String> registry = new RequestRegistry<>();
          int[] failures = {0};
          TaskGroup.run(
              group -> {
                for (int i = 0; i < 2; i++) {
                  int key = i;
                  group.launch(
                      () -> {
                        while (true) {
                          try {
                            registry.request(key, handle -> {});
                          } catch (RequestFailedException e) {
                            if (e.getCause() instanceof ClosedResourceException) {
                              return;
                            }
                            failures[0]++;
                          }
                        }
                      });
                }
                Selvage.sleep(ofSeconds(1));
                assertThat(registry.failAll(new IOException("x"))).isEqualTo(2);
                Selvage.sleep(ofSeconds(1));
                assertThat(failures[0]).isEqualTo(2);
                assertThat(registry.size()).isEqualTo(2);
                registry.close();
              });
        });
  }

  // ---- permits, stages

  @Test
  void permitsThatAreAddedTogetherAreNeitherLostNorDoubled() {
    Scenario scenario =
        run -> {
          Semaphore semaphore = new Semaphore(0);
          int[] acquired = {0};
          CancelScope scope = CancelScope.create();
          TaskGroup.run(
              group -> {
                for (int i = 0; i < 3; i++) {
                  boolean gives = i == 0;
                  group.launch(
                      () -> {
                        if (gives) {
                          scope.run(
                              () -> {
                                var unused = semaphore.acquire();
                                acquired[0]++;
                              });
                        } else if (semaphore.acquire(ofSeconds(1)).isPresent()) {
                          acquired[0]++;
                        }
                      });
                }
                group.fork(() -> scope.cancel());
                group.launch(() -> semaphore.add(2));
              });
          assertThat(acquired[0] + semaphore.available()).isEqualTo(2);
          assertThat(semaphore.waiting()).isZero();
        };
    Explored.inManyOrders(scenario);
    Explored.inAllOrders(2, scenario);
  }

  @Test
  void allWaitingForOneStageGetItsResultWhicheverGivesUp() {
    Scenario scenario =
        run -> {
          CompletableFuture<String> stage = new CompletableFuture<>();
          CancelScope scope = CancelScope.create();
          List<String> got = new ArrayList<>();
          TaskGroup.run(
              group -> {
                for (int i = 0; i < 2; i++) {
                  group.fork(() -> got.add(Futures.awaitShared(stage)));
                }
                group.fork(() -> scope.run(() -> got.add(Futures.awaitShared(stage))));
                group.fork(() -> scope.cancel());
                group.fork(() -> stage.complete("value"));
              });
          assertThat(got).hasSizeBetween(2, 3).containsOnly("value");
          assertThat(stage.getNumberOfDependents()).isZero();
        };
    Explored.inManyOrders(scenario);
    Explored.inAllOrders(1, scenario);
  }
}
