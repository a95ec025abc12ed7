package io.selvage.test.guide;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.selvage.TaskGroup;
import io.selvage.channel.Channel;
import io.selvage.test.Failures;
import io.selvage.test.SimulationFailure;
import io.selvage.test.SimulationFailure.Kind;
import io.selvage.test.junit.SimulationTest;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Runs the code of the chapter on simulation. */
class SimulationChapterTest {

  @Test
  void theLostUpdateIsFoundAndReplayed() {
    SimulationFailure found = Failures.thrownBy(SimulationChapter::explore);
    assertThat(found.kind()).isEqualTo(Kind.FAILED);
    assertThat(found)
        .hasMessageContaining("SimulationChapter.explore")
        .hasMessageContaining("sim1:");
    assertThatExceptionOfType(SimulationFailure.class)
        .isThrownBy(() -> SimulationChapter.replay(found.schedule().orElseThrow()))
        .withMessageContaining("replayed)");
  }

  // @start region="annotation"
  @SimulationTest(seeds = 1_000)
  void allItemsArrive() throws InterruptedException {
    Channel<Integer> numbers = Channel.unbounded();
    List<Integer> received = new ArrayList<>();
    TaskGroup.run(
        group -> {
          group.launch(() -> numbers.forEach(received::add));
          numbers.send(1);
          numbers.send(2);
          numbers.close();
        });
    assertThat(received).containsExactly(1, 2);
  }

  // @end

  @Test
  void aYearTakesNoTime() {
    SimulationChapter.time();
  }
}
