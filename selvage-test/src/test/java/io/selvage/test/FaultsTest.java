package io.selvage.test;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import io.selvage.CancelScope;
import io.selvage.FaultPoint;
import io.selvage.Selvage;
import io.selvage.Task;
import io.selvage.TaskGroup;
import io.selvage.channel.Channel;
import io.selvage.test.SimulationFailure.Kind;
import io.selvage.test.schedule.Schedule;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Fault points, delays, cancellation everywhere. */
class FaultsTest {

  // ---- fault points

  @Test
  void outsideOfSimulationsNothingFails() {
    assertThat(FaultPoint.fails("disk")).isFalse();
  }

  @Test
  void noFaultPointFailsUnlessAsked() {
    Simulation.explore(100, () -> assertThat(FaultPoint.fails("disk")).isFalse());
  }

  @Test
  void faultPointsFailByNameAndProbability() {
    Set<List<Boolean>> seen = new HashSet<>();
    Simulation.options()
        .withFaults(0.5)
        .withFault("never", 0)
        .withFault("always", 1)
        .explore(
            100,
            () -> {
              assertThat(FaultPoint.fails("never")).isFalse();
              assertThat(FaultPoint.fails("always")).isTrue();
              seen.add(List.of(FaultPoint.fails("a"), FaultPoint.fails("b")));
            });
    assertThat(seen).hasSize(4);
  }

  /** A schedule is none without the options that its choices come from. */
  @Test
  void theLineToPasteHasTheOptionsThatMakeTheRun() {
    SimulationFailure failure =
        Failures.thrownBy(
            () ->
                Simulation.options()
                    .withName("line")
                    .withDelays(0.25, ofSeconds(90))
                    .withFault("disk", 1)
                    .withStallLimit(ofSeconds(20))
                    .explore(1, FaultsTest::failsAtTheDisk));
    String schedule = failure.schedule().orElseThrow();
    assertThat(failure)
        .hasMessageContaining(
            "\n  Simulation.options().withDelays(0.25, Duration.parse(\"PT1M30S\"))"
                + ".withFault(\"disk\", 1.0).replay(\""
                + schedule
                + "\", body)\n");
    assertThat(
            Failures.thrownBy(
                () ->
                    Simulation.options()
                        .withDelays(0.25, Duration.parse("PT1M30S"))
                        .withFault("disk", 1.0)
                        .replay(schedule, FaultsTest::failsAtTheDisk)))
        .hasMessageContaining(", replayed)");
  }

  private static void failsAtTheDisk() throws Exception {
    Selvage.checkpoint();
    if (FaultPoint.fails("disk")) {
      throw new IOException("full");
    }
  }

  @Test
  void faultsAreReplayedAndShortened() {
    SimulationOptions options = Simulation.options().withFaults(0.3);
    SimulationFailure failure =
        Failures.thrownBy(() -> options.explore(100, FaultsTest::twoFaults));
    assertThat(Schedule.parse(failure.schedule().orElseThrow()).choices())
        .as("the 6th and the 8th fail, the others need not")
        .hasSize(8)
        .containsExactly(0, 0, 0, 0, 0, 1, 0, 1);
    SimulationFailure again =
        Failures.thrownBy(
            () -> options.replay(failure.schedule().orElseThrow(), FaultsTest::twoFaults));
    assertThat(again.kind()).isEqualTo(Kind.FAILED);
  }

