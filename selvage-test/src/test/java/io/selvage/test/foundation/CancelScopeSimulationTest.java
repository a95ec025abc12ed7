package io.selvage.test.foundation;

import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selvage.CancelScope;
import io.selvage.CancelledException;
import io.selvage.EnteredScope;
import io.selvage.ScopeGroup;
import io.selvage.Selvage;
import io.selvage.Task;
import io.selvage.TaskGroup;
import io.selvage.channel.Channel;
import io.selvage.kernel.Completion;
import io.selvage.service.CloseSignal;
import io.selvage.test.SimulationRun;
import io.selvage.test.foundation.Explored.Scenario;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Scopes: which threads are cancelled, which scope catches, and when, to the nanosecond. */
class CancelScopeSimulationTest {
  private static final Duration LONG = ofSeconds(1_000);

  private static void hang() throws InterruptedException {
    new CloseSignal().await();
  }

  // ---- cancelling

  @Test
  void aCancelReachesEachThreadInsideOnceAndEachCatches() {
    Scenario scenario =
        run -> {
          CancelScope scope = CancelScope.create();
          List<String> caught = new ArrayList<>();
          List<Boolean> first = new ArrayList<>();
          TaskGroup.run(
              group -> {
                for (String name : List.of("a", "b", "c")) {
                  group.launch(
                      name,
                      () -> {
                        boolean completed =
                            scope.run(
                                () -> {
                                  try {
                                    hang();
                                  } catch (CancelledException e) {
                                    caught.add(e.reason());
                                    assertThatThrownBy(Selvage::checkpoint)
                                        .isInstanceOf(CancelledException.class);
                                    throw e;
                                  }
                                });
                        assertThat(completed).isFalse();
                        Selvage.checkpoint();
                      });
                }
                group.fork("x", () -> first.add(scope.cancel("x")));
                group.fork("y", () -> first.add(scope.cancel("y")));
              });
          assertThat(first).containsExactlyInAnyOrder(true, false);
          assertThat(caught).hasSize(3).containsOnly(scope.reason().orElseThrow());
          assertThat(scope.isActive()).isFalse();
        };
    Explored.inManyOrders(scenario);
    Explored.inAllOrders(1, scenario);
  }

  @Test
  void theOuterOfTwoCancelledScopesCatches() {
    Scenario scenario =
        run -> {
          CancelScope outer = CancelScope.create();
          CancelScope inner = CancelScope.create();
          boolean[] behindInner = {false};
          TaskGroup.run(
              group -> {
                group.launch(
                    () -> {
                      boolean completed =
                          outer.run(
                              () -> {
                                boolean unused = inner.run(CancelScopeSimulationTest::hang);
                                behindInner[0] = true;
                                assertThat(inner.cancelledCaught()).isTrue();
                                Selvage.checkpoint();
                                hang();
                              });
                      assertThat(completed).isFalse();
                      assertThat(Selvage.isCancelled()).isFalse();
                    });
                group.fork(() -> outer.cancel());
                group.fork(() -> inner.cancel());
              });
          assertThat(outer.cancelledCaught()).isTrue();
          assertThat(inner.cancelledCaught()).isEqualTo(behindInner[0]);
        };
    Explored.inManyOrders(scenario);
    Explored.inAllOrders(2, scenario);
  }

  @Test
  void aShieldHidesTheCancelUntilItIsLeft() {
    Scenario scenario =
        run -> {
          CancelScope outer = CancelScope.create();
          List<String> events = new ArrayList<>();
          TaskGroup.run(
              group -> {
                group.fork(
                    () ->
                        outer.run(
                            () -> {
                              try {
                                hang();
                              } finally {
                                CancelScope.shieldUnlimited()
                                    .run(
                                        () -> {
                                          Selvage.sleep(ofSeconds(1));
                                          TaskGroup.run(
                                              below ->
                                                  below.launch(() -> Selvage.sleep(ofSeconds(1))));
                                          events.add("cleaned");
                                        });
                                events.add(Selvage.isCancelled() + "");
                              }
                            }));
                outer.cancel();
              });
          assertThat(events).containsExactly("cleaned", "true");
          assertThat(outer.cancelledCaught()).isTrue();
          assertThat(run.elapsed()).isEqualTo(ofSeconds(2));
        };
    Explored.inManyOrders(scenario);
    Explored.inAllOrders(2, scenario);
  }

  @Test
  void aShieldWithATimeoutEndsAfterItAndTheOuterOneCatches() {
    Explored.inManyOrders(
        run -> {
          CancelScope outer = CancelScope.moveOnAfter(ofSeconds(1));
          CancelScope shield = CancelScope.shield(ofSeconds(2));
          outer.run(
              () -> {
                assertThat(shield.run(CancelScopeSimulationTest::hang)).isFalse();
                assertThat(run.elapsed()).isEqualTo(ofSeconds(2));
                assertThat(Selvage.isCancelled()).isTrue();
                hang();
              });
          assertThat(outer.cancelledCaught()).isTrue();
          assertThat(shield.cancelledCaught()).isTrue();
          assertThat(run.elapsed()).isEqualTo(ofSeconds(2));
        });
  }

