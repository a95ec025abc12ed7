package io.selvage.test.foundation;

import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selvage.BrokenResourceException;
import io.selvage.CancelScope;
import io.selvage.CancelledException;
import io.selvage.ClosedResourceException;
import io.selvage.Selvage;
import io.selvage.Task;
import io.selvage.TaskGroup;
import io.selvage.kernel.Completion;
import io.selvage.kernel.WaitNode;
import io.selvage.service.CloseScope;
import io.selvage.service.ReplyHandle;
import io.selvage.service.RequestFailedException;
import io.selvage.service.RequestRegistry;
import io.selvage.service.WorkTracker;
import io.selvage.test.foundation.Explored.Scenario;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

/** What happens once, work that is counted, and replies: both sides agree, and nobody is left. */
class WaitingSimulationTest {

  // ---- Completion

  @Test
  void aCompletionWakesAllWhoWaitAndKeepsNoneWhoLeft() {
    Scenario scenario =
        run -> {
          Completion<String> completion = new Completion<>();
          List<Object> got = new ArrayList<>();
          List<Boolean> first = new ArrayList<>();
          TaskGroup.run(
              group -> {
                for (int i = 0; i < 3; i++) {
                  group.fork(() -> got.add(completion.await("wait", this, WaitNode.NEVER)));
                }
                Task<?> gone = group.fork(() -> completion.await("wait", this, WaitNode.NEVER));
                group.fork(() -> gone.cancel());
                for (String value : List.of("a", "b")) {
                  group.fork(
                      () -> {
                        if (completion.complete(value)) {
                          first.add(true);
                        }
                      });
                }
              });
          assertThat(first).hasSize(1);
          assertThat(got).hasSize(3).containsOnly(completion.poll());
          assertThat(completion.waiting()).isZero();
        };
    Explored.inManyOrders(scenario);
    Explored.inAllOrders(2, scenario);
    Explored.cancelledEverywhere(
        run -> {
          Completion<String> completion = new Completion<>();
          try {
            TaskGroup.run(
                group -> {
                  group.fork(() -> completion.await("wait", this, WaitNode.NEVER));
                  group.fork(() -> completion.await("wait", this, 1_000));
                  group.fork(() -> completion.awaitUncancellably("wait", this));
                  try {
                    Selvage.sleep(ofSeconds(1));
                  } finally {
                    completion.complete("done");
                  }
                });
          } finally {
            assertThat(completion.waiting()).isZero();
          }
        });
  }

  @Test
  void whoLeavesACompletionLeavesNothingBehind() {
    Explored.inManyOrders(
        run -> {
          Completion<String> completion = new Completion<>();
          TaskGroup.run(
              group -> {
                group.fork(() -> assertThat(completion.await("wait", this, 1_000)).isNull());
                Task<?> gone = group.fork(() -> completion.await("wait", this, WaitNode.NEVER));
                Selvage.sleep(ofSeconds(1));
                assertThat(completion.waiting()).isEqualTo(1);
                gone.cancel();
              });
          assertThat(completion.waiting()).isZero();
        });
  }

  @Test
  void whoGivesUpAndWhoCompletesAgree() {
    Scenario scenario =
        run -> {
          Completion<String> completion = new Completion<>();
          CancelScope scope = CancelScope.create();
          List<String> got = new ArrayList<>();
          boolean[] completed = {false};
          TaskGroup.run(
              group -> {
                group.fork(
                    () ->
                        scope.run(
                            () ->
                                got.add(
                                    completion.awaitOrGiveUp("wait", this, 1_000_000_000, "no"))));
                group.fork(
                    () -> {
                      Selvage.sleep(ofSeconds(1));
                      completed[0] = completion.complete("yes");
                    });
                group.fork(
                    () -> {
                      Selvage.sleep(ofSeconds(1));
                      scope.cancel();
                    });
              });
          if (completed[0]) {
            assertThat(got).containsExactly("yes");
          } else {
            assertThat(got).isSubsetOf("no");
          }
          assertThat(completion.waiting()).isZero();
        };
    Explored.inManyOrders(1_000, scenario);
    Explored.inAllOrders(2, scenario);
    Explored.withDelays(ofSeconds(1), scenario);
  }

