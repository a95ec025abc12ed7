package io.selvage.test;

import static java.time.Duration.ofDays;
import static java.time.Duration.ofHours;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selvage.CancelScope;
import io.selvage.Deadline;
import io.selvage.Selvage;
import io.selvage.Task;
import io.selvage.TaskFailedException;
import io.selvage.TaskGroup;
import io.selvage.channel.Channel;
import io.selvage.test.SimulationFailure.Kind;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Runs, explorations, replays, time. */
class SimulationTest {

  /** Three tasks that each add 1 by hand: a lost update, if one comes between. */
  private static void lostUpdate() throws Exception {
    int[] balance = {0};
    TaskGroup.run(
        group -> {
          for (int i = 0; i < 3; i++) {
            group.launch(
                () -> {
                  int seen = balance[0];
                  Selvage.checkpoint();
                  balance[0] = seen + 1;
                });
          }
        });
    assertThat(balance[0]).isEqualTo(3);
  }

  // ---- running

  @Test
  void aRunReportsWhatItWasLike() {
    SimulationReport report = Simulation.run(7, Programs::channels);
    assertThat(report.seed()).isEqualTo(7);
    assertThat(report.steps()).isGreaterThan(50);
    assertThat(report.schedule()).startsWith("sim1:SimulationTest.aRunReportsWhatItWasLike:7:");
  }

  @Test
  void anExplorationRunsDifferentSchedules() {
    Exploration seen = Simulation.explore(200, Programs::channels);
    assertThat(seen.runs()).isEqualTo(200);
    assertThat(seen.schedules()).isGreaterThan(150);
    assertThat(seen.complete()).isTrue();
  }

  @Test
  void whatTheBodyThrowsIsTheCause() {
    SimulationFailure failure =
        Failures.thrownBy(
            () ->
                Simulation.run(
                    1,
                    () -> {
                      throw new IOException("no");
                    }));
    assertThat(failure.kind()).isEqualTo(Kind.FAILED);
    assertThat(failure).hasCauseExactlyInstanceOf(IOException.class).hasMessageContaining("no");
  }

  @Test
  void aFailedTaskFailsTheRunAsItFailsItsGroup() {
    SimulationFailure failure =
        Failures.thrownBy(
            () ->
                Simulation.run(
                    1,
                    () ->
                        TaskGroup.run(
                            group ->
                                group.fork(
                                    () -> {
                                      throw new IOException("no");
                                    }))));
    assertThat(failure).hasCauseExactlyInstanceOf(TaskFailedException.class);
  }

  @Test
  void exploringStopsAtTheFirstSeedThatFails() {
    AtomicInteger runs = new AtomicInteger();
    SimulationFailure failure =
        Failures.thrownBy(
            () ->
                Simulation.options()
                    .withoutShortening()
                    .explore(
                        50,
                        run -> {
                          runs.incrementAndGet();
                          assertThat(run.seed()).isLessThan(5);
                        }));
    assertThat(failure.seed()).isEqualTo(5);
    assertThat(runs).hasValue(7); // once more for the lines of the program
    assertThat(failure).hasMessageContaining("with seed 5 (run 6, as it was found)");
  }

  @Test
  void theBudgetEndsAnExploration() {
    Exploration seen =
        Simulation.options().withTimeBudget(Duration.ZERO).explore(1000, Programs::channels);
    assertThat(seen.runs()).isEqualTo(1);
    assertThat(seen.complete()).isFalse();
  }

  @Test
  void randomNumbersComeFromTheSeed() {
    List<Integer> numbers = new ArrayList<>();
    for (long seed : List.of(3L, 3L, 4L)) {
      Simulation.run(
          seed,
          run -> {
            numbers.add(run.random().nextInt());
          });
    }
    assertThat(numbers.get(0)).isEqualTo(numbers.get(1)).isNotEqualTo(numbers.get(2));
  }

  // ---- replaying

