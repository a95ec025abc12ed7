package io.selvage.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selvage.CancelScope;
import io.selvage.CancelledException;
import io.selvage.LeakCheck;
import io.selvage.Selvage;
import io.selvage.TaskGroup;
import io.selvage.Threads;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** In a serial loop a wait can be withdrawn and completed before the waiter gets to run. */
@ExtendWith(LeakCheck.class)
final class CompletionGiveUpTest {
  private final Completion<String> completion = new Completion<>();

  @Test
  void theValueIsReturnedIfItIsThere() throws Exception {
    completion.complete("value");
    assertThat(completion.awaitOrGiveUp("test", "a test", WaitNode.NEVER, "given up"))
        .isEqualTo("value");
  }

  @Test
  void aWaitThatTimesOutFixesTheValue() throws Exception {
    long now = Scheduler.parallel().now();
    assertThat(completion.awaitOrGiveUp("test", "a test", now, "given up")).isEqualTo("given up");
    assertThat(completion.complete("late")).isFalse();
  }

  @Test
  void aWaitThatIsCancelledFixesTheValueAndThrows() throws Exception {
    CancelScope scope = CancelScope.create();
    scope.cancel();
    scope.run(
        () ->
            assertThatThrownBy(
                    () -> completion.awaitOrGiveUp("test", "a test", WaitNode.NEVER, "given up"))
                .isInstanceOf(CancelledException.class));
    assertThat(completion.poll()).isEqualTo("given up");
  }

  @Test
  void aValueThatComesBehindTheCancellationIsReturnedAndTheCancellationToldAgain()
      throws Exception {
    CancelScope scope = CancelScope.create();
    TaskGroup.options()
        .withLimit(1)
        .run(
            group -> {
              group.launch(
                  () -> {
                    boolean ended =
                        scope.run(
                            () -> {
                              String value =
                                  completion.awaitOrGiveUp(
                                      "test", "a test", WaitNode.NEVER, "given up");
                              assertThat(value).isEqualTo("value");
                              assertThat(Thread.currentThread().isInterrupted()).isTrue();
                              assertThatThrownBy(Selvage::throwIfCancelled)
                                  .isInstanceOf(CancelledException.class);
                              Selvage.checkpoint();
                            });
                    assertThat(ended).isFalse();
                    assertThat(Thread.currentThread().isInterrupted()).isFalse();
                  });
              group.launch(
                  () -> {
                    scope.cancel();
                    assertThat(completion.complete("value")).isTrue();
                  });
            });
  }

  @Test
  void aValueThatComesBehindAnInterruptIsReturnedAndTheInterruptKept() throws Exception {
    TaskGroup.options()
        .withLimit(1)
        .run(
            group -> {
              Thread[] waiter = new Thread[1];
              group.fork(
                  () -> {
                    waiter[0] = Thread.currentThread();
                    String value =
                        completion.awaitOrGiveUp("test", "a test", WaitNode.NEVER, "given up");
                    if (value.equals("value")) {
                      assertThat(Thread.interrupted()).isTrue();
                    }
                    return value;
                  });
              group.launch(
                  () -> {
                    waiter[0].interrupt();
                    while (waiter[0].isInterrupted()) {
                      Threads.letOthersRun(); // it finds the interrupt, then waits for its turn
                    }
                    completion.complete("value");
                  });
            });
  }
}