  // ---- CloseScope

  @Test
  void exactlyOneClosesAndAllWhoWaitAreTold() {
    Scenario scenario =
        run -> {
          CloseScope closed = new CloseScope();
          List<String> first = new ArrayList<>();
          List<Object> told = new ArrayList<>();
          TaskGroup.run(
              group -> {
                for (int i = 0; i < 2; i++) {
                  group.fork(
                      () -> {
                        closed.await();
                        told.add(closed.reason().orElseThrow());
                      });
                }
                group.fork(() -> told.add(closed.await(ofSeconds(1))));
                group.fork(() -> note(first, "a", closed.close("a")));
                group.fork(() -> note(first, "b", closed.fail(new IOException("b"))));
              });
          assertThat(first).hasSize(1);
          String reason = first.getFirst();
          assertThat(told).containsExactlyInAnyOrder(reason, reason, true);
          assertThat(run.elapsed()).isZero();
          assertThat(Explored.thrownBy(() -> throwIfClosed(closed)))
              .isInstanceOf(
                  reason.equals("a")
                      ? ClosedResourceException.class
                      : BrokenResourceException.class);
        };
    Explored.inManyOrders(scenario);
    Explored.inAllOrders(1, scenario);
  }

  private static Object throwIfClosed(CloseScope closed) {
    closed.throwIfClosed();
    return closed;
  }

  private static void note(List<String> first, String name, boolean won) {
    if (won) {
      first.add(name);
    }
  }

  @Test
  void aWaitForTheCloseIsExactlyAsLongAsAsked() {
    Explored.inManyOrders(
        run -> {
          CloseScope closed = new CloseScope();
          assertThat(closed.await(ofSeconds(1))).isFalse();
          assertThat(run.elapsed()).isEqualTo(ofSeconds(1));
          TaskGroup.run(
              group -> {
                group.fork(
                    () -> {
                      Selvage.sleep(ofSeconds(1));
                      closed.close();
                    });
                boolean seen = closed.await(ofSeconds(1));
                assertThat(seen).isEqualTo(closed.isClosed());
                assertThat(closed.await(ofSeconds(1))).isTrue();
              });
          assertThat(run.elapsed()).isEqualTo(ofSeconds(2));
        });
  }

  // ---- WorkTracker

  @Test
  void whoWaitsForWorkOrForItsEndIsToldOfEachCrossing() {
    Scenario scenario =
        run -> {
          WorkTracker work = new WorkTracker();
          List<String> events = new ArrayList<>();
          TaskGroup.run(
              group -> {
                Task<?> busy =
                    group.fork(
                        () -> {
                          work.awaitBusy();
                          events.add("busy");
                        });
                run.awaitAllBlocked();
                group.fork(
                    () -> {
                      try (WorkTracker.Work outer = work.track();
                          WorkTracker.Work inner = work.track()) {
                        assertThat(outer).isNotSameAs(inner);
                      }
                    });
                busy.join(); // though it may be idle again
                work.awaitIdle();
                assertThat(work.isBusy()).isFalse();
              });
          assertThat(events).containsExactly("busy");
        };
    Explored.inManyOrders(scenario);
    Explored.inAllOrders(2, scenario);
  }

