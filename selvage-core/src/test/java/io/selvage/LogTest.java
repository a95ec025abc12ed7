package io.selvage;

import static io.selvage.Threads.awaitCondition;
import static org.assertj.core.api.Assertions.assertThat;

import io.selvage.kernel.Log;
import io.selvage.service.LogCapture;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What a log record names; a logger of the program can do no harm to the library. */
@ExtendWith(LeakCheck.class)
final class LogTest {
  private static final IOException FAILURE = new IOException("x");

  @Test
  void aRecordHasTheLoggerOfItsSubjectAndTheClassOfItsReporter() throws Exception {
    try (LogCapture log = new LogCapture()) {
      Log.error(TaskGroup.class, "message {0}", FAILURE);
      Log.warning(TaskGroup.class, "warning");
      Log.error("of all", FAILURE);
      assertThat(log.records())
          .extracting(LogCapture.Logged::logger)
          .containsExactly("io.selvage.TaskGroup", "io.selvage.TaskGroup", "io.selvage");
      assertThat(log.records())
          .extracting(LogCapture.Logged::source)
          .containsOnly(getClass().getName());
      assertThat(log.messages())
          .containsExactly("SEVERE: message {0}", "WARNING: warning", "SEVERE: of all");
      assertThat(log.records().getFirst().thrown()).isSameAs(FAILURE);
    }
  }

  @Test
  void anythingThatALoggerThrowsIsDropped() throws Exception {
    for (Throwable thrown :
        List.of(
            new IllegalStateException("x"),
            new OutOfMemoryError("x"),
            new StackOverflowError("x"),
            new LinkageError("x"))) {
      Runnable failing =
          () -> {
            if (thrown instanceof Error error) {
              throw error;
            }
            throw (RuntimeException) thrown;
          };
      try (LogCapture log = new LogCapture(failing)) {
        Log.error(TaskGroup.class, "x", FAILURE);
        Log.error("x", FAILURE);
        Log.warning(TaskGroup.class, "x", FAILURE);
        Log.warning(TaskGroup.class, "x");
        assertThat(log.records()).hasSize(4);
      }
    }
  }

  /** The thread computes when it is cancelled, so its flag is set when it logs. */
  @Test
  void aHandlerSeesNoInterruptOfOursAndTheThreadIsToldAfterwards() throws Exception {
    List<Boolean> seen = new CopyOnWriteArrayList<>();
    List<Boolean> after = new CopyOnWriteArrayList<>();
    CancelScope scope = CancelScope.create();
    try (LogCapture log = new LogCapture(() -> seen.add(Thread.currentThread().isInterrupted()))) {
      scope.run(
          () -> {
            Thread canceller = Thread.ofPlatform().start(scope::cancel);
            Thread self = Thread.currentThread();
            awaitCondition("the interrupt has arrived", self::isInterrupted);
            Log.error(TaskGroup.class, "x", FAILURE);
            awaitCondition("it is told again", self::isInterrupted);
            after.add(self.isInterrupted());
            assertThat(log.records()).hasSize(1);
            Thread.interrupted();
            canceller.join();
          });
    }
    assertThat(seen).containsExactly(false);
    assertThat(after).containsExactly(true);
    assertThat(Thread.currentThread().isInterrupted()).isFalse();
  }

  @Test
  void anInterruptFromOutsideStays() throws Exception {
    try (LogCapture log = new LogCapture()) {
      Thread.currentThread().interrupt();
      Log.error(TaskGroup.class, "x", FAILURE);
      assertThat(Thread.interrupted()).isTrue();
      assertThat(log.records()).hasSize(1);
    }
  }

  @Test
  void aThreadWithoutANameIsToldByKindAndNumber() throws Exception {
    Thread virtual = Thread.ofVirtual().unstarted(() -> {});
    Thread platform = Thread.ofPlatform().name("").unstarted(() -> {});
    assertThat(io.selvage.kernel.Threads.nameOf(virtual))
        .isEqualTo("unnamed virtual thread #" + virtual.threadId());
    assertThat(io.selvage.kernel.Threads.nameOf(platform))
        .isEqualTo("unnamed platform thread #" + platform.threadId());
    assertThat(io.selvage.kernel.Threads.nameOf(Thread.ofVirtual().name("n").unstarted(() -> {})))
        .isEqualTo("n");
    try (LogCapture log = new LogCapture()) {
      Thread.ofVirtual().start(LogTest::failInCleanUp).join();
      assertThat(log.messages())
          .singleElement()
          .asString()
          .matches(
              "SEVERE: failure of the clean-up of a cancelled scope on unnamed virtual thread #\\d+"
                  + " that nobody can receive");
      assertThat(log.records().getFirst().logger()).isEqualTo("io.selvage.CancelScope");
    }
  }

  @Test
  void theFailureOfATaskSaysWhereItWasForked() throws Exception {
    try (LogCapture log = new LogCapture()) {
      TaskGroup.run(group -> group.launch("bad", LogTest::failInCleanUp));
      assertThat(log.records())
          .singleElement()
          .satisfies(
              record -> {
                assertThat(record.logger()).isEqualTo("io.selvage.TaskGroup");
                assertThat(record.source()).startsWith("io.selvage.").doesNotContain("Log");
                assertThat(record.message())
                    .matches(
                        "failure of group/bad, forked at \\S*LogTest\\..*\\), that nobody can"
                            + " receive");
              });
    }
  }

  /** The failure of the clean-up rides on the cancellation, which the scope absorbs. */
  private static void failInCleanUp() {
    CancelScope scope = CancelScope.create();
    scope.cancel();
    try {
      scope.run(
          () -> {
            try {
              Selvage.checkpoint();
            } catch (InterruptedException cancelled) {
              cancelled.addSuppressed(FAILURE);
              throw cancelled;
            }
          });
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
