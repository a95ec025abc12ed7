package io.selvage.test.foundation;

import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import io.selvage.CancelScope;
import io.selvage.CancelledException;
import io.selvage.GroupOptions;
import io.selvage.Selvage;
import io.selvage.Task;
import io.selvage.TaskGroup;
import io.selvage.Tasks;
import io.selvage.channel.Channel;
import io.selvage.service.CloseSignal;
import io.selvage.service.RequestRegistry;
import io.selvage.test.SimulationRun;
import io.selvage.test.foundation.Explored.Scenario;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The interrupt flag: ours is there for foreign code and gone behind the scope, others' are kept.
 */
class InterruptSimulationTest {

  enum Kind {
    PARALLEL,
    SERIAL;

    GroupOptions options() {
      return this == PARALLEL ? TaskGroup.options() : TaskGroup.options().withLimit(1);
    }
  }

  /** A step of foreign code: others may run, nothing is checked. */
  private static void foreign() {
    new CloseSignal().close();
  }

  private static boolean flag() {
    return Thread.currentThread().isInterrupted();
  }

  /** Cancels come from a task of a parallel group, while the owner is in a group of this kind. */
  private static void whileCancelling(
      Kind kind, List<CancelScope> scopes, CloseSignal over, Scenario owner, SimulationRun run)
      throws InterruptedException {
    TaskGroup.run(
        group -> {
          group.launch(
              "cancel",
              () -> {
                for (CancelScope scope : scopes) {
                  scope.cancel();
                }
                over.close();
              });
          group.launch(
              "around",
              () -> kind.options().run(limited -> limited.launch(() -> owner.accept(run))));
        });
  }

  @ParameterizedTest
  @EnumSource
  void foreignCodeIsInterruptedAndNothingLeaksOutOfTheScopes(Kind kind) {
    Scenario scenario =
        run -> {
          CancelScope outer = CancelScope.create();
          CancelScope inner = CancelScope.create();
          CloseSignal over = new CloseSignal();
          whileCancelling(
              kind,
              List.of(inner, outer),
              over,
              r -> {
                outer.run(
                    () -> {
                      inner.run(
                          () -> {
                            foreign();
                            foreign();
                          });
                      foreign();
                      CancelScope.shieldUnlimited()
                          .run(
                              () -> {
                                assertThat(flag()).isFalse();
                                foreign();
                                assertThat(flag()).isFalse();
                              });
                      CancelScope.shieldUnlimited().run(over::await);
                      assertThat(flag()).isTrue();
                    });
                assertThat(flag()).isFalse();
                Selvage.checkpoint();
              },
              run);
        };
    Explored.inManyOrders(1_000, scenario);
  }

  @ParameterizedTest
  @EnumSource
  void aCancelThatLosesToTheItemInterruptsTheNextForeignCall(Kind kind) {
    Scenario scenario =
        run -> {
          CancelScope scope = CancelScope.create();
          Channel<Integer> channel = Channel.unbounded();
          List<Integer> got = new ArrayList<>();
          CloseSignal over = new CloseSignal();
          TaskGroup.run(
              sender -> {
                sender.fork("sender", () -> channel.send(1));
                whileCancelling(
                    kind,
                    List.of(scope),
                    over,
                    r -> {
                      scope.run(
                          () -> {
                            got.add(channel.receive());
                            CancelScope.shieldUnlimited().run(over::await);
                            assertThat(flag()).isTrue();
                          });
                      assertThat(flag()).isFalse();
                    },
                    run);
              });
          got.addAll(channel.drain());
          assertThat(got).containsExactly(1);
        };
    Explored.inManyOrders(1_000, scenario);
  }