  @Test
  void aScopeThatIsEnteredWhileItIsCancelledIsCancelled() {
    Explored.inAllOrders(
        2,
        run -> {
          CancelScope outer = CancelScope.create();
          CancelScope scope = CancelScope.create();
          TaskGroup.run(
              group -> {
                Task<Boolean> inside =
                    group.fork(() -> outer.run(() -> scope.run(CancelScopeSimulationTest::hang)));
                group.fork(() -> scope.cancel("inner"));
                Task<Boolean> below =
                    group.fork(
                        () ->
                            outer.run(
                                () ->
                                    TaskGroup.run(
                                        tasks -> tasks.launch(CancelScopeSimulationTest::hang))));
                group.fork(() -> outer.cancel("outer"));
                assertThat(below.join()).isFalse();
                assertThat(inside.join()).isEqualTo(scope.cancelledCaught());
              });
        });
  }

  @Test
  void enteredScopesRetractButCatchNothing() {
    Scenario scenario =
        run -> {
          CancelScope outer = CancelScope.create();
          CancelScope scope = CancelScope.create();
          TaskGroup.run(
              group -> {
                Task<Boolean> owner =
                    group.fork(
                        () ->
                            outer.run(
                                () -> {
                                  try (EnteredScope stay = scope.enter()) {
                                    assertThat(stay.scope()).isSameAs(scope);
                                    Selvage.checkpoint();
                                    Selvage.checkpoint();
                                  } catch (CancelledException e) {
                                    assertThat(e.reason()).isIn("inner", "outer");
                                    assertThat(scope.cancelledCaught()).isFalse();
                                  }
                                  assertThat(Selvage.isCancelled() && !outer.isCancelled())
                                      .isFalse();
                                }));
                group.fork(() -> scope.cancel("inner"));
                group.fork(() -> outer.cancel("outer"));
                assertThat(owner.join()).isTrue();
              });
          assertThat(scope.isActive()).isFalse();
        };
    Explored.inManyOrders(scenario);
    Explored.inAllOrders(2, scenario);
  }

  // ---- many threads in one scope, and groups of scopes

  @Test
  void aScopeThatManyEnterAndLeaveKeepsItsDeadlineForTheThreadsInside() {
    Scenario scenario =
        run -> {
          CancelScope scope = CancelScope.moveOnAfter(ofSeconds(5));
          List<Duration> ends = new ArrayList<>();
          TaskGroup.run(
              group -> {
                for (int i = 0; i < 4; i++) {
                  int n = i;
                  group.launch(
                      () -> {
                        Selvage.sleep(ofSeconds(n));
                        boolean unused = scope.run(() -> Selvage.sleep(ofSeconds(n == 3 ? 60 : 1)));
                        ends.add(run.elapsed());
                      });
                }
              });
          assertThat(ends).containsExactly(ofSeconds(1), ofSeconds(2), ofSeconds(3), ofSeconds(5));
        };
    Explored.inManyOrders(scenario);
    Explored.inAllOrders(1, scenario);
  }

  @Test
  void noRegionSlipsThroughALatchingCancel() {
    Scenario scenario =
        run -> {
          ScopeGroup running = new ScopeGroup();
          List<Boolean> completed = new ArrayList<>();
          TaskGroup.run(
              group -> {
                for (int i = 0; i < 3; i++) {
                  group.fork(() -> completed.add(running.run(CancelScopeSimulationTest::hang)));
                }
                boolean unused = running.cancelForGood("stop");
              });
          assertThat(completed).containsExactly(false, false, false);
          assertThat(running.isActive()).isFalse();
          assertThat(running.isCancelling()).isTrue();
          running.clear();
          assertThat(running.call(() -> 1)).hasValue(1);
        };
    Explored.inManyOrders(scenario);
    Explored.inAllOrders(2, scenario);
  }

  @Test
  void withoutALatchTheLaterRegionsRun() {
    Explored.inManyOrders(
        run -> {
          ScopeGroup running = new ScopeGroup();
          TaskGroup.run(
              group -> {
                Task<Boolean> early =
                    group.fork(() -> running.run(CancelScopeSimulationTest::hang));
                run.awaitAllBlocked();
                Task<Boolean> cancelled = group.fork(() -> running.cancel("once"));
                assertThat(cancelled.join()).isTrue();
                assertThat(early.join()).isFalse();
                assertThat(running.run(() -> Selvage.sleep(ofSeconds(1)))).isTrue();
                assertThat(running.cancel("empty")).isFalse();
              });
        });
  }

