package io.selvage.guide;

import static java.time.Duration.ofMillis;
import static org.assertj.core.api.Assertions.assertThat;

import io.selvage.CancelScope;
import io.selvage.TaskGroup;
import io.selvage.sync.Event;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Runs the code of the chapter on cancellation and time limits. */
class CancellationChapterTest {

  @Test
  void theTimeIsOverBeforeTheAnswer() throws Exception {
    assertThat(CancellationChapter.moveOn(ofMillis(1))).isEqualTo("no answer yet");
    assertThat(CancellationChapter.failAfter(ofMillis(1))).startsWith("too slow: ");
  }

  @Test
  void aScopeCatchesItsCancellation() throws Exception {
    Event asked = new Event();
    asked.set();
    assertThat(CancellationChapter.cancel(asked)).isEqualTo("the user has asked for it");
    assertThat(asked.isSet()).isFalse();
  }

  @Test
  void cleanUpThatWaitsIsShielded() throws Exception {
    List<String> log = new ArrayList<>();
    Event opened = new Event();
    CancellationChapter.Line line =
        new CancellationChapter.Line() {
          @Override
          public void hangUp() throws InterruptedException {
            new Event().await(ofMillis(1)); // an operation that waits
            log.add("hung up");
          }

          @Override
          public void close() {
            log.add("closed");
          }
        };
    CancelScope scope = CancelScope.create();
    TaskGroup.run(
        group -> {
          group.launch(
              () -> {
                opened.await();
                scope.cancel("enough");
              });
          opened.set();
          assertThat(scope.run(() -> CancellationChapter.talk(line))).isFalse();
        });
    assertThat(log).containsExactly("hung up", "closed");
  }

  @Test
  void aComputationEndsWhenItIsCancelled() throws Exception {
    assertThat(CancellationChapter.sum(LongStream.range(0, 20_001).toArray()))
        .isEqualTo(200_010_000L);
    CancelScope scope = CancelScope.create();
    scope.cancel("before it begins");
    assertThat(scope.call(() -> CancellationChapter.sum(new long[20_001]))).isEmpty();
  }

  @Test
  void deadlinesAndGroupsOfScopes() throws Exception {
    assertThat(CancellationChapter.both(() -> "a", () -> "b")).isEqualTo("a b");
    assertThat(CancellationChapter.scopeGroup()).containsExactly(true, false);
  }
}
