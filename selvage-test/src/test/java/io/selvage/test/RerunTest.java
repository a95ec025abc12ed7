package io.selvage.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selvage.Selvage;
import io.selvage.TaskGroup;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/** System properties that ask for another run. */
@Isolated
class RerunTest {

  @AfterEach
  void clear() {
    for (String key : List.of("selvage.schedule", "selvage.seed", "selvage.seeds")) {
      System.clearProperty(key);
    }
  }

  private static void racy() throws Exception {
    List<String> order = new ArrayList<>();
    TaskGroup.run(
        group -> {
          group.launch(
              () -> {
                Selvage.checkpoint();
                order.add("a");
              });
          group.fork(() -> order.add("b"));
        });
    assertThat(order).containsExactly("a", "b");
  }

  @Test
  void theScheduleOfThePropertyIsReplayed() {
    SimulationOptions options = Simulation.options().withName("racy");
    SimulationFailure found = Failures.thrownBy(() -> options.explore(100, RerunTest::racy));
    String schedule = found.schedule().orElseThrow();
    assertThat(found)
        .hasMessageContaining("-Dselvage.schedule='" + schedule + "'")
        .hasMessageContaining("SELVAGE_SCHEDULE='" + schedule + "'");

    System.setProperty("selvage.schedule", schedule);
    for (SimulationFailure again :
        List.of(
            Failures.thrownBy(() -> options.explore(100, RerunTest::racy)),
            Failures.thrownBy(() -> options.run(5, RerunTest::racy)),
            Failures.thrownBy(() -> options.cancelEverywhere(5, run -> RerunTest.racy())))) {
      assertThat(again).hasMessageContaining("(run 1, replayed)");
      assertThat(again.schedule()).contains(schedule);
    }
  }

  @Test
  void theScheduleOfAnotherSimulationIsNotMeant() {
    String schedule =
        Simulation.options().withName("other").run(1, () -> Selvage.checkpoint()).schedule();
    System.setProperty("selvage.schedule", schedule);
    assertThat(Simulation.explore(10, () -> {}).runs()).isEqualTo(10);
  }

  @Test
  void theSeedOfThePropertyIsTheOnlyOne() {
    System.setProperty("selvage.seed", "-17");
    List<Long> seeds = new ArrayList<>();
    Simulation.explore(
        10,
        run -> {
          seeds.add(run.seed());
        });
    assertThat(seeds).containsExactly(-17L);
  }

  @Test
  void moreSeedsCanBeAskedFor() {
    System.setProperty("selvage.seeds", "3");
    assertThat(Simulation.explore(10, () -> {}).runs()).isEqualTo(30);
  }

  @Test
  void wrongValuesAreRefused() {
    System.setProperty("selvage.seed", "many");
    assertThatThrownBy(() -> Simulation.explore(10, () -> {}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("selvage.seed must be a number, was 'many'");
    System.clearProperty("selvage.seed");
    System.setProperty("selvage.seeds", "0");
    assertThatThrownBy(() -> Simulation.explore(10, () -> {}))
        .hasMessage("selvage.seeds must be >= 1, was 0");
    System.setProperty("selvage.schedule", "yesterday's");
    assertThatThrownBy(() -> Simulation.explore(10, () -> {}))
        .hasMessageContaining("not a schedule: 'yesterday's'");
  }
}