  @ParameterizedTest
  @EnumSource
  void aCancelThatLosesToTheReplyInterruptsTheNextForeignCall(Kind kind) {
    Scenario scenario =
        run -> {
          CancelScope scope = CancelScope.create();
          RequestRegistry<String, Integer> registry = new RequestRegistry<>();
          List<Integer> got = new ArrayList<>();
          boolean[] accepted = {false};
          CloseSignal sent = new CloseSignal();
          CloseSignal over = new CloseSignal();
          TaskGroup.run(
              replier -> {
                replier.launch(
                    "replier",
                    () -> {
                      sent.await();
                      accepted[0] = registry.resolve("key", 1);
                    });
                whileCancelling(
                    kind,
                    List.of(scope),
                    over,
                    r -> {
                      scope.run(
                          () -> {
                            got.add(registry.request("key", handle -> sent.close()));
                            CancelScope.shieldUnlimited().run(over::await);
                            assertThat(flag()).isTrue();
                          });
                      assertThat(flag()).isFalse();
                      sent.close();
                    },
                    run);
              });
          assertThat(got).hasSize(accepted[0] ? 1 : 0);
        };
    Explored.inManyOrders(1_000, scenario);
  }

  /** Such an interrupt arrives when the real thread notices it: what is asserted holds whenever. */
  @ParameterizedTest
  @EnumSource
  void anInterruptFromOutsideIsThrownOrKeptAndTheItemIsTakenOrStays(Kind kind) {
    Scenario scenario =
        run -> {
          Channel<Integer> channel = Channel.unbounded();
          CancelScope scope = CancelScope.create();
          List<Integer> got = new ArrayList<>();
          List<String> told = new ArrayList<>();
          TaskGroup.run(
              group -> {
                Thread[] owner = new Thread[1];
                CloseSignal ready = new CloseSignal();
                group.fork("sender", () -> channel.send(1));
                group.launch(
                    "interrupter",
                    () -> {
                      ready.await();
                      owner[0].interrupt();
                    });
                group.launch(
                    "around",
                    () ->
                        kind.options()
                            .run(
                                limited ->
                                    limited.launch(
                                        () -> {
                                          owner[0] = Thread.currentThread();
                                          ready.close();
                                          boolean completed =
                                              scope.run(
                                                  () -> receiveInterrupted(channel, got, told));
                                          assertThat(completed).isTrue();
                                          assertThat(flag()).isFalse();
                                        })));
              });
          assertThat(told).containsExactly("told");
          got.addAll(channel.drain());
          assertThat(got).containsExactly(1);
          assertThat(channel.stats().waitingReceivers()).isZero();
        };
    Explored.inManyOrders(scenario);
  }

  @ParameterizedTest
  @EnumSource
  void anInterruptFromOutsideThatLosesToTheReplyIsToldByTheNextOperation(Kind kind) {
    Explored.inManyOrders(
        run -> {
          RequestRegistry<String, Integer> registry = new RequestRegistry<>();
          List<Object> events = new ArrayList<>();
          boolean[] accepted = {false};
          TaskGroup.run(
              group -> {
                Thread[] owner = new Thread[1];
                CloseSignal sent = new CloseSignal();
                group.launch(
                    () -> {
                      sent.await();
                      accepted[0] = registry.resolve("key", 1);
                    });
                group.launch(
                    () ->
                        kind.options()
                            .run(
                                limited ->
                                    limited.launch(
                                        () -> {
                                          owner[0] = Thread.currentThread();
                                          try {
                                            events.add(registry.request("key", h -> sent.close()));
                                            Selvage.sleep(ofSeconds(1));
                                          } catch (CancelledException e) {
                                            events.add("cancelled?");
                                          } catch (InterruptedException e) {
                                            events.add("told");
                                          }
                                        })));
                sent.await();
                owner[0].interrupt();
              });
          if (accepted[0]) {
            assertThat(events).containsExactly(1, "told");
          } else {
            assertThat(events).containsExactly("told");
          }
        });
  }

