package io.selvage.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.selvage.test.SimulationFailure.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The code of docs/simulation.md does what the page says, and prints what it shows. */
class SimulationPageTest {
  private static final Path PAGE =
      Path.of("").toAbsolutePath().resolveSibling("docs").resolve("simulation.md");

  /** The blocks of the page that show the output of a program. */
  private static List<String> outputs() throws IOException {
    return Pattern.compile("```text\n(.*?)```", Pattern.DOTALL)
        .matcher(Files.readString(PAGE))
        .results()
        .map(block -> block.group(1))
        .toList();
  }

  private static SimulationFailure failureOfTheBank() {
    return Failures.thrownBy(SimulationPage::moneyIsNeitherMadeNorLost);
  }

  /** Which steps there are inside of operations may change; what a failure is made of may not. */
  @Test
  void itsFailureIsTheOneThatComes() throws IOException {
    String shown = outputs().getFirst();
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
        Failures.thrownBy(() -> SimulationPage.cancelEverywhere(SimulationPage.HastyBank::new));
    assertThat(masked(outputs().get(1))).isEqualTo(masked(upTo("run it again", lost.getMessage())));
    assertThat(SimulationPage.cancelEverywhere(SimulationPage.MendedBank::new).complete()).isTrue();
  }
}
