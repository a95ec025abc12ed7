package io.selvage;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The README says what compiles and runs. */
class ReadmeTest {
  private static final Path ROOT = Path.of("").toAbsolutePath().getParent();
  private static final Path EXAMPLES =
      Path.of("src/test/java/io/selvage/ReadmeExamples.java").toAbsolutePath();

  @Test
  void itsCodeIsTheCodeThatRuns() throws IOException {
    String compiled = bare(Files.readString(EXAMPLES));
    List<String> blocks =
        Pattern.compile("```java\n(.*?)```", Pattern.DOTALL)
            .matcher(Files.readString(ROOT.resolve("README.md")))
            .results()
            .map((MatchResult block) -> bare(block.group(1)))
            .toList();
    assertThat(blocks).isNotEmpty().allSatisfy(block -> assertThat(compiled).contains(block));
  }

  /** Without comments, braces and white space, which the formatter sets as it likes. */
  private static String bare(String code) {
    return code.replaceAll("(?m)//.*$", "").replaceAll("[\\s{}]+", "");
  }

  @Test
  void itsCodeDoesWhatItSays() throws Exception {
    assertThat(ReadmeExamples.theDailyApi())
        .contains("item", "answer 42", 9, false, "fast", true, "pong")
        .contains(List.of("x", "y"), List.of(1, 1), 2, "future")
        .contains("Permit[held] Semaphore[1 free, 0 waiting]");
  }

  @Test
  void itsCommandsAreThoseOfTheLauncher() throws IOException {
    String help = Files.readString(ROOT.resolve("selvage"));
    assertThat(
            Pattern.compile("\\./selvage (\\w+)")
                .matcher(Files.readString(ROOT.resolve("README.md")))
                .results()
                .map(command -> command.group(1))
                .distinct())
        .contains("demo", "test")
        .allSatisfy(command -> assertThat(help).contains("  " + command + " "));
  }
}