  @Test
  void aFailureIsReplayedFromItsSchedule() {
    SimulationFailure found =
        Failures.thrownBy(() -> Simulation.explore(100, SimulationTest::lostUpdate));
    String schedule = found.schedule().orElseThrow();
    for (int i = 0; i < 3; i++) {
      SimulationFailure again =
          Failures.thrownBy(() -> Simulation.replay(schedule, SimulationTest::lostUpdate));
      assertThat(again.kind()).isEqualTo(Kind.FAILED);
      assertThat(again.schedule()).isEqualTo(found.schedule());
      assertThat(again).hasMessageContaining("(run 1, replayed)");
    }
  }

  @Test
  void aRunThatWentWellIsReplayedToo() {
    for (long seed = 0; seed < 20; seed++) {
      SimulationReport once = Simulation.options().withName("p").run(seed, Programs::services);
      SimulationReport again = Simulation.replay(once.schedule(), Programs::services);
      assertThat(again.fingerprint()).isEqualTo(once.fingerprint());
    }
  }

  @Test
  void theScheduleOfAnotherProgramIsSeen() {
    String schedule = Simulation.run(3, Programs::services).schedule();
    SimulationFailure failure =
        Failures.thrownBy(() -> Simulation.replay(schedule, Programs::channels));
    assertThat(failure.kind()).isEqualTo(Kind.OTHER_PROGRAM);
    assertThat(failure).hasMessageContaining("it is from another program, or this one has changed");
  }

  @Test
  void aScheduleThatLeadsSomewhereElseIsSeen() {
    String schedule = Simulation.run(3, () -> {}).schedule();
    SimulationFailure failure =
        Failures.thrownBy(() -> Simulation.replay(schedule, () -> Selvage.checkpoint()));
    assertThat(failure.kind()).isEqualTo(Kind.OTHER_PROGRAM);
  }

  // ---- time

  @Test
  void hoursTakeNoTime() {
    SimulationReport report =
        Simulation.run(
            1,
            run -> {
              Selvage.sleep(ofHours(10));
              assertThat(run.elapsed()).isEqualTo(ofHours(10));
              assertThat(run.clock().instant()).isEqualTo(Instant.parse("2000-01-01T10:00:00Z"));
              for (int i = 0; i < 1000; i++) {
                Selvage.sleep(ofDays(1));
              }
            });
    assertThat(report.elapsed()).isEqualTo(ofHours(10).plusDays(1000));
  }

  @Test
  void timeStandsStillWhileSomethingCanRun() {
    Simulation.explore(
        20,
        run ->
            TaskGroup.run(
                group -> {
                  group.launch(() -> Selvage.sleep(ofMillis(1)));
                  for (int i = 0; i < 100; i++) {
                    Selvage.checkpoint();
                  }
                  assertThat(run.elapsed()).isZero();
                }));
  }

  @Test
  void deadlinesAndTimeoutsKeepVirtualTime() {
    Simulation.explore(
        50,
        run -> {
          Channel<String> empty = Channel.unbounded();
          assertThat(CancelScope.moveOnAfter(ofSeconds(5)).call(empty::receive)).isEmpty();
          assertThat(run.elapsed()).isEqualTo(ofSeconds(5));
          assertThatThrownBy(() -> CancelScope.failAfter(ofSeconds(2)).call(empty::receive))
              .isInstanceOf(TimeoutException.class);
          assertThat(run.elapsed()).isEqualTo(ofSeconds(7));
          Deadline deadline = Deadline.after(ofSeconds(1));
          Selvage.sleep(ofMillis(400));
          assertThat(deadline.remaining()).isEqualTo(ofMillis(600));
          CancelScope scope = CancelScope.moveOnAt(deadline);
          assertThat(scope.run(() -> Selvage.sleep(ofDays(1)))).isFalse();
          assertThat(run.elapsed()).isEqualTo(ofSeconds(8));
        });
  }

