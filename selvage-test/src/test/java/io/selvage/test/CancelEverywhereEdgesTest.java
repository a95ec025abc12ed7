package io.selvage.test;

import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import io.selvage.Selvage;
import io.selvage.Task;
import io.selvage.TaskGroup;
import io.selvage.function.ThrowingConsumer;
import io.selvage.service.ThreadService;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class CancelEverywhereEdgesTest {
  @Test
  void aTaskIsCancelledBeforeItBegins() {
    Set<Boolean> began = new HashSet<>();
    Simulation.options()
        .cancelEverywhere(
            0,
            run -> {
              boolean[] ran = {false};
              try {
                TaskGroup.run(
                    group -> {
                      Task<?> task =
                          group.launch(
                              () -> {
                                ran[0] = true;
                              });
                      task.join();
                    });
              } finally {
                began.add(ran[0]);
              }
            });
    assertThat(began).containsExactlyInAnyOrder(true, false);
  }

  @Test
  void aWaitIsCancelledAtEachMomentOfIt() {
    Set<Duration> cancelledAt = new HashSet<>();
    Simulation.options()
        .cancelEverywhere(
            0,
            run -> {
              ThreadService ticker =
                  ThreadService.virtual(
                      "ticker",
                      service -> {
                        service.started();
                        for (int i = 0; i < 3; i++) {
                          Selvage.sleep(ofSeconds(1));
                        }
                      });
              ticker.start();
              boolean done = false;
              try {
                ticker.awaitStopped();
                done = true;
              } finally {
                if (!done) {
                  cancelledAt.add(run.elapsed());
                }
              }
            });
    assertThat(cancelledAt).contains(ofSeconds(0), ofSeconds(1), ofSeconds(2), ofSeconds(3));
  }

  @Test
  void theBudgetHoldsForItToo() {
    Exploration seen =
        Simulation.options()
            .withTimeBudget(Duration.ZERO)
            .cancelEverywhere(0, () -> Programs.channels());
    assertThat(seen.complete()).isFalse();
    assertThat(seen.runs()).isEqualTo(1);
  }

  @Test
  void aFailureWithoutACancellationIsReplayed() {
    ThrowingConsumer<SimulationRun, Exception> bad =
        run -> {
          int[] sum = {0};
          TaskGroup.run(
              group -> {
                for (int i = 0; i < 2; i++) {
                  group.launch(
                      () -> {
                        int seen = sum[0];
                        Selvage.throwIfCancelled();
                        sum[0] = seen + 1;
                      });
                }
              });
          assertThat(sum[0]).isLessThan(0);
        };
    SimulationFailure failure =
        Failures.thrownBy(() -> Simulation.options().cancelEverywhere(3, bad));
    assertThat(failure).hasMessageContaining("shortened");
    SimulationFailure again =
        Failures.thrownBy(() -> Simulation.replay(failure.schedule().orElseThrow(), bad));
    assertThat(again).hasMessageContaining("(run 1, replayed)");
  }
}
