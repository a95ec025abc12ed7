package io.selvage.test;

import static org.assertj.core.api.Assertions.assertThat;

import io.selvage.Selvage;
import io.selvage.TaskGroup;
import io.selvage.test.schedule.Schedule;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ShorteningTest {

  /** Goes wrong if the second task gets between two steps of the first, somewhere in the middle. */
  private static void needsOneSwitch() throws Exception {
    int[] phase = {0};
    boolean[] bad = {false};
    TaskGroup.run(
        group -> {
          group.launch(
              () -> {
                for (int i = 0; i < 20; i++) {
                  phase[0] = i;
                  Selvage.throwIfCancelled();
                }
              });
          group.launch(
              () -> {
                Selvage.throwIfCancelled();
                bad[0] = phase[0] == 7;
              });
        });
    assertThat(bad[0]).isFalse();
  }

  @Test
  void onlyTheSwitchesThatMatterAreLeft() {
    SimulationFailure longOne =
        Failures.thrownBy(
            () ->
                Simulation.options()
                    .withStrategy(Strategy.random())
                    .withoutShortening()
                    .explore(2000, ShorteningTest::needsOneSwitch));
    SimulationFailure shortOne =
        Failures.thrownBy(
            () ->
                Simulation.options()
                    .withStrategy(Strategy.random())
                    .explore(2000, ShorteningTest::needsOneSwitch));
    assertThat(shortOne.seed()).isEqualTo(longOne.seed());
    assertThat(unusual(longOne)).isGreaterThan(3);
    assertThat(unusual(shortOne)).isLessThanOrEqualTo(3);
    assertThat(shortOne).hasMessageContaining("shortened from " + unusual(longOne) + " switches");
    assertThat(
            Failures.thrownBy(
                () ->
                    Simulation.replay(
                        shortOne.schedule().orElseThrow(), ShorteningTest::needsOneSwitch)))
        .isNotNull();
  }

  private static long unusual(SimulationFailure failure) {
    List<Integer> choices = Schedule.parse(failure.schedule().orElseThrow()).choices();
    return choices.stream().filter(choice -> choice != 0).count();
  }

  /** It must not turn one failure into another. */
  @Test
  void theKindOfFailureStays() {
    int[] runs = {0};
    SimulationFailure failure =
        Failures.thrownBy(
            () ->
                Simulation.explore(
                    10,
                    () -> {
                      if (runs[0]++ == 0) {
                        throw new IllegalStateException("first");
                      }
                      throw new IllegalArgumentException("later");
                    }));
    assertThat(failure)
        .hasCauseExactlyInstanceOf(IllegalStateException.class)
        .hasMessageContaining("it does not fail again in the same way");
  }

  @Test
  void whatFailsWithoutSwitchesIsAsItWasFound() {
    SimulationFailure failure =
        Failures.thrownBy(
            () ->
                Simulation.explore(
                    10,
                    () -> {
                      throw new IllegalStateException("always");
                    }));
    assertThat(failure).hasMessageContaining("(run 1, as it was found, without switches)");
  }

  @Test
  void shorteningKeepsTheBugItWasGiven() {
    SimulationFailure failure =
        Failures.thrownBy(
            () -> Simulation.options().withFirstSeed(28).explore(2000, ShorteningTest::twoBugs));
    SimulationFailure asFound =
        Failures.thrownBy(
            () ->
                Simulation.options()
                    .withFirstSeed(28)
                    .withoutShortening()
                    .explore(2000, ShorteningTest::twoBugs));
    assertThat(failure.seed()).isEqualTo(asFound.seed());
    assertThat(failure.getCause().getCause().getClass())
        .isEqualTo(asFound.getCause().getCause().getClass());
  }

  /** Which of two exceptions is thrown depends on the order. */
  private static void twoBugs() throws Exception {
    List<String> order = new ArrayList<>();
    TaskGroup.run(
        group -> {
          for (String name : List.of("a", "b", "c")) {
            group.launch(
                () -> {
                  Selvage.throwIfCancelled();
                  order.add(name);
                  if (order.size() == 3 && name.equals("a")) {
                    throw order.getFirst().equals("b")
                        ? new IllegalStateException("one")
                        : new IllegalArgumentException("other");
                  }
                });
          }
        });
  }
}
