package io.selvage.test.foundation;

import static java.time.Duration.ZERO;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selvage.CancelScope;
import io.selvage.CancelledException;
import io.selvage.Deadline;
import io.selvage.Selvage;
import io.selvage.Task;
import io.selvage.TaskGroup;
import io.selvage.service.CloseSignal;
import io.selvage.sync.Event;
import io.selvage.test.foundation.Explored.Scenario;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

/** Time limits and deadlines, to the nanosecond. */
class TimeLimitSimulationTest {
  private static final Duration LONG = ofSeconds(1_000);

  private static void hang() throws InterruptedException {
    new CloseSignal().await();
  }

  @Test
  void aLimitSaysWhatTheTasksBelowWaitedFor() {
    Explored.inManyOrders(
        run -> {
          Event event = new Event();
          CancelScope limit = CancelScope.moveOnAfter(ofSeconds(2));
          List<String> reasons = new ArrayList<>();
          assertThat(
                  limit.run(
                      () ->
                          TaskGroup.run(
                              group -> {
                                for (int i = 0; i < 3; i++) {
                                  group.launch(() -> reasonOf(event, reasons));
                                }
                              })))
              .isFalse();
          assertThat(reasons).hasSize(3);
          assertThat(reasons)
              .allSatisfy(
                  reason ->
                      assertThat(reason)
                          .startsWith(
                              "deadline after PT2S, while waiting in Event.await for Event[")
                          .endsWith("] and 2 other waits"));
        });
  }

  private static void reasonOf(Event event, List<String> reasons) throws InterruptedException {
    try {
      event.await();
    } catch (CancelledException e) {
      reasons.add(e.reason());
      throw e;
    }
  }

  @Test
  void aDeadlineThatIsSetHasNoLimitToTell() {
    Explored.inManyOrders(
        run -> {
          CancelScope scope = CancelScope.create();
          scope.setDeadline(Deadline.after(ofSeconds(1)));
          assertThat(scope.run(() -> Selvage.sleep(ofSeconds(2)))).isFalse();
          assertThat(scope.reason()).contains("deadline, while waiting in Selvage.sleep for PT2S");
        });
  }

  @Test
  void aLimitThatEndsNoWaitSaysOnlyHowLongItWas() {
    Explored.inManyOrders(
        run -> {
          assertThatThrownBy(() -> CancelScope.failAfter(ZERO).call(() -> slow("never")))
              .isInstanceOf(TimeoutException.class)
              .hasMessage("operation timed out after PT0S");
        });
  }

  @Test
  void timeLimitsAreExact() {
    Explored.inManyOrders(
        run -> {
          assertThat(CancelScope.moveOnAfter(ofSeconds(2)).run(() -> Selvage.sleep(ofSeconds(1))))
              .isTrue();
          assertThat(run.elapsed()).isEqualTo(ofSeconds(1));
          assertThat(CancelScope.moveOnAfter(ofSeconds(2)).run(TimeLimitSimulationTest::hang))
              .isFalse();
          assertThat(run.elapsed()).isEqualTo(ofSeconds(3));
          assertThatThrownBy(
                  () -> CancelScope.failAfter(ofSeconds(2)).run(() -> Selvage.sleep(ofSeconds(3))))
              .isInstanceOf(TimeoutException.class)
              .hasMessage(
                  "operation timed out after PT2S, while waiting in Selvage.sleep for PT3S");
          assertThat(run.elapsed()).isEqualTo(ofSeconds(5));
          assertThat(CancelScope.failAfter(ofSeconds(2)).call(() -> slow("done")))
              .isEqualTo("done");
          assertThat(run.elapsed()).isEqualTo(ofSeconds(6));
          assertThat(CancelScope.moveOnAfter(ZERO).call(() -> slow("never"))).isEmpty();
          assertThat(run.elapsed()).isEqualTo(ofSeconds(6));
        });
  }

  private static String slow(String result) throws InterruptedException {
    Selvage.sleep(ofSeconds(1));
    return result;
  }

