package io.selvage.test.planted;

import static org.assertj.core.api.Assertions.assertThat;

import io.selvage.test.Exploration;
import io.selvage.test.Failures;
import io.selvage.test.Simulation;
import io.selvage.test.SimulationFailure;
import io.selvage.test.SimulationFailure.Kind;
import io.selvage.test.SimulationOptions;
import io.selvage.test.Strategy;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Programs with known bugs: the kit finds each of them, and nothing in the mended programs. */
class PlantedBugsTest {
  private static final int SCHEDULES = 20_000;
  private static final Pattern UNUSUAL = Pattern.compile("[a-z]|\\(\\d+\\)");
  private static final Map<Bug, SimulationFailure> FOUND = new HashMap<>();

  static List<Bug> all() {
    return Bug.ALL;
  }

  /** Explores the buggy program, once for all tests. */
  private static SimulationFailure failureOf(Bug bug) {
    return FOUND.computeIfAbsent(
        bug, key -> Failures.thrownBy(() -> key.options().explore(key.seeds(), key.buggy())));
  }

  private static String scheduleOf(Bug bug) {
    return failureOf(bug).schedule().orElseThrow();
  }

  @ParameterizedTest
  @MethodSource("all")
  void isFoundWithinItsSeeds(Bug bug) {
    assertThat(failureOf(bug).kind()).isEqualTo(bug.kind());
    assertThat(failureOf(bug).seed()).isBetween(0L, bug.seeds() - 1L);
  }

  @ParameterizedTest
  @MethodSource("all")
  void isReplayedStepByStep(Bug bug) {
    SimulationFailure again =
        Failures.thrownBy(() -> bug.options().replay(scheduleOf(bug), bug.buggy()));
    assertThat(again.kind()).isEqualTo(bug.kind());
    assertThat(again.schedule()).isEqualTo(failureOf(bug).schedule());
    assertThat(again).hasMessageContaining("(run 1, replayed)");
  }

  @ParameterizedTest
  @MethodSource("all")
  void isShortened(Bug bug) {
    long left = UNUSUAL.matcher(scheduleOf(bug).split(":", -1)[3]).results().count();
    assertThat(left).isLessThanOrEqualTo(bug.switches());
    assertThat(failureOf(bug)).hasMessageContaining("shortened from ");
  }

  /** It is the worker that has found no job, and does not sleep yet. */
  @Test
  void theFailureShowsWhichTaskWasHeldUpWhere() {
    assertThat(failureOf(Bug.ALL.getFirst()))
        .hasMessageContaining("  group/worker             Channel.send  (held up)  ")
        .hasMessageContaining("LostWakeUp.java:");
  }

  @ParameterizedTest
  @MethodSource("all")
  void theMendedProgramPassesTheSameExploration(Bug bug) {
    Exploration seen = bug.options().explore(bug.seeds(), bug.mended());
    assertThat(seen.runs()).isEqualTo(bug.seeds());
  }

  @ParameterizedTest
  @MethodSource("all")
  void theMendedProgramPassesTheScheduleOrIsAnotherProgram(Bug bug) {
    try {
      var unused = bug.options().replay(scheduleOf(bug), bug.mended());
    } catch (SimulationFailure other) {
      assertThat(other.kind()).isEqualTo(Kind.OTHER_PROGRAM);
    }
  }

  @ParameterizedTest
  @MethodSource("all")
  void theMendedProgramPassesAllSchedulesWithFewPreemptions(Bug bug) {
    Exploration all = exhaustive(bug, bug.searched()).explore(SCHEDULES, bug.mended());
    assertThat(all.complete()).isTrue();
  }

  @ParameterizedTest
  @MethodSource("all")
  void needsTwoPreemptionsAtMost(Bug bug) {
    SimulationFailure found =
        Failures.thrownBy(() -> exhaustive(bug, 2).explore(SCHEDULES, bug.buggy()));
    assertThat(found.kind()).isEqualTo(bug.kind());
  }

  private static SimulationOptions exhaustive(Bug bug, int preemptions) {
    return bug.options().withStrategy(Strategy.exhaustive(preemptions));
  }

  @Test
  void cancelEverywhereFindsForgottenCancelHandlingByItself() {
    SimulationOptions options = Simulation.options();
    SimulationFailure found =
        Failures.thrownBy(
            () -> options.cancelEverywhere(0, run -> ForgottenCancel.buggyUncancelled()));
    assertThat(found.kind()).isEqualTo(Kind.FAILED);
    assertThat(found).hasMessageContaining("cancelled before step ");
    assertThat(options.cancelEverywhere(0, run -> ForgottenCancel.mendedUncancelled()).complete())
        .isTrue();
  }
}
