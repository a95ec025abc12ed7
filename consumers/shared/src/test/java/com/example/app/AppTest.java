package com.example.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.selvage.Selvage;
import io.selvage.test.SimulationRun;
import io.selvage.test.junit.NoLeaks;
import io.selvage.test.junit.SimulationTest;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The tests of a new user, with both annotations of the test kit. */
class AppTest {

  @SimulationTest(seeds = 20)
  void theProgramIsRightInEachOrder(SimulationRun run) throws Exception {
    assertEquals(7, App.sum());
    assertEquals(List.of("a", "b"), App.pages());
    assertTrue(App.limited().isEmpty());
    Selvage.sleep(Duration.ofDays(1)); // only a simulation ends today
    assertTrue(run.elapsed().compareTo(Duration.ofDays(1)) >= 0);
  }

  @Test
  @NoLeaks
  void theProgramLeavesNothingBehind() throws Exception {
    assertEquals(7, App.sum());
  }
}
