package io.selvage.guide;

import static org.assertj.core.api.Assertions.assertThat;

import io.selvage.Threads;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs the code of the chapter on loops. */
class LoopsChapterTest {
  @TempDir Path folder;

  @Test
  void tasksOfALoopShareStateWithoutLocks() throws Exception {
    assertThat(LoopsChapter.count(List.of("a", "b", "a"))).isEqualTo(Map.of("a", 2, "b", 1));
  }

  @Test
  void blockingCallsLeaveTheLoop() throws Exception {
    Path file = Files.writeString(folder.resolve("a.txt"), "text");
    assertThat(LoopsChapter.blocking(file)).isEqualTo("text, the loop goes on");
  }

  @Test
  void otherThreadsHandWorkToALoop() throws Exception {
    assertThat(LoopsChapter.submit()).isEqualTo(10);
  }

  @Test
  void aTaskThatKeepsTheTurnIsReported() throws Exception {
    Queue<String> stalls = new ConcurrentLinkedQueue<>();
    LoopsChapter.watchdog(stalls::add)
        .run(() -> Threads.awaitCondition("the stall is reported", () -> !stalls.isEmpty()));
    assertThat(stalls.peek()).startsWith("task 'server/main' has held the turn of its loop for ");
  }
}
