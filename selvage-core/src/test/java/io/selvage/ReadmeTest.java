package io.selvage;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The README says what compiles and runs. */
class ReadmeTest {
  private static final Path README = CodePages.ROOT.resolve("README.md");
  private static final Path EXAMPLES =
      Path.of("src/test/java/io/selvage/ReadmeExamples.java").toAbsolutePath();

  @Test
  void helloRuns(@TempDir Path folder) throws Exception {
    Path hello =
        Files.writeString(
            folder.resolve("Hello.java"), CodePages.blocks(README, "java").getFirst());
    ChildJvm.Result result = new ChildJvm().runSource(Duration.ofMinutes(1), hello);
    assertThat(result.output()).isEqualTo("Hello 42" + System.lineSeparator());
    assertThat(result.status()).isZero();
  }

  @Test
  void theCodeOfTheToursIsTheCodeThatRuns() throws IOException {
    String compiled = CodePages.bare(Files.readString(EXAMPLES));
    List<String> blocks = CodePages.blocks(README, "java");
    List<String> tours = blocks.subList(1, blocks.size());
    assertThat(tours)
        .hasSize(5)
        .allSatisfy(block -> assertThat(compiled).contains(CodePages.bare(block)));
  }

  @Test
  void theToursDoWhatTheySay() throws Exception {
    assertThat(ReadmeExamples.tasks())
        .containsExactly(List.of("x", "y"), "fast", List.of(1, 1), false);
    assertThat(ReadmeExamples.cancellation()).containsExactly(false, "fast", true);
    assertThat(ReadmeExamples.channels())
        .containsExactly("last", "Permit[held] Semaphore[1 free, 0 waiting]", "got item");
    assertThat(ReadmeExamples.loops()).isEqualTo(2);
    assertThat(ReadmeExamples.services()).containsExactly("answer 42", "a\nb\n", "pong", "future");
  }

  @Test
  void theCommandsOfTheReadmeAreThoseOfTheLauncher() throws IOException {
    String help = Files.readString(CodePages.ROOT.resolve("selvage"));
    assertThat(
            Pattern.compile("\\./selvage (\\w+)")
                .matcher(Files.readString(README))
                .results()
                .map(command -> command.group(1))
                .distinct())
        .contains("demo", "test")
        .allSatisfy(command -> assertThat(help).contains("  " + command + " "));
  }
}