  private static void twoFaults() {
    List<Boolean> faults = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      faults.add(FaultPoint.fails("disk"));
    }
    assertThat(faults.get(5) && faults.get(7)).isFalse();
  }

  // ---- delays

  @Test
  void delaysLetTimeoutsRaceWithWork() {
    Set<Boolean> inTime = new HashSet<>();
    Simulation.options()
        .withDelays(0.2, ofSeconds(10))
        .explore(
            100,
            () ->
                inTime.add(
                    CancelScope.moveOnAfter(ofSeconds(5))
                        .run(
                            () -> {
                              for (int i = 0; i < 5; i++) {
                                Selvage.checkpoint();
                              }
                            })));
    assertThat(inTime).containsExactlyInAnyOrder(true, false);
  }

  @Test
  void withoutDelaysWorkTakesNoTime() {
    Simulation.explore(
        100,
        () ->
            assertThat(CancelScope.moveOnAfter(ofMillis(1)).run(() -> Selvage.checkpoint()))
                .isTrue());
  }

  @Test
  void delayedRunsAreReplayed() {
    SimulationOptions options = Simulation.options().withDelays(0.3, Duration.ofDays(1));
    for (long seed = 0; seed < 30; seed++) {
      SimulationReport once = options.run(seed, Programs::channels);
      assertThat(once.elapsed()).isPositive();
      SimulationReport again = options.replay(once.schedule(), Programs::channels);
      assertThat(again.fingerprint()).isEqualTo(once.fingerprint());
      assertThat(again.elapsed()).isEqualTo(once.elapsed());
    }
  }

  // ---- cancel everywhere

  /** Hands a number over; nothing may be lost on the way, whichever task is cancelled. */
  private static void handOver(boolean careful) throws Exception {
    Channel<Integer> channel = Channel.unbounded();
    List<Integer> taken = new ArrayList<>();
    List<Integer> sent = new ArrayList<>();
    try {
      TaskGroup.run(
          group -> {
            group.launch(
                "reader",
                () -> {
                  for (int i = 0; i < 3; i++) {
                    int number = channel.receive();
                    if (!careful) {
                      Selvage.checkpoint();
                    }
                    taken.add(number);
                  }
                });
            for (int i = 0; i < 3; i++) {
              channel.send(i);
              sent.add(i);
            }
          });
    } finally {
      taken.addAll(channel.drain());
      assertThat(taken).isEqualTo(sent);
    }
  }

  @Test
  void everyTaskIsCancelledAtEveryStep() {
    Set<String> cancelled = new HashSet<>();
    Exploration seen =
        Simulation.options()
            .cancelEverywhere(
                3,
                run -> {
                  try {
                    TaskGroup.run(
                        group -> {
                          for (String name : List.of("a", "b")) {
                            group.launch(
                                name,
                                () -> {
                                  try {
                                    Selvage.sleep(ofSeconds(1));
                                    Selvage.sleep(ofSeconds(1));
                                  } finally {
                                    if (Selvage.isCancelled()) {
                                      cancelled.add(name + " at " + run.elapsed());
                                    }
                                  }
                                });
                          }
                        });
                  } finally {
                    if (Selvage.isCancelled()) {
                      cancelled.add("main");
                    }
                  }
                });
    assertThat(seen.runs()).isGreaterThan(30);
    assertThat(cancelled).contains("a at PT0S", "a at PT1S", "b at PT0S", "b at PT1S", "main");
  }

  @Test
  void whatIsCarefulLosesNothing() {
    for (long seed = 0; seed < 20; seed++) {
      Exploration seen = Simulation.options().cancelEverywhere(seed, run -> handOver(true));
      assertThat(seen.complete()).isTrue();
    }
  }

  @Test
  void joiningTheTaskThatWasCancelledOnPurposeIsNoFailure() {
    Set<Boolean> joined = new HashSet<>();
    Simulation.options()
        .cancelEverywhere(
            0,
            run ->
                TaskGroup.run(
                    group -> {
                      Task<Integer> inner = group.fork("inner", () -> nap(1));
                      Task<Integer> outer = group.fork("outer", () -> inner.join() + nap(1));
                      boolean done = false;
                      try {
                        assertThat(outer.join()).isEqualTo(2);
                        done = true;
                      } finally {
                        joined.add(done);
                      }
                    }));
    assertThat(joined).containsExactlyInAnyOrder(true, false);
  }

  private static int nap(int result) throws InterruptedException {
    Selvage.sleep(ofSeconds(1));
    return result;
  }

  @Test
  void whatElseComesOfItIsOne() {
    assertThat(
            Failures.thrownBy(
                () ->
                    Simulation.options()
                        .cancelEverywhere(
                            0,
                            run -> {
                              try {
                                Selvage.sleep(ofSeconds(1));
                              } catch (InterruptedException e) {
                                throw new IllegalStateException("not prepared for it");
                              }
                            })))
        .hasCauseExactlyInstanceOf(IllegalStateException.class);
  }

  @Test
  void aLostNumberIsFoundWithTheCancelledTaskAndReplayed() {
    SimulationFailure failure =
        Failures.thrownBy(() -> Simulation.options().cancelEverywhere(0, run -> handOver(false)));
    assertThat(failure)
        .hasMessageContaining("cancelled before step ")
        .hasMessageContaining("group/reader");
    assertThat(Schedule.parse(failure.schedule().orElseThrow()).cancel()).isNotNull();
    SimulationFailure again =
        Failures.thrownBy(
            () -> Simulation.replay(failure.schedule().orElseThrow(), () -> handOver(false)));
    assertThat(again.kind()).isEqualTo(Kind.FAILED);
    assertThat(again.schedule()).isEqualTo(failure.schedule());
  }
}
