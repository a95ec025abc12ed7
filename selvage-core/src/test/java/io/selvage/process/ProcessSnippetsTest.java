package io.selvage.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Runs the examples of the Javadoc. */
@ExtendWith(ProcessLeakCheck.class)
class ProcessSnippetsTest {

  @Test
  void aCommandIsRun(@TempDir Path folder) throws Exception {
    assertThat(ProcessSnippets.run(folder)).isEqualTo("b\na\n");
  }

  @Test
  void aTimeLimitEndsTheProcess() throws Exception {
    assertThat(ProcessSnippets.limit()).isEmpty();
  }

  @Test
  void linesAreReadWhileTheProcessRuns() throws Exception {
    assertThat(ProcessSnippets.lines()).isEqualTo(4);
  }

  @Test
  void aProcessAnswers() throws Exception {
    List<String> log = new ArrayList<>();
    ProcessSnippets.start(log);
    assertThat(log).containsExactly("answer one");
  }
}
