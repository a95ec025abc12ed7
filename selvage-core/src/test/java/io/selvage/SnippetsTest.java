package io.selvage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selvage.observe.Dump;
import java.io.FileNotFoundException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs the examples of the Javadoc. */
class SnippetsTest {
  @TempDir Path folder;

  @Test
  void theExamplesDoWhatTheySay() throws Exception {
    Path file = Files.writeString(folder.resolve("a.txt"), "text");
    assertThat(Snippets.sum()).isEqualTo(9);
    assertThat(Snippets.limited(List.of(file, file))).containsExactly("text", "text");
    assertThat(Snippets.start()).isEqualTo("served on 8080");
    assertThat(Snippets.onEnd()).containsExactly("group/sum SUCCEEDED");
    assertThat(Snippets.failures(() -> {})).isEqualTo("loaded");
    assertThat(Snippets.failures(SnippetsTest::fail))
        .isEqualTo("1 failed\ntask 'group/load' failed: java.lang.IllegalStateException: bug");
    assertThat(Snippets.loop()).isEqualTo("1 and 2");
    assertThat(Snippets.readAll(file)).isEqualTo("text");
    assertThat(Snippets.threadPool(List.of(file, file))).containsExactly("text", "text");
    assertThat(Snippets.scope(file)).contains("read");
    assertThat(Snippets.deadline()).isEqualTo("both");
    assertThat(Snippets.enter()).isFalse();
    assertThat(Snippets.scopeGroup()).isEqualTo("interrupted");
    assertThat(Snippets.channel()).isEqualTo(6);
    assertThat(Snippets.priority()).containsExactly("urgent", "yes", "no");
    assertThat(Snippets.load(file)).isEqualTo("text");
    assertThat(Snippets.dump()).contains("group 'server', 2 tasks, deadline in 2");
    assertThat(Snippets.waitingLongerThan(Threads.LONG, Dump.take().roots())).isEmpty();
    assertThat(Snippets.timeLimits()).isEqualTo("pagefalse");
  }

  private static void fail() {
    throw new IllegalStateException("bug");
  }

  @Test
  void aCheckedExceptionLeavesTheGroupWithItsType() {
    assertThatThrownBy(Snippets::rethrow)
        .isInstanceOf(FileNotFoundException.class)
        .hasMessage("no such file");
  }

  @Test
  void aChannelWithANameShowsIt() throws Exception {
    assertThat(Snippets.channelOptions()).isEqualTo("Channel[orders, 1 queued, 0 waiting]");
  }

  @Test
  void aLoopWithAWatchdogReportsNothingIfAllGoesWell() throws Exception {
    assertThat(Snippets.loopOptions()).isEmpty();
    assertThat(Loop.options().withName("ui").withWatchdog(Threads.LONG, stall -> {}))
        .hasToString("Loop.Options[ui, " + Threads.LONG + "]");
  }
}
