package io.selvage.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.selvage.test.SimulationFailure.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** docs/simulation.md says what compiles and runs, and what comes of it. */
class SimulationPageTest {
  private static final Path PAGE =
      Path.of("").toAbsolutePath().resolveSibling("docs").resolve("simulation.md");
  private static final Path CODE =
      Path.of("src/test/java/io/selvage/test/SimulationPage.java").toAbsolutePath();

  private static List<String> blocks(String language) throws IOException {
    return Pattern.compile("```" + language + "\n(.*?)```", Pattern.DOTALL)
        .matcher(Files.readString(PAGE))
        .results()
        .map(block -> block.group(1))
        .toList();
  }

  /** Without comments, braces and white space, which the formatter sets as it likes. */
  private static String bare(String code) {
    return code.replaceAll("(?m)//.*$", "").replaceAll("[\\s{}]+", "");
  }

  private static SimulationFailure failureOfTheBank() {
    return catchThrowableOfType(SimulationFailure.class, SimulationPage::moneyIsNeitherMadeNorLost);
  }

  @Test
  void itsCodeIsTheCodeThatRuns() throws IOException {
    String compiled = bare(Files.readString(CODE));
    assertThat(blocks("java"))
        .hasSizeGreaterThan(5)
        .allSatisfy(block -> assertThat(compiled).contains(bare(block)));
  }

  /** Which steps there are inside of operations may change; what a failure is made of may not. */
  @Test
  void itsFailureIsTheOneThatComes() throws IOException {
    String shown = blocks("text").getFirst();
    String real = failureOfTheBank().getMessage();
    assertThat(masked(shown)).startsWith(masked(upTo("the last steps", real)));
    assertThat(shown).contains("Channel.send  (held up)");
    assertThat(real).contains("Channel.send  (held up)");
  }

  private static String upTo(String line, String message) {
    return message.substring(0, message.indexOf(line));
  }

  private static String masked(String text) {
    return text.replaceAll("(sim1:[^:]+):[^'\"]*", "$1:...").replaceAll("\\d+", "0").strip();
  }

  @Test
  void theBankIsReplayed() {
    String schedule = failureOfTheBank().schedule().orElseThrow();
    assertThatExceptionOfType(SimulationFailure.class)
        .isThrownBy(() -> SimulationPage.replay(schedule))
        .satisfies(again -> assertThat(again.kind()).isEqualTo(Kind.FAILED))
        .withMessageContaining("replayed)");
    System.setProperty("selvage.schedule", schedule);
    try {
      assertThatExceptionOfType(SimulationFailure.class)
          .isThrownBy(SimulationPage::moneyIsNeitherMadeNorLost)
          .withMessageContaining("replayed)");
    } finally {
      System.clearProperty("selvage.schedule");
    }
  }

  @Test
  void theMendedBankPasses() {
    assertThat(SimulationPage.everySchedule().complete()).isTrue();
    SimulationPage.invariant();
    SimulationPage.sameEachTime();
  }

  @Test
  void timePassesAsItSays() {
    SimulationPage.aDay();
    assertThat(SimulationPage.delays()).hasSize(2);
    SimulationPage.faults();
  }

  @Test
  void theHastyBankFailsOnlyIfItIsCancelled() throws IOException {
    assertThat(
            Simulation.explore(200, () -> SimulationPage.payTwice(new SimulationPage.HastyBank()))
                .runs())
        .isEqualTo(200);
    SimulationFailure lost =
        catchThrowableOfType(
            SimulationFailure.class,
            () -> SimulationPage.cancelEverywhere(SimulationPage.HastyBank::new));
    assertThat(masked(blocks("text").get(1)))
        .isEqualTo(masked(upTo("run it again", lost.getMessage())));
    assertThat(SimulationPage.cancelEverywhere(SimulationPage.MendedBank::new).complete()).isTrue();
  }
}
