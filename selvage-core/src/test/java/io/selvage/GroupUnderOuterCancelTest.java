package io.selvage;

import static io.selvage.Threads.awaitCondition;
import static org.assertj.core.api.Assertions.assertThat;

import io.selvage.Threads.Kind;
import io.selvage.Threads.Running;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A group whose tasks were cancelled from outside does not end as if they had completed. */
@ExtendWith(LeakCheck.class)
class GroupUnderOuterCancelTest {

  @Test
  void aCancelledScopeAroundAGroupCatchesAtItsEnd() throws Exception {
    CancelScope outer = CancelScope.create();
    boolean completed =
        outer.run(
            () ->
                TaskGroup.run(
                    group ->
                        group.launch(
                            () -> {
                              outer.cancel();
                              Selvage.sleep(Duration.ofSeconds(60));
                            })));
    assertThat(completed).isFalse();
    assertThat(outer.cancelledCaught()).isTrue();
  }

  @Test
  void aTimeLimitAroundAGroupTellsThatTheTimeWasOver() throws Exception {
    boolean completed =
        CancelScope.moveOnAfter(Duration.ofMillis(5))
            .run(
                () ->
                    TaskGroup.run(
                        group -> group.launch(() -> Selvage.sleep(Duration.ofSeconds(60)))));
    assertThat(completed).isFalse();
  }

  @Test
  void theResultOfTheBodyDoesNotHideThatItsTasksWereCancelled() throws Exception {
    assertThat(
            CancelScope.moveOnAfter(Duration.ofMillis(5))
                .call(
                    () ->
                        TaskGroup.call(
                            group -> {
                              group.launch(() -> Selvage.sleep(Duration.ofSeconds(60)));
                              return "result";
                            })))
        .isEmpty();
  }

  @Test
  void aGroupThatCancelsItselfStillEndsNormally() throws Exception {
    TaskGroup.run(
        group ->
            group.launch(
                () -> {
                  group.cancel();
                  Selvage.sleep(Duration.ofSeconds(60));
                }));
    Selvage.throwIfCancelled();
  }

  @Test
  void aFailureOfATaskGoesBeforeTheCancellation() throws Exception {
    CancelScope outer = CancelScope.create();
    IllegalArgumentException failure = new IllegalArgumentException("x");
    TaskFailedException[] thrown = new TaskFailedException[1];
    outer.run(
        () -> {
          try {
            TaskGroup.run(
                group ->
                    group.fork(
                        () -> {
                          outer.cancel();
                          throw failure;
                        }));
          } catch (TaskFailedException e) {
            thrown[0] = e;
          }
        });
    assertThat(thrown[0]).hasCause(failure);
  }

  @Test
  @Timeout(20)
  void anInterruptThatTheBodyHasNotSeenReachesTheForeignCallBehindTheGroup() throws Exception {
    CancelScope outer = CancelScope.create();
    boolean completed =
        outer.run(
            () -> {
              TaskGroup.run(
                  group -> {
                    outer.cancel();
                    assertThat(Thread.currentThread().isInterrupted()).isTrue();
                  });
              Threads.blockInForeignCode();
            });
    assertThat(completed).isFalse();
    assertThat(outer.cancelledCaught()).isTrue();
  }

  @ParameterizedTest
  @EnumSource
  @Timeout(60)
  void wheneverTheScopeIsCancelledTheForeignCallBehindTheGroupsEnds(Kind kind) throws Exception {
    for (int round = 0; round < 300; round++) {
      CancelScope outer = CancelScope.create();
      Running<Boolean> running =
          kind.start(
              () ->
                  outer.run(
                      () -> {
                        for (int i = 0; i < 20; i++) {
                          TaskGroup.run(group -> {});
                        }
                        Threads.blockInForeignCode();
                      }));
      awaitCondition("it is inside", () -> outer.isActive() || running.isDone());
      outer.cancel();
      assertThat(running.get()).isFalse();
    }
  }

  @Test
  @Timeout(20)
  void anInterruptFromBeforeTheGroupReachesTheForeignCallBehindIt() throws Exception {
    CancelScope outer = CancelScope.create();
    boolean completed =
        outer.run(
            () -> {
              outer.cancel();
              TaskGroup.run(group -> TaskGroup.run(nested -> {}));
              Threads.blockInForeignCode();
            });
    assertThat(completed).isFalse();
  }
}
