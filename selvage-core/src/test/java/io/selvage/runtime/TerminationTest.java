package io.selvage.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selvage.ChildJvm;
import io.selvage.LeakCheck;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Real signals end a program as a shell expects. */
@ExtendWith(LeakCheck.class)
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "it has no such signals")
class TerminationTest {
  private static final int INT = 128 + 2;
  private static final int TERM = 128 + 15;

  private static ChildJvm.Result run(String way, String... options) throws Exception {
    ChildJvm jvm = new ChildJvm();
    for (String option : options) {
      jvm.with(option);
    }
    ChildJvm.Result result = jvm.run(Duration.ofSeconds(40), TerminationProgram.class, way);
    assertThat(result.ended()).as(result.output()).isTrue();
    return result;
  }

  @ParameterizedTest
  @CsvSource({"term, TERM, 143", "int, INT, 130"})
  void aSignalCancelsTheBodyAndTheTasksAndItsNumberIsInTheStatus(
      String way, String signal, int status) throws Exception {
    ChildJvm.Result result = run(way);
    assertThat(result.output()).contains("body: ").contains("signal " + signal);
    assertThat(result.output().lines()).doesNotContain("end");
    assertThat(result.status()).isEqualTo(status);
  }

  @Test
  void aSecondSignalEndsTheProcessAtOnce() throws Exception {
    ChildJvm.Result result = run("twice");
    assertThat(result.output().lines()).containsExactly("cleaning up");
    assertThat(result.status()).isEqualTo(TERM);
  }

  @Test
  void whenTheGraceIsOverTheProcessEndsAndSaysWhatStillRuns() throws Exception {
    ChildJvm.Result result = run("grace");
    assertThat(result.output())
        .contains("cleaning up")
        .contains("SelvageRuntime[app, 0 running, closed] did not end within PT0.05S")
        .contains("after signal TERM; the process ends now. What still runs:")
        .contains("Selvage.sleep");
    assertThat(result.status()).isEqualTo(TERM);
  }

  @Test
  void aFailureOfTheCleanUpIsNotLost() throws Exception {
    ChildJvm.Result result = run("failing");
    assertThat(result.output())
        .contains("the last call of SelvageRuntime[app")
        .contains("failed, and signal TERM ends the process")
        .contains("java.io.IOException: of the clean-up");
    assertThat(result.status()).isEqualTo(TERM);
  }

  @Test
  void aFailureBeforeTheSignalIsNotLost() throws Exception {
    ChildJvm.Result result = run("failed before");
    assertThat(result.output())
        .contains("the last call of SelvageRuntime[app")
        .contains("java.io.IOException: of the body");
    assertThat(result.status()).isEqualTo(TERM);
  }

  @Test
  void aShutdownHookMayCloseTheRuntime() throws Exception {
    ChildJvm.Result result = run("hook");
    assertThat(result.status()).isEqualTo(TERM);
  }

  @Test
  void aSecondSignalEndsTheProcessWhileItsHooksRun() throws Exception {
    ChildJvm.Result result = run("hanging hook");
    assertThat(result.output().lines()).contains("in the hook");
    assertThat(result.status()).isEqualTo(TERM);
  }

  @Test
  void aLogThatBlocksDoesNotDelayTheEndOfTheGrace() throws Exception {
    ChildJvm.Result result = run("blocked log");
    assertThat(result.output().lines()).contains("the log blocks");
    assertThat(result.status()).isEqualTo(TERM);
  }

  @Test
  void withoutASignalNothingIsDifferent() throws Exception {
    ChildJvm.Result result = run("none");
    assertThat(result.output().lines()).containsExactly("worked", "end");
    assertThat(result.status()).isZero();
  }

  @Test
  void afterTheEndOfTheRuntimeASignalDoesWhatItDidBefore() throws Exception {
    ChildJvm.Result result = run("late");
    assertThat(result.output().lines()).containsExactly("worked");
    assertThat(result.status()).isEqualTo(TERM);
  }

  @Test
  void aRuntimeAsAnObjectEndsTheProcessWhenItIsClosed() throws Exception {
    ChildJvm.Result result = run("object");
    assertThat(result.output().lines()).contains("left").doesNotContain("end");
    assertThat(result.status()).isEqualTo(TERM);
  }

  @Test
  void signalsThatTheJvmKeepsAreRefusedWhenTheRuntimeIsOpened() throws Exception {
    assertThatThrownBy(() -> SelvageRuntime.options().withTerminationSignals("KILL").open())
        .isInstanceOf(IllegalArgumentException.class);
    ChildJvm.Result result = run("none", "-Xrs");
    assertThat(result.output()).contains("IllegalStateException").contains("-Xrs");
    assertThat(result.status()).isEqualTo(1);
  }

  @Test
  void optionsAreCheckedAtOnce() {
    assertThatThrownBy(() -> SelvageRuntime.options().withTerminationSignals())
        .hasMessage("names must have one or more names of signals such as \"TERM\", was empty");
    assertThatThrownBy(() -> SelvageRuntime.options().withGrace(Duration.ofMillis(-1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("grace");
    assertThat(SelvageRuntime.options().withTerminationSignals("TERM", "INT"))
        .hasToString("RuntimeOptions[runtime, ended by [TERM, INT] with grace PT10S]");
  }
}