  @Test
  void aTimeLimitJoinsWhatItCancels() {
    Scenario scenario =
        run -> {
          List<String> cleaned = new ArrayList<>();
          boolean done =
              CancelScope.moveOnAfter(ofSeconds(2))
                  .run(
                      () ->
                          TaskGroup.run(
                              group -> {
                                for (String name : List.of("a", "b")) {
                                  group.launch(name, () -> cleanUpFor(ofSeconds(1), name, cleaned));
                                }
                                hang();
                              }));
          assertThat(done).isFalse();
          assertThat(cleaned).containsExactlyInAnyOrder("a", "b");
          assertThat(run.elapsed()).isEqualTo(ofSeconds(3));
        };
    Explored.inManyOrders(scenario);
    Explored.inAllOrders(1, scenario);
  }

  private static void cleanUpFor(Duration time, String name, List<String> cleaned)
      throws InterruptedException {
    try {
      hang();
    } finally {
      CancelScope.shield(LONG).run(() -> Selvage.sleep(time));
      cleaned.add(name);
    }
  }

  @Test
  void ofNestedLimitsTheEarlierOneCatches() {
    Explored.inManyOrders(
        run -> {
          for (int inner = 1; inner <= 3; inner++) {
            Duration begun = run.elapsed();
            int innerTime = inner;
            CancelScope in = CancelScope.moveOnAfter(ofSeconds(innerTime));
            CancelScope out = CancelScope.moveOnAfter(ofSeconds(2));
            boolean outer =
                out.run(
                    () -> {
                      boolean completed = in.run(TimeLimitSimulationTest::hang);
                      assertThat(completed).isFalse();
                      assertThat(Selvage.isCancelled()).isFalse();
                    });
            assertThat(run.elapsed().minus(begun)).isEqualTo(ofSeconds(Math.min(inner, 2)));
            if (inner == 1) {
              assertThat(outer).isTrue();
              assertThat(in.cancelledCaught()).isTrue();
              assertThat(out.isCancelled()).isFalse();
            } else if (inner == 3) {
              assertThat(outer).isFalse();
              assertThat(in.cancelledCaught()).isFalse();
              assertThat(in.isCancelled()).isFalse();
            } else { // at the same moment: whichever comes first, exactly one catches
              assertThat(in.cancelledCaught()).isNotEqualTo(out.cancelledCaught());
              assertThat(outer).isEqualTo(in.cancelledCaught());
            }
          }
        });
  }

  @Test
  void aDeadlineThatIsMovedCountsAsItWasMovedLast() {
    Scenario scenario =
        run -> {
          for (int at = 1; at <= 3; at++) {
            Duration begun = run.elapsed();
            Duration when = ofSeconds(at);
            CancelScope scope = CancelScope.moveOnAfter(ofSeconds(2));
            TaskGroup.run(
                group -> {
                  group.fork("sleeper", () -> scope.run(() -> Selvage.sleep(ofSeconds(9))));
                  Task<?> mover =
                      group.launch(
                          "mover",
                          () -> {
                            Selvage.sleep(when);
                            scope.setDeadline(Deadline.after(ofSeconds(5)));
                          });
                  mover.join();
                });
            assertThat(scope.timedOut()).isTrue();
            assertThat(scope.cancelledCaught()).isTrue();
            Duration took = run.elapsed().minus(begun);
            switch (at) {
              case 1 -> assertThat(took).isEqualTo(ofSeconds(6));
              case 2 -> assertThat(took).isIn(ofSeconds(2), ofSeconds(7));
              default -> assertThat(took).isEqualTo(ofSeconds(3));
            }
          }
        };
    Explored.inManyOrders(1_000, scenario);
    Explored.inAllOrders(1, scenario);
  }

