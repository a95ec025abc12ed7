package io.selvage.test.foundation;

import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selvage.BrokenResourceException;
import io.selvage.CancelScope;
import io.selvage.ClosedResourceException;
import io.selvage.Selvage;
import io.selvage.Task;
import io.selvage.TaskGroup;
import io.selvage.kernel.Completion;
import io.selvage.kernel.WaitNode;
import io.selvage.service.CloseSignal;
import io.selvage.service.WorkTracker;
import io.selvage.test.foundation.Explored.Scenario;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Completions, counted work and replies: both sides agree, and no thread is left. */
class WaitingSimulationTest {
  // ---- Completion

  @Test
  void aCompletionWakesAllWaitingThreadsAndKeepsNoneThatLeft() {
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
                  group.launch(
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
  void aThreadThatLeavesACompletionLeavesNothingBehind() {
    Explored.inManyOrders(
        run -> {
          Completion<String> completion = new Completion<>();
          TaskGroup.run(
              group -> {
                group.launch(() -> assertThat(completion.await("wait", this, 1_000)).isNull());
                Task<?> gone = group.fork(() -> completion.await("wait", this, WaitNode.NEVER));
                Selvage.sleep(ofSeconds(1));
                assertThat(completion.waiting()).isEqualTo(1);
                gone.cancel();
              });
          assertThat(completion.waiting()).isZero();
        });
  }

  @Test
  void theThreadThatGivesUpAndTheOneThatCompletesAgree() {
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
                group.launch(
                    () -> {
                      Selvage.sleep(ofSeconds(1));
                      completed[0] = completion.complete("yes");
                    });
                group.launch(
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

  // ---- CloseSignal

  @Test
  void exactlyOneClosesAndAllWaitingThreadsAreTold() {
    Scenario scenario =
        run -> {
          CloseSignal closed = new CloseSignal();
          List<String> first = new ArrayList<>();
          List<Object> told = new ArrayList<>();
          TaskGroup.run(
              group -> {
                for (int i = 0; i < 2; i++) {
                  group.launch(
                      () -> {
                        closed.await();
                        told.add(closed.reason().orElseThrow());
                      });
                }
                group.fork(() -> told.add(closed.await(ofSeconds(1))));
                group.launch(() -> note(first, "a", closed.close("a")));
                group.launch(() -> note(first, "b", closed.fail(new IOException("b"))));
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

  private static Object throwIfClosed(CloseSignal closed) {
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
          CloseSignal closed = new CloseSignal();
          assertThat(closed.await(ofSeconds(1))).isFalse();
          assertThat(run.elapsed()).isEqualTo(ofSeconds(1));
          TaskGroup.run(
              group -> {
                group.launch(
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
  void aThreadThatWaitsForWorkOrForItsEndIsToldOfEachCrossing() {
    Scenario scenario =
        run -> {
          WorkTracker work = new WorkTracker();
          List<String> events = new ArrayList<>();
          TaskGroup.run(
              group -> {
                Task<?> busy =
                    group.launch(
                        () -> {
                          work.awaitBusy();
                          events.add("busy");
                        });
                run.awaitAllBlocked();
                group.launch(
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
              group.launch("idle", () -> work.awaitIdle());
              group.fork("busy?", () -> answers.add(work.awaitBusy(ofSeconds(1))));
              group.fork("idle?", () -> answers.add(work.awaitIdle(ofSeconds(2))));
              for (int i = 0; i < 3; i++) {
                int n = i;
                group.launch(
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
}