  /** Workers, and waiters of all kinds, with and without a limit. */
  private static Scenario shifts(boolean cutShort) {
    return run -> {
      WorkTracker work = new WorkTracker();
      int[] live = {0};
      run.invariant(
          "the count is what the workers say", () -> assertThat(work.count()).isBetween(0L, 3L));
      List<Boolean> answers = new ArrayList<>();
      try {
        TaskGroup.run(
            group -> {
              group.fork("idle", () -> work.awaitIdle());
              group.fork("busy?", () -> answers.add(work.awaitBusy(ofSeconds(1))));
              group.fork("idle?", () -> answers.add(work.awaitIdle(ofSeconds(2))));
              for (int i = 0; i < 3; i++) {
                int n = i;
                group.fork(
                    "worker" + n,
                    () -> {
                      live[0]++;
                      try (WorkTracker.Work mine = work.track()) {
                        Selvage.sleep(ofSeconds(n));
                        assertThat(mine).isNotNull();
                      } finally {
                        live[0]--;
                      }
                    });
              }
            });
      } finally {
        assertThat(live[0]).isZero();
        assertThat(work.count()).isZero();
        if (!cutShort) {
          assertThat(answers).hasSize(2);
        }
        assertThat(run.elapsed()).isLessThanOrEqualTo(ofSeconds(2));
        assertThatThrownBy(work::done).isInstanceOf(IllegalStateException.class);
      }
    };
  }

  @Test
  void workIsCountedExactlyWhoeverIsCancelledWherever() {
    Explored.inManyOrders(shifts(false));
    Explored.cancelledEverywhere(shifts(true));
  }

  // ---- RequestRegistry

  /** What the side that asks has got, and what the side that replies believes. */
  private static final class Ledger {
    final RequestRegistry<Integer, String> registry = new RequestRegistry<>();
    final boolean[] accepted = new boolean[4];
    final boolean[] failed = new boolean[4];
    final Object[] got = new Object[4];

    void ask(int key, boolean limited) throws InterruptedException {
      try {
        got[key] =
            limited
                ? registry.request(key, handle -> {}, ofSeconds(1))
                : registry.request(key, handle -> {});
      } catch (TimeoutException | RequestFailedException | ClosedResourceException e) {
        got[key] = e;
      } catch (CancelledException e) {
        got[key] = e;
        throw e;
      }
    }

    void reply(int key) {
      accepted[key] = registry.resolve(key, "reply " + key);
    }

    void fail(int key) {
      failed[key] = registry.fail(key, new IOException("fail " + key));
    }

    void check() {
      for (int key = 0; key < got.length; key++) {
        if (accepted[key]) {
          assertThat(got[key]).isEqualTo("reply " + key);
        } else {
          assertThat(got[key]).matches(each -> !(each instanceof String));
        }
        if (failed[key]) {
          assertThat(got[key])
              .isInstanceOfSatisfying(
                  RequestFailedException.class, e -> assertThat(e).hasMessageContaining("fail"));
        }
      }
      assertThat(registry.size()).isZero();
    }
  }

  private static Scenario exchange(boolean limited, boolean closes) {
    return run -> {
      Ledger ledger = new Ledger();
      try {
        TaskGroup.run(
            group -> {
              for (int i = 0; i < ledger.got.length; i++) {
                int key = i;
                group.fork("ask" + key, () -> ledger.ask(key, limited));
              }
              group.fork(
                  "replier",
                  () -> {
                    Selvage.sleep(ofSeconds(1));
                    for (int key = 0; key < 3; key++) {
                      ledger.reply(key);
                      Selvage.checkpoint();
                    }
                  });
              if (closes) {
                group.fork(
                    "closer",
                    () -> {
                      Selvage.sleep(ofSeconds(1));
                      ledger.fail(3);
                      ledger.registry.close("over");
                    });
              }
              if (!limited) {
                Selvage.sleep(ofSeconds(2));
                ledger.registry.failAll(new IOException("fail the rest"));
                ledger.registry.close("who was held up comes too late");
              }
            });
      } finally {
        ledger.check();
      }
    };
  }

  @Test
  void aReplyIsAcceptedIfAndOnlyIfItsRequesterGetsIt() {
    for (boolean limited : new boolean[] {false, true}) {
      for (boolean closes : new boolean[] {false, true}) {
        Explored.inManyOrders(exchange(limited, closes));
        Explored.withDelays(ofSeconds(1), exchange(limited, closes));
        Explored.cancelledEverywhere(exchange(limited, closes));
      }
    }
  }

