package io.selvage.test.foundation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selvage.CancelScope;
import io.selvage.Selvage;
import io.selvage.function.ThrowingFunction;
import io.selvage.process.ProcessFailedException;
import io.selvage.process.ProcessResult;
import io.selvage.process.ProcessSpec;
import io.selvage.test.Simulation;
import io.selvage.test.SimulationFailure;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Processes and simulations: a real one is refused, a function takes its place. */
class ProcessSimulationTest {

  /** The code under test: it gets the way to run a command. */
  private static Optional<String> version(
      ThrowingFunction<ProcessSpec, ProcessResult, RuntimeException> runner)
      throws InterruptedException {
    return CancelScope.moveOnAfter(Duration.ofSeconds(2))
        .call(() -> runner.apply(ProcessSpec.of("tool", "--version")).orThrow().output());
  }

  @Test
  void aProcessIsRefusedAndTheMessageSaysWhatToDo() {
    assertThatThrownBy(() -> Simulation.run(1, () -> version(ProcessSpec::run)))
        .isInstanceOf(SimulationFailure.class)
        .hasStackTraceContaining(
            "IllegalStateException: process 'tool --version' cannot be started on main, a simulated"
                + " thread: no seed decides what a process does. Give the code under test a"
                + " function in place of ProcessSpec::run");
  }

  @Test
  void aFunctionTakesItsPlace() {
    Simulation.explore(
        20,
        () -> {
          assertThat(version(spec -> new ProcessResult(List.of("tool"), 0, "1.2", "")))
              .contains("1.2");
          assertThat(
                  version(
                      spec -> {
                        Selvage.sleep(Duration.ofHours(1)); // virtual time
                        throw new AssertionError("was not cancelled");
                      }))
              .isEmpty();
          assertThatThrownBy(
                  () -> version(spec -> new ProcessResult(List.of("tool"), 1, "", "no such flag")))
              .isInstanceOf(ProcessFailedException.class)
              .hasMessageEndingWith("no such flag");
        });
  }
}
