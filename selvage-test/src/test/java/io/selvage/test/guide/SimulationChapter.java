package io.selvage.test.guide;

import static java.time.Duration.ofDays;
import static org.assertj.core.api.Assertions.assertThat;

import io.selvage.Selvage;
import io.selvage.TaskGroup;
import io.selvage.test.Simulation;

/** The code of docs/guide/simulation.md; GuideTest compares it. */
final class SimulationChapter {
  private SimulationChapter() {}

  // @start region="counter"
  static class Counter {
    private int value;

    void increment() throws InterruptedException {
      int seen = value;
      Selvage.checkpoint(); // another task may run here
      value = seen + 1;
    }
  }

  static void countTwice() throws InterruptedException {
    Counter counter = new Counter();
    TaskGroup.run(
        group -> {
          group.launch("a", () -> counter.increment());
          group.launch("b", () -> counter.increment());
        });
    assertThat(counter.value).isEqualTo(2);
  }

  // @end

  static void explore() {
    // @start region="explore"
    Simulation.explore(1_000, () -> countTwice());
    // @end
  }

  static void replay(String schedule) {
    // @start region="replay"
    Simulation.replay(schedule, () -> countTwice());
    // @end
  }

  static void time() {
    // @start region="time"
    Simulation.run(
        1,
        run -> {
          Selvage.sleep(ofDays(365)); // takes no time
          assertThat(run.elapsed()).isEqualTo(ofDays(365));
        });
    // @end
  }
}
