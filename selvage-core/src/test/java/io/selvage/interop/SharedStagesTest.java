package io.selvage.interop;

import static io.selvage.Bodies.runInLoop;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selvage.LeakCheck;
import io.selvage.Selvage;
import io.selvage.Threads;
import io.selvage.Threads.Kind;
import io.selvage.Threads.Running;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What is kept for a stage that several threads wait for, and when it is dropped. */
@ExtendWith(LeakCheck.class)
class SharedStagesTest {
  private final CompletableFuture<String> future = new CompletableFuture<>();

  /** So many tasks of a loop wait for the stage at the same time, and are cancelled. */
  private static void giveUp(CompletableFuture<String> never, int waits) throws Exception {
    int[] begun = {0};
    runInLoop(
        group -> {
          for (int i = 0; i < waits; i++) {
            group.launch(
                () -> {
                  begun[0]++;
                  Futures.awaitShared(never);
                });
          }
          Selvage.checkpoint(); // behind this each of them waits
          assertThat(begun[0]).isEqualTo(waits);
          group.cancel();
        });
  }

  @Test
  void waitsThatWereGivenUpLeaveNothingBehindInAStageOfOthers() throws Exception {
    for (int round = 0; round < 100; round++) {
      giveUp(future, 1_000);
      assertThat(future.getNumberOfDependents()).isEqualTo(1);
    }
    Running<String> waiter = Kind.VIRTUAL.start(() -> Futures.awaitShared(future));
    future.complete("value");
    assertThat(waiter.get()).isEqualTo("value");
    assertThat(future.getNumberOfDependents()).isZero();
  }

  @Test
  void theEntryOfAStageIsDroppedWhenTheStageEnds() throws Exception {
    giveUp(future, 1);
    int before = SharedStages.size();
    CompletableFuture<String> ends = new CompletableFuture<>();
    giveUp(ends, 2);
    assertThat(SharedStages.size()).isEqualTo(before + 1);
    ends.completeExceptionally(new IllegalStateException("of the stage"));
    assertThat(SharedStages.size()).isEqualTo(before);
    assertThatThrownBy(() -> Futures.awaitShared(ends)).hasMessage("of the stage");
    assertThat(SharedStages.size()).isEqualTo(before);
  }

  @Test
  void aStageThatNeverEndsAndIsNotReferencedIsForgotten() throws Exception {
    int before = SharedStages.size();
    for (int i = 0; i < 100; i++) {
      giveUp(new CompletableFuture<>(), 1);
    }
    Threads.awaitCondition(
        "they are collected",
        () -> {
          System.gc();
          return SharedStages.size() <= before;
        });
  }
}
