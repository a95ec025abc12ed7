package io.selvage.guide;

import static org.assertj.core.api.Assertions.assertThat;

import io.selvage.process.ProcessLeakCheck;
import io.selvage.process.ProcessSpec;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Runs the code of the chapter on child processes. */
@ExtendWith(ProcessLeakCheck.class)
class ProcessesChapterTest {
  @TempDir Path folder;

  @Test
  void commandsRunToTheirEnds() throws Exception {
    Path one = Files.writeString(folder.resolve("one"), "1");
    Path two = Files.writeString(folder.resolve("two"), "2");
    assertThat(ProcessesChapter.run(folder)).containsExactly("one", "two");
    assertThat(ProcessesChapter.differ(one, two)).isTrue();
    assertThat(ProcessesChapter.differ(one, one)).isFalse();
    Files.writeString(folder.resolve("build.sh"), "echo built");
    assertThat(ProcessesChapter.limit(folder).output()).isEqualTo("built\n");
  }

  @Test
  void inputsAndOutputsHaveTheirPlaces() throws Exception {
    Path file = Files.writeString(folder.resolve("file"), "d\nc\n");
    List<ProcessSpec> specs = ProcessesChapter.places(file);
    assertThat(specs.get(0).run().output()).isEqualTo("a\nb\n");
    assertThat(specs.get(1).run().output()).isEqualTo("c\nd\n");
    assertThat(specs.get(3).run().output()).isEmpty();
    assertThat(file).hasContent("a\nb\n");
    assertThat(specs.get(4).run().output()).isEmpty();
  }

  @Test
  void linesAreCountedAndSent() throws Exception {
    Path log = Files.writeString(folder.resolve("log"), "ERROR 1\nfine\nERROR 2\n");
    assertThat(ProcessesChapter.lines(log)).isEqualTo(2);
    assertThat(ProcessesChapter.quoted(List.of("a", "b"))).containsExactly("> a", "> b");
  }

  @Test
  void aFunctionTakesThePlaceOfAProcess() throws Exception {
    assertThat(ProcessesChapter.fake()).isEqualTo("1.2");
  }
}