  /** The alarm goes off at the very moment at which the deadline is moved; none is left behind. */
  @Test
  void aDeadlineThatWasMovedLeavesNoAlarmBehind() {
    Scenario scenario =
        run -> {
          CancelScope scope = CancelScope.moveOnAfter(ofSeconds(2));
          TaskGroup.run(
              group -> {
                group.fork("sleeper", () -> scope.run(() -> Selvage.sleep(ofSeconds(9))));
                group.launch(
                    "mover",
                    () -> {
                      Selvage.sleep(ofSeconds(2));
                      scope.setDeadline(Deadline.after(ofSeconds(90)));
                    });
              });
          assertThat(run.elapsed()).isEqualTo(ofSeconds(scope.isCancelled() ? 2 : 9));
        };
    Explored.inManyOrders(1_000, scenario);
    Explored.inAllOrders(2, scenario);
  }

  /** The alarm goes off at the very moment at which the deadline is moved away. */
  @Test
  void aDeadlineThatWasMovedAwayInTimeDoesNotCancel() {
    Scenario scenario =
        run -> {
          CancelScope scope = CancelScope.moveOnAfter(ofSeconds(2));
          boolean[] inTime = {false};
          TaskGroup.run(
              group -> {
                Task<Boolean> sleeper =
                    group.fork("sleeper", () -> scope.run(() -> Selvage.sleep(ofSeconds(9))));
                group.launch(
                    "mover",
                    () -> {
                      Selvage.sleep(ofSeconds(2));
                      scope.setDeadline(Deadline.NEVER);
                      inTime[0] = !scope.isCancelled();
                    });
                assertThat(sleeper.join()).isEqualTo(inTime[0]);
              });
          assertThat(run.elapsed()).isEqualTo(ofSeconds(inTime[0] ? 9 : 2));
          assertThat(scope.isCancelled()).isNotEqualTo(inTime[0]);
        };
    Explored.inManyOrders(1_000, scenario);
    Explored.inAllOrders(2, scenario);
  }

  @Test
  void settingADeadlineThatHasPassedCancelsAtOnceWhereverTheOwnerIs() {
    Explored.inAllOrders(
        2,
        run -> {
          CancelScope scope = CancelScope.create();
          TaskGroup.run(
              group -> {
                Task<Boolean> inside =
                    group.fork(
                        () ->
                            scope.run(
                                () -> {
                                  Selvage.checkpoint();
                                  hang();
                                }));
                scope.setDeadline(Deadline.after(ZERO));
                assertThat(inside.join()).isFalse();
              });
          assertThat(scope.timedOut()).isTrue();
          assertThat(run.elapsed()).isZero();
        });
  }

  @Test
  void aLimitThatRacesWithItsWorkEitherHasTheResultOrCaught() {
    Scenario scenario =
        run -> {
          CancelScope scope = CancelScope.moveOnAfter(ofSeconds(2));
          Optional<String> result =
              scope.call(
                  () ->
                      TaskGroup.call(
                          group -> {
                            Task<String> a = group.fork(() -> slow("a"));
                            Task<String> b =
                                group.fork(
                                    () -> {
                                      Selvage.sleep(ofSeconds(1));
                                      return slow("b");
                                    });
                            return a.join() + b.join();
                          }));
          assertThat(scope.cancelledCaught()).isEqualTo(result.isEmpty());
          assertThat(result.orElse("ab")).isEqualTo("ab");
        };
    Explored.inManyOrders(scenario);
    Explored.withDelays(ofSeconds(1), scenario);
  }

  @Test
  void theEffectiveDeadlineIsTheEarliestUpToTheNearestShield() {
    Explored.inManyOrders(
        50,
        run ->
            CancelScope.moveOnAfter(ofSeconds(9))
                .run(
                    () -> {
                      Selvage.sleep(ofSeconds(1));
                      assertThat(left()).isEqualTo(ofSeconds(8));
                      TaskGroup.run(
                          group ->
                              group.fork(
                                  () ->
                                      CancelScope.moveOnAfter(ofSeconds(3))
                                          .call(() -> assertThat(left()).isEqualTo(ofSeconds(3)))));
                      CancelScope.shield(ofSeconds(20))
                          .run(() -> assertThat(left()).isEqualTo(ofSeconds(20)));
                    }));
  }

  private static Duration left() {
    return CancelScope.effectiveDeadline().remaining();
  }
}