  /** A race cancels its own group, but its caller is not cancelled then. */
  @ParameterizedTest
  @EnumSource
  void anInterruptFromOutsideIsNotLostInARaceThatIsBeingDecided(Kind kind) {
    Explored.inManyOrders(
        2_000,
        run -> {
          List<String> told = new ArrayList<>();
          TaskGroup.run(
              group -> {
                Thread[] owner = new Thread[1];
                CloseSignal ready = new CloseSignal();
                group.launch(
                    "interrupter",
                    () -> {
                      ready.await();
                      owner[0].interrupt();
                    });
                group.launch(
                    "around",
                    () ->
                        kind.options()
                            .run(
                                limited ->
                                    limited.launch(
                                        () -> {
                                          owner[0] = Thread.currentThread();
                                          ready.close();
                                          raceInterrupted(told);
                                        })));
              });
          assertThat(told).containsExactly("told");
        });
  }

  private static void raceInterrupted(List<String> told) {
    try {
      var unused = Tasks.race(() -> 1, () -> 2, () -> 3);
      Selvage.sleep(ofSeconds(1));
    } catch (CancelledException e) {
      told.add("cancelled?");
    } catch (InterruptedException e) {
      told.add("told");
    }
  }

  private static void receiveInterrupted(
      Channel<Integer> channel, List<Integer> got, List<String> told) {
    try {
      got.add(channel.receive());
      Selvage.sleep(ofSeconds(1));
    } catch (CancelledException e) {
      told.add("cancelled?");
    } catch (InterruptedException e) {
      told.add("told");
    }
  }

  @ParameterizedTest
  @EnumSource
  void aShieldPutsAnInterruptFromOutsideOff(Kind kind) {
    Explored.inManyOrders(
        run -> {
          List<String> events = new ArrayList<>();
          TaskGroup.run(
              group -> {
                Thread[] owner = new Thread[1];
                CloseSignal ready = new CloseSignal();
                group.launch(
                    "around",
                    () ->
                        kind.options()
                            .run(
                                limited ->
                                    limited.launch(
                                        () -> {
                                          owner[0] = Thread.currentThread();
                                          CancelScope.shieldUnlimited()
                                              .run(
                                                  () -> {
                                                    ready.close();
                                                    Selvage.sleep(ofSeconds(1));
                                                    TaskGroup.run(
                                                        below ->
                                                            below.launch(
                                                                () -> Selvage.sleep(ofSeconds(1))));
                                                    events.add("cleaned");
                                                  });
                                          events.add("flag " + Thread.interrupted());
                                        })));
                ready.await();
                owner[0].interrupt();
              });
          assertThat(events).containsExactly("cleaned", "flag true");
          assertThat(run.elapsed()).isEqualTo(ofSeconds(2));
        });
  }

  @ParameterizedTest
  @EnumSource
  void aGroupWhoseOwnerIsInterruptedJoinsItsTasksAndThrowsThat(Kind kind) {
    Explored.inManyOrders(
        run -> {
          List<String> events = new ArrayList<>();
          TaskGroup.run(
              group -> {
                CloseSignal ready = new CloseSignal();
                Thread[] owner = new Thread[1];
                Task<?> task =
                    group.launch(
                        "owner",
                        () -> {
                          owner[0] = Thread.currentThread();
                          try {
                            kind.options()
                                .run(
                                    below -> {
                                      below.launch(() -> cleanUp(events));
                                      ready.close();
                                    });
                          } catch (CancelledException e) {
                            events.add("cancelled?");
                          } catch (InterruptedException e) {
                            events.add("told " + flag());
                          }
                        });
                ready.await();
                owner[0].interrupt();
                var unused = task.join();
              });
          assertThat(events).last().isEqualTo("told false");
          assertThat(events.size()).isBetween(1, 2); // the task may never have begun
        });
  }

  private static void cleanUp(List<String> events) throws InterruptedException {
    try {
      new CloseSignal().await();
    } finally {
      CancelScope.shieldUnlimited().run(() -> Selvage.sleep(ofSeconds(1)));
      events.add("cleaned");
    }
  }
}
