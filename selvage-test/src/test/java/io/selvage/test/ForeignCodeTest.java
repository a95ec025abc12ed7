package io.selvage.test;

import static java.time.Duration.ofMillis;
import static org.assertj.core.api.Assertions.assertThat;

import io.selvage.CancelScope;
import io.selvage.Selvage;
import io.selvage.Task;
import io.selvage.TaskGroup;
import io.selvage.channel.Channel;
import io.selvage.service.ThreadService;
import io.selvage.test.SimulationFailure.Kind;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.Timer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Cancellers, threads that are not simulated, and failures without a receiver. */
@Timeout(60)
class ForeignCodeTest {
  /** A foreign call that takes some steps, and is cancelled by another task meanwhile, or not. */
  private static void callThatIsCancelled(Runnable canceller) throws Exception {
    Channel<Integer> empty = Channel.unbounded();
    CancelScope scope = CancelScope.create();
    TaskGroup.run(
        group -> {
          group.fork(() -> scope.cancel());
          scope.run(
              () ->
                  Selvage.runCancellable(
                      () -> {
                        for (int i = 0; i < 10; i++) {
                          assertThat(empty.tryReceive()).isEmpty();
                        }
                      },
                      canceller::run));
        });
  }

  @Test
  void aCancellerMaySleep() {
    Set<Boolean> began = new HashSet<>();
    Simulation.options()
        .withStepLimit(10_000)
        .explore(
            300,
            () -> {
              List<String> log = new ArrayList<>();
              callThatIsCancelled(
                  () -> {
                    log.add("begins");
                    try {
                      Selvage.sleep(ofMillis(10));
                    } catch (InterruptedException e) {
                      throw new IllegalStateException(e);
                    }
                    log.add("ends");
                  });
              began.add(!log.isEmpty());
              assertThat(log).isIn(List.of(), List.of("begins", "ends"));
            });
    assertThat(began).containsExactlyInAnyOrder(true, false);
  }

  @Test
  void aForeignThreadThatCancelsATaskFailsTheRun() throws Exception {
    try (ExecutorService pool = Executors.newSingleThreadExecutor()) {
      pool.submit(() -> {}).get();
      CompletableFuture<Throwable> refused = new CompletableFuture<>();
      SimulationFailure failure =
          Failures.ofRun(
              Simulation.options(),
              run ->
                  TaskGroup.run(
                      group -> {
                        Task<?> task =
                            group.launch(
                                () -> {
                                  for (int i = 0; i < 3; i++) {
                                    Selvage.checkpoint();
                                  }
                                });
                        for (int i = 0; i < 2; i++) {
                          Selvage.checkpoint();
                        }
                        pool.submit(
                            () -> {
                              try {
                                task.cancel("from outside");
                                refused.complete(new AssertionError("accepted"));
                              } catch (Throwable e) {
                                refused.complete(e);
                              }
                            });
                        refused.join();
                      }));
      assertThat(failure.kind()).isEqualTo(Kind.FOREIGN_THREAD);
      assertThat(refused.join()).hasMessageContaining("which is not simulated");
    }
  }

  private static final class HasATimer {
    static final Timer TIMER = new Timer("made by a class", true);

    private HasATimer() {}
  }

  @Test
  void aClassThatMakesAThreadIsNotMadeUnusable() {
    SimulationFailure failure =
        Failures.ofRun(Simulation.options(), run -> assertThat(HasATimer.TIMER).isNotNull());
    assertThat(failure.kind()).isEqualTo(Kind.FOREIGN_THREAD);
    assertThat(HasATimer.TIMER).isNotNull();
    HasATimer.TIMER.cancel();
  }

  @Test
  void aFailureThatWouldGoToTheLogFailsTheRun() {
    SimulationFailure service =
        Failures.ofRun(
            Simulation.options(),
            run -> {
              ThreadService failing =
                  ThreadService.virtual(
                      "failing",
                      it -> {
                        it.started();
                        throw new IOException("disk");
                      });
              failing.start().awaitStopped();
            });
    assertThat(service.kind()).isEqualTo(Kind.UNCAUGHT);
    assertThat(service)
        .hasMessageContaining("failure of service failing")
        .hasCauseExactlyInstanceOf(IOException.class);

    SimulationFailure canceller =
        Failures.thrownBy(
            () ->
                Simulation.explore(
                    300,
                    () ->
                        callThatIsCancelled(
                            () -> {
                              throw new IllegalStateException("cannot cancel");
                            })));
    assertThat(canceller.kind()).isEqualTo(Kind.UNCAUGHT);
  }

  @Test
  void aFailureWithAHandlerDoesNot() {
    List<Throwable> handled = new ArrayList<>();
    Simulation.run(
        1,
        () ->
            TaskGroup.options()
                .withUncaughtHandler((name, failure) -> handled.add(failure))
                .run(
                    group ->
                        group.forkUnsupervised(
                            "failing",
                            () -> {
                              throw new IOException("disk");
                            })));
    assertThat(handled).hasSize(1);
  }
}
