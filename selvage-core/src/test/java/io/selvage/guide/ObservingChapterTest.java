package io.selvage.guide;

import static java.time.Duration.ZERO;
import static java.time.Duration.ofHours;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.selvage.Selvage;
import io.selvage.Task;
import io.selvage.TaskCancelledException;
import io.selvage.TaskFailedException;
import io.selvage.TaskGroup;
import io.selvage.Threads;
import io.selvage.observe.Dump;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Runs the code of the chapters on observing and on exceptions. */
class ObservingChapterTest {

  @Test
  void aDumpShowsWhatEachTaskWaitsFor() throws Exception {
    assertThat(ObservingChapter.dump())
        .contains("group 'server', 2 tasks, deadline in 2", "server/reader", "server/writer");
  }

  @Test
  void theTreeCanBeWalked() throws Exception {
    TaskGroup.run(
        group -> {
          group.launch("sleeper", () -> Selvage.sleep(ofHours(1)));
          Threads.awaitCondition(
              "the sleeper waits",
              () ->
                  ObservingChapter.waitingLongerThan(ZERO, Dump.take().roots())
                      .contains("group/sleeper"));
          assertThat(ObservingChapter.waitingLongerThan(ofHours(1), Dump.take().roots())).isEmpty();
          group.cancel("seen");
        });
  }

  @Test
  void uncaughtFailuresGoToTheHandler() throws Exception {
    List<String> reports = new ArrayList<>();
    ObservingChapter.uncaught((task, failure) -> reports.add(task + ": " + failure.getMessage()));
    assertThat(reports).containsExactly("cache/refresh: no connection");
  }

  @Test
  void cancellationsOfTwoKindsAreToldApart() throws Exception {
    assertThat(ExceptionsChapter.sorted(() -> "done")).isEqualTo("done");
    TaskGroup.run(
        group -> {
          Task<?> cancelled = group.launch("endless", () -> Selvage.sleep(ofHours(1)));
          cancelled.cancel("not needed");
          Task<?> failed = group.launchUnsupervised("broken", ObservingChapterTest::fail);
          assertThatExceptionOfType(TaskCancelledException.class).isThrownBy(cancelled::join);
          assertThatExceptionOfType(TaskFailedException.class).isThrownBy(failed::join);
          assertThat(ExceptionsChapter.sorted(() -> "" + cancelled.resultNow()))
              .isEqualTo("cancelled: not needed");
          assertThat(ExceptionsChapter.sorted(() -> "" + failed.resultNow()))
              .isEqualTo("failed: bug");
        });
  }

  private static void fail() {
    throw new IllegalStateException("bug");
  }

  @Test
  void aRunnableKeepsTheInterrupt() throws Exception {
    ExceptionsChapter.asRunnable(List.of("a", "b")).run();
    Threads.Running<Void> interrupted =
        Threads.Kind.VIRTUAL.run(
            () -> {
              Thread.currentThread().interrupt();
              ExceptionsChapter.asRunnable(List.of("a")).run();
            });
    assertThat(interrupted.flagLeft()).isTrue();
  }
}