  @Test
  void equalDeadlinesAreOrderedByTheSeed() {
    Set<String> orders = new HashSet<>();
    Simulation.explore(
        200,
        () -> {
          StringBuilder order = new StringBuilder();
          TaskGroup.run(
              group -> {
                for (String name : List.of("a", "b", "c")) {
                  group.launch(
                      name,
                      () -> {
                        CancelScope scope = CancelScope.moveOnAfter(ofSeconds(1));
                        scope.run(() -> Selvage.sleep(ofDays(1)));
                        order.append(name);
                      });
                }
              });
          orders.add(order.toString());
        });
    assertThat(orders).hasSize(6);
  }

  @Test
  void aTimeoutRacesWithWhatComesAtTheSameMoment() {
    Set<Boolean> outcomes = new HashSet<>();
    Simulation.explore(
        100,
        () -> {
          Channel<String> channel = Channel.unbounded();
          TaskGroup.run(
              group -> {
                group.launch(
                    () -> {
                      Selvage.sleep(ofSeconds(1));
                      channel.send("late?");
                    });
                outcomes.add(
                    CancelScope.moveOnAfter(ofSeconds(1)).call(channel::receive).isPresent());
              });
        });
    assertThat(outcomes).containsExactlyInAnyOrder(true, false);
  }

  // ---- helpers

  @Test
  void awaitAllBlockedWaitsUntilNoTaskCanRun() {
    Simulation.explore(
        100,
        run -> {
          Channel<Integer> channel = Channel.unbounded();
          List<Integer> seen = new ArrayList<>();
          TaskGroup.run(
              group -> {
                group.launch(() -> channel.forEach(seen::add));
                group.launch(
                    () -> {
                      for (int i = 0; i < 10; i++) {
                        channel.send(i);
                      }
                      Selvage.sleep(ofSeconds(1));
                      channel.close();
                    });
                run.awaitAllBlocked();
                assertThat(seen).hasSize(10);
                assertThat(run.elapsed()).isZero();
              });
        });
  }

  @Test
  void aTaskIsInterruptedFromOutsideAtAPointOfTheSchedule() {
    Simulation.explore(
        200,
        run ->
            assertThatThrownBy(
                    () ->
                        TaskGroup.run(
                            group -> {
                              Task<?> task =
                                  group.launch(
                                      () -> {
                                        Selvage.sleep(ofSeconds(1));
                                        Selvage.sleep(ofSeconds(1));
                                      });
                              Selvage.sleep(ofMillis(1500));
                              assertThat(run.interrupt(task)).isTrue();
                            }))
                .isInstanceOf(TaskFailedException.class)
                .hasCauseExactlyInstanceOf(InterruptedException.class));
  }

  // ---- bad input

  @Test
  void aSimulationInsideOfASimulationIsRefused() {
    SimulationFailure failure =
        Failures.thrownBy(() -> Simulation.run(1, () -> Simulation.run(2, () -> {})));
    assertThat(failure)
        .hasCauseExactlyInstanceOf(IllegalStateException.class)
        .hasMessageContaining("was begun inside of a simulation; run one after the other");
  }

  @Test
  void badNumbersAreRefusedAtOnce() {
    assertThatThrownBy(() -> Simulation.explore(0, () -> {}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("runs must be >= 1, was 0");
    assertThatThrownBy(() -> Simulation.options().withStepLimit(0))
        .hasMessage("steps must be >= 1, was 0; it is the limit of a run");
    assertThatThrownBy(() -> Simulation.options().withStallLimit(Duration.ZERO))
        .hasMessage(
            "limit must be more than zero, was PT0S; it is how long a task may be without a step");
    assertThatThrownBy(() -> Simulation.options().withDelays(1.5, ofSeconds(1)))
        .hasMessage("probability must be from 0 to 1, was 1.5");
    assertThatThrownBy(() -> Simulation.options().withFault("x", Double.NaN))
        .hasMessage("probability must be from 0 to 1, was NaN");
    assertThatThrownBy(() -> Simulation.options().withName(""))
        .hasMessage("name must not be empty");
    assertThatThrownBy(() -> Strategy.pct(0)).hasMessage("depth must be >= 1, was 0");
    assertThatThrownBy(
            () -> Simulation.options().withStrategy(Strategy.exhaustive(1)).run(1, () -> {}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("an exhaustive strategy has no seeds");
  }
}
