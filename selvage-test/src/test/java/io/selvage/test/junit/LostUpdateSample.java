package io.selvage.test.junit;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.selvage.Selvage;
import io.selvage.TaskGroup;

/**
 * Two tasks that each add 1 by hand. {@link Paste} gives it a schedule, so it uses nothing else.
 */
class LostUpdateSample {
  private int value;

  private void add() throws InterruptedException {
    int seen = value;
    Selvage.checkpoint();
    value = seen + 1;
  }

  @SimulationTest
  void counts() throws Exception {
    TaskGroup.run(
        group -> {
          group.launch(this::add);
          group.launch(this::add);
        });
    assertEquals(2, value);
  }
}
