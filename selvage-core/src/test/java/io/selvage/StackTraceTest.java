package io.selvage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A stack trace tells where it failed, where the task was forked and where it was joined. */
@ExtendWith(LeakCheck.class)
class StackTraceTest {

  private static void whereItFails() throws IOException {
    throw new IOException("disk");
  }

  private static Task<?> whereItIsForked(TaskGroup group) {
    return group.fork("bad", () -> whereItFails());
  }

  private static void whereItIsJoined(Task<?> task) throws InterruptedException {
    task.join();
  }

  private static List<String> methods(Throwable thrown) {
    return Arrays.stream(thrown.getStackTrace()).map(StackTraceElement::getMethodName).toList();
  }

  @Test
  void joinTellsAllThree() throws Exception {
    TaskGroup.options()
        .withPolicy(GroupOptions.FailurePolicy.COLLECT)
        .withUncaughtHandler((name, e) -> {})
        .run(
            g -> {
              Task<?> task = g.forkUnsupervised("bad", StackTraceTest::failing);
              Throwable thrown = catchThrowable(() -> whereItIsJoined(task));
              assertThat(methods(thrown))
                  .containsSubsequence("whereItIsJoined", "forked", "joinTellsAllThree");
              assertThat(thrown.getStackTrace())
                  .anyMatch(frame -> "group/bad".equals(frame.getFileName()));
              assertThat(methods(thrown.getCause())).contains("whereItFails");
            });
  }

  private static Integer failing() throws IOException {
    whereItFails();
    return 1;
  }

  @Test
  void theEndOfTheGroupTellsAllThreeWhenTheBodyJoined() {
    Throwable thrown =
        catchThrowable(() -> TaskGroup.run(g -> whereItIsJoined(whereItIsForked(g))));
    assertThat(thrown).isInstanceOf(TaskFailedException.class);
    assertThat(methods(thrown.getCause())).contains("whereItFails");
    assertThat(methods(thrown)).contains("forked", "whereItIsForked");
  }

  @Test
  void theEndOfTheGroupTellsWhereItWasForkedWhenNobodyJoined() {
    Throwable thrown = catchThrowable(() -> TaskGroup.run(StackTraceTest::whereItIsForked));
    assertThat(methods(thrown)).containsSubsequence("forked", "whereItIsForked");
    assertThat(methods(thrown.getCause())).contains("whereItFails");
    assertThat(thrown).hasMessageContaining("group/bad").hasMessageContaining("disk");
  }

  @Test
  void ofTwoKindsOfBodiesEachHasItsOwnForkSite() throws Exception {
    TaskGroup.options()
        .withUncaughtHandler((name, e) -> {})
        .run(
            g -> {
              Task<?> first = forkHere(g);
              Task<?> second = forkThere(g);
              Task<?> third = forkHere(g);
              assertThat(methods(catchThrowable(first::join))).contains("forkHere");
              assertThat(methods(catchThrowable(second::join)))
                  .contains("forkThere")
                  .doesNotContain("forkHere");
              assertThat(methods(catchThrowable(third::join))).contains("forkHere");
            });
  }

  private static Task<?> forkHere(TaskGroup g) {
    return g.forkUnsupervised("here", () -> failing());
  }

  private static Task<?> forkThere(TaskGroup g) {
    return g.forkUnsupervised("there", () -> failing());
  }

  @Test
  void aThrownCancellationHasTheStackOfWhereItWasNoticed() throws Exception {
    CancelScope scope = CancelScope.create();
    Throwable[] seen = new Throwable[1];
    scope.run(
        () -> {
          scope.cancel();
          seen[0] = catchThrowable(StackTraceTest::whereItIsNoticed);
        });
    assertThat(methods(seen[0])).contains("whereItIsNoticed");
  }

  private static void whereItIsNoticed() throws InterruptedException {
    Selvage.checkpoint();
  }
}