  // ---- sleep, checkpoint, cancellable

  @Test
  void sleepersWakeInTheOrderOfTheirTimesAndExactly() {
    Explored.inManyOrders(
        run -> {
          List<Integer> woken = new ArrayList<>();
          TaskGroup.run(
              group -> {
                for (int seconds : new int[] {3, 1, 2}) {
                  group.launch(
                      () -> {
                        Selvage.sleep(ofSeconds(seconds));
                        assertThat(run.elapsed()).isEqualTo(ofSeconds(seconds));
                        woken.add(seconds);
                      });
                }
              });
          assertThat(woken).containsExactly(1, 2, 3);
        });
  }

  @Test
  void aSleepThatIsCutShortEndsAtOnce() {
    Explored.inManyOrders(
        run -> {
          CancelScope scope = CancelScope.create();
          TaskGroup.run(
              group -> {
                group.fork(() -> scope.run(() -> Selvage.sleep(LONG)));
                Selvage.sleep(ofSeconds(1));
                scope.cancel();
              });
          assertThat(run.elapsed()).isEqualTo(ofSeconds(1));
        });
  }

  @Test
  void theCancellerIsCalledOnceAndOnlyWhileTheCallRuns() {
    Scenario scenario =
        run -> {
          CancelScope scope = CancelScope.create();
          Completion<String> call = new Completion<>();
          int[] cancelled = {0};
          boolean[] inside = {false};
          boolean[] outside = {false};
          List<String> ends = new ArrayList<>();
          TaskGroup.run(
              group -> {
                group.launch(
                    () -> {
                      boolean completed =
                          scope.run(
                              () -> {
                                try {
                                  Selvage.runCancellable(
                                      () -> foreignCall(call, inside, ends),
                                      () -> {
                                        boolean early = !inside[0];
                                        cancelled[0]++;
                                        call.complete("canceller");
                                        new CloseSignal().close(); // a step
                                        outside[0] |= early || !inside[0];
                                      });
                                } finally {
                                  inside[0] = false;
                                }
                              });
                      ends.add(completed ? "completed" : "cancelled");
                    });
                group.fork(() -> scope.cancel());
                group.fork(() -> call.complete("by itself"));
              });
          assertThat(cancelled[0]).isLessThanOrEqualTo(1);
          assertThat(outside[0]).isFalse();
          assertThat(ends.getLast()).isIn("completed", "cancelled");
          if (ends.contains("failed by canceller")) {
            assertThat(ends).endsWith("cancelled");
          }
        };
    Explored.inManyOrders(scenario);
    Explored.inAllOrders(2, scenario);
  }

  /** Waits as a call would that knows nothing of us. */
  private static void foreignCall(Completion<String> call, boolean[] inside, List<String> ends)
      throws Exception {
    inside[0] = true;
    String how = call.awaitUncancellably("foreign", ends);
    new CloseSignal().close(); // a step
    if (how.equals("canceller")) {
      ends.add("failed by canceller");
      throw new IOException("cancelled");
    }
  }

  // ---- everything, everywhere

  /**
   * Nested scopes, a shield, a deadline, a group: whatever is cancelled where, all is left clean.
   */
  private static void thicket(SimulationRun run) throws Exception {
    CancelScope outer = CancelScope.moveOnAfter(ofSeconds(50));
    CancelScope shared = CancelScope.create();
    List<String> opened = new ArrayList<>();
    List<String> closed = new ArrayList<>();
    Channel<String> news = Channel.unbounded();
    try {
      outer.run(
          () ->
              TaskGroup.run(
                  group -> {
                    for (String name : List.of("a", "b")) {
                      group.launch(
                          name,
                          () -> {
                            opened.add(name);
                            try {
                              boolean unused =
                                  shared.run(
                                      () ->
                                          CancelScope.moveOnAfter(ofSeconds(3))
                                              .run(CancelScopeSimulationTest::hang));
                              news.send(name);
                            } finally {
                              CancelScope.shield(ofSeconds(5))
                                  .run(() -> Selvage.sleep(ofSeconds(1)));
                              closed.add(name);
                            }
                          });
                    }
                    Selvage.sleep(ofSeconds(2));
                    shared.cancel();
                  }));
    } finally {
      assertThat(closed).containsExactlyInAnyOrderElementsOf(opened);
      assertThat(shared.isActive()).isFalse();
      assertThat(outer.isActive()).isFalse();
      assertThat(run.elapsed()).isLessThanOrEqualTo(ofSeconds(4));
    }
  }

  @Test
  void aThicketOfScopesIsLeftCleanWhoeverIsCancelledWherever() {
    Explored.inManyOrders(CancelScopeSimulationTest::thicket);
    Explored.cancelledEverywhere(CancelScopeSimulationTest::thicket);
  }
}
