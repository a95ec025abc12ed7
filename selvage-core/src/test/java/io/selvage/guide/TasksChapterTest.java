package io.selvage.guide;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.selvage.TaskFailedException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Runs the code of the chapters on getting started, and on tasks and failure. */
class TasksChapterTest {

  @Test
  void theFirstProgramPrintsItsGreeting() throws Exception {
    PrintStream before = System.out;
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
    try {
      Hello.main(new String[0]);
    } finally {
      System.setOut(before);
    }
    assertThat(printed.toString(StandardCharsets.UTF_8)).contains("Ada lives in London");
  }

  @Test
  void theFirstStepsDoWhatTheySay() throws Exception {
    assertThat(GettingStartedChapter.lengths(List.of("a", "bc"))).containsExactly(9, 10);
    assertThat(GettingStartedChapter.limited()).isEqualTo("page of /front");
    assertThat(GettingStartedChapter.channel()).containsExactly("one", "two");
  }

  @Test
  void aGroupReturnsWhatItsBodyReturns() throws Exception {
    assertThat(TasksChapter.group(() -> "front", () -> 3))
        .isEqualTo(new TasksChapter.Page("front", 3));
    assertThat(TasksChapter.options(List.of("a", "b", "c", "d", "e")))
        .startsWith("page of a")
        .hasSize(5);
  }

  @Test
  void theFirstFailureIsTheCause() throws Exception {
    assertThat(TasksChapter.load("a")).isEqualTo("page of a");
    assertThatExceptionOfType(IOException.class)
        .isThrownBy(() -> TasksChapter.load("broken"))
        .withMessage("cannot read broken");
    assertThatExceptionOfType(TaskFailedException.class)
        .isThrownBy(() -> TasksChapter.options(List.of("endless", "broken")))
        .withMessage("task 'load/broken' failed: java.io.IOException: cannot read broken");
  }

  @Test
  void collectedFailuresAreAllOfThem() throws Exception {
    assertThat(TasksChapter.collect(List.of("broken1", "fine", "broken2")))
        .containsExactlyInAnyOrder(
            "group/broken1: cannot read broken1", "group/broken2: cannot read broken2");
  }

  @Test
  void isolatedFailuresLeaveTheGroupAlone() throws Exception {
    assertThat(TasksChapter.outcome("a")).isEqualTo("page of a");
    assertThat(TasksChapter.outcome("broken")).isEqualTo("no page: cannot read broken");
    assertThat(TasksChapter.unsupervised("a")).isEqualTo("page of a");
    assertThat(TasksChapter.unsupervised("broken")).isEqualTo("no page");
  }

  @Test
  void bothKindsOfCheckedExceptionsGetOut() throws Exception {
    TasksChapter.Store unreadable =
        () -> {
          throw new IOException("disk");
        };
    TasksChapter.Store locked =
        () -> {
          throw new SQLException("locked");
        };
    TasksChapter.copyOrThrow(() -> {});
    TasksChapter.copyWrapped(() -> {});
    TasksChapter.copyNamed(() -> {});
    assertThatExceptionOfType(IOException.class)
        .isThrownBy(() -> TasksChapter.copyOrThrow(unreadable));
    assertThatExceptionOfType(UncheckedIOException.class)
        .isThrownBy(() -> TasksChapter.copyWrapped(unreadable));
    assertThatExceptionOfType(SQLException.class)
        .isThrownBy(() -> TasksChapter.copyWrapped(locked));
    assertThatExceptionOfType(IOException.class)
        .isThrownBy(() -> TasksChapter.copyNamed(unreadable));
    assertThatExceptionOfType(SQLException.class).isThrownBy(() -> TasksChapter.copyNamed(locked));
  }
}