  @Test
  void aRegistrationThatRacesWithACloseIsFailedOrRefused() {
    Scenario scenario =
        run -> {
          RequestRegistry<String, Integer> registry = new RequestRegistry<>();
          List<Object> outcomes = new ArrayList<>();
          boolean[] accepted = {false};
          TaskGroup.run(
              group -> {
                group.fork(
                    () -> {
                      Object[] reply = new Object[1];
                      Throwable thrown =
                          Explored.thrownBy(() -> reply[0] = registry.request("key", h -> {}));
                      outcomes.add(thrown == null ? reply[0] : thrown);
                    });
                group.fork(() -> accepted[0] = registry.resolve("key", 7));
                group.fork(() -> registry.close(new IOException("broken")));
              });
          assertThat(registry.size()).isZero();
          assertThat(outcomes.getFirst().equals(7)).isEqualTo(accepted[0]);
        };
    Explored.inManyOrders(1_000, scenario);
    Explored.inAllOrders(2, scenario);
  }

  @Test
  void aKeyCanBeUsedAgainAsSoonAsItsReplyIsThereAndStaleHandlesTouchNothing() {
    Scenario scenario =
        run -> {
          RequestRegistry<String, Integer> registry = new RequestRegistry<>();
          List<Integer> replies = new ArrayList<>();
          List<ReplyHandle<String, Integer>> handles = new ArrayList<>();
          TaskGroup.run(
              group -> {
                group.fork(
                    () -> {
                      for (int i = 0; i < 3; i++) {
                        replies.add(registry.request("key", handles::add));
                      }
                    });
                for (int i = 0; i < 3; i++) {
                  int n = i;
                  run.awaitAllBlocked();
                  handles.forEach(
                      handle -> {
                        if (handle != handles.getLast()) {
                          assertThat(handle.resolve(-1)).isFalse();
                          assertThat(registry.remove(handle)).isFalse();
                        }
                      });
                  assertThat(registry.resolve("key", n)).isTrue();
                }
              });
          assertThat(replies).containsExactly(0, 1, 2);
          assertThat(registry.size()).isZero();
        };
    Explored.inManyOrders(scenario);
  }

  @Test
  void anAwaitedHandleAgreesWithItsReplierWhoeverIsCancelledWherever() {
    Scenario scenario =
        run -> {
          RequestRegistry<String, Integer> registry = new RequestRegistry<>();
          ReplyHandle<String, Integer> handle = registry.register("key");
          List<Optional<Integer>> got = new ArrayList<>();
          boolean[] accepted = {false};
          boolean[] removed = {false};
          boolean[] begun = {false};
          try {
            TaskGroup.run(
                group -> {
                  group.fork(
                      "waiter",
                      () -> {
                        begun[0] = true;
                        try {
                          got.add(Optional.of(handle.await(ofSeconds(1))));
                        } catch (TimeoutException | ClosedResourceException e) {
                          got.add(Optional.empty());
                        }
                      });
                  group.fork(
                      "replier",
                      () -> {
                        Selvage.sleep(ofSeconds(1));
                        accepted[0] = handle.resolve(7);
                      });
                  group.fork(
                      "remover",
                      () -> {
                        Selvage.sleep(ofSeconds(1));
                        removed[0] = handle.remove();
                      });
                });
          } finally {
            assertThat(accepted[0] && removed[0]).isFalse();
            if (accepted[0]) {
              // one who is cancelled on entry leaves the reply where it is
              assertThat(handle.isPending()).isFalse();
              assertThat(got).isSubsetOf(Optional.of(7));
            } else {
              assertThat(got).isSubsetOf(Optional.empty());
            }
            if (begun[0] || accepted[0] || removed[0]) {
              assertThat(registry.size()).isZero();
            }
          }
        };
    Explored.inManyOrders(scenario);
    Explored.withDelays(ofSeconds(1), scenario);
    Explored.cancelledEverywhere(scenario);
  }
}
