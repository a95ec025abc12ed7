package io.selvage.test.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selvage.test.Simulation;
import io.selvage.test.schedule.Schedule.Cancel;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ScheduleTest {

  @Test
  void choicesAreLettersBehindTheNumberOfUsualOnes() {
    int[] choices = {0, 0, 1, 2, 0, 26, 27, 0, 0, 0, 300};
    String text = Schedule.of("A.b", 17, choices, null, 0xcafe).text();
    assertThat(text).startsWith("sim1:A.b:h:2ab1z(27)3(300)::cafe:");
    assertThat(Schedule.parse(text).plan()).containsExactly(choices);
  }

  @Test
  void whatWasWrittenIsReadAgain() {
    Random random = new Random(1);
    for (int i = 0; i < 500; i++) {
      int[] choices = new int[random.nextInt(200)];
      for (int k = 0; k < choices.length; k++) {
        choices[k] = Math.max(0, random.nextInt(60) - 30);
      }
      int[] trimmed = Decisions.trimmed(choices);
      Cancel cancel = random.nextBoolean() ? null : new Cancel(random.nextInt(9), i);
      Schedule schedule = Schedule.of("x", random.nextLong(), trimmed, cancel, random.nextInt());
      assertThat(Schedule.parse("  " + schedule.text() + "\n")).isEqualTo(schedule);
    }
  }

  @Test
  void namesAreMadeLegal() {
    assertThat(Schedule.legal("My test: 1 + 1")).isEqualTo("My_test__1___1");
  }

  @Test
  void otherTextsAreRefusedWithAReason() {
    assertThatThrownBy(() -> Schedule.parse("hello"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("not a schedule: 'hello'; copy the whole of sim1:... from the failure");
    assertThatThrownBy(() -> Schedule.parse("sim9:x:0:::1:1"))
        .hasMessage("schedule is of another version: 'sim9:x:0:::1:1'; this one writes sim1");
    String good = Schedule.of("A.b", 17, new int[] {1, 2}, null, 0xcafe).text();
    assertThatThrownBy(() -> Schedule.parse(good.replace("ab", "ba")))
        .hasMessageContaining("schedule is damaged");
    assertThatThrownBy(() -> Schedule.parse(good.substring(0, good.length() - 2)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Simulation.replay("", () -> {}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("not a schedule");
  }
}
