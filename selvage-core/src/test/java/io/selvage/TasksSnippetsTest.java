package io.selvage;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Runs the examples of the Javadoc. */
@ExtendWith(LeakCheck.class)
class TasksSnippetsTest {
  @TempDir Path folder;

  @Test
  void theExamplesDoWhatTheySay() throws Exception {
    assertThat(TasksSnippets.tasks())
        .containsExactly("[page of a, page of b]", "page", "page of mirror", "page of c");
    assertThat(TasksSnippets.map(List.of("a", "b"))).containsExactly("page of a", "page of b");
    Path file = Files.writeString(folder.resolve("a.txt"), "text");
    assertThat(TasksSnippets.mapBlocking(List.of(file, file))).containsExactly("text", "text");
    assertThat(TasksSnippets.outcome("a")).isEqualTo("page of a");
    assertThat(TasksSnippets.outcome("broken"))
        .isEqualTo("no page, because of java.io.IOException: broken");
    assertThat(TasksSnippets.lazy())
        .containsExactly("site with page of config", "feed with page of config");
    assertThat(TasksSnippets.joinAll(List.of("a", "b"))).isEqualTo("page of a, page of b");
    assertThat(TasksSnippets.asCompleted(List.of("a", "b")))
        .hasSize(4)
        .contains("page of a", "page of b");
  }
}
