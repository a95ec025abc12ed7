package io.selvage.test;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.selvage.Selvage;
import io.selvage.TaskGroup;
import io.selvage.function.ThrowingConsumer;
import io.selvage.interop.Futures;
import io.selvage.sync.Event;
import io.selvage.test.SimulationFailure.Kind;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Programs that do what a program should not do: the failure still says what is wrong. */
@Timeout(60)
class MistakesTest {

  private static SimulationFailure failureOf(
      SimulationOptions options, ThrowingConsumer<SimulationRun, Exception> body) {
    return Failures.thrownBy(() -> options.explore(10, body));
  }

  private static SimulationFailure failureOf(ThrowingConsumer<SimulationRun, Exception> body) {
    return failureOf(Simulation.options(), body);
  }

  // ---- exceptions

  private static Exception withACircleOfCauses() {
    Exception one = new IOException("one");
    one.initCause(new IOException("other", one));
    return one;
  }

  @Test
  void causesMayFormACircle() {
    SimulationFailure failure =
        assertTimeoutPreemptively(
            ofSeconds(20),
            () ->
                failureOf(
                    run -> {
                      throw withACircleOfCauses();
                    }));
    assertThat(failure.kind()).isEqualTo(Kind.FAILED);
    assertThat(failure).hasMessageContaining("java.io.IOException: one");
  }

  @Test
  void aCircleOfCausesIsNoCancellation() {
    SimulationFailure failure =
        Failures.thrownBy(
            () ->
                Simulation.options()
                    .cancelEverywhere(
                        0,
                        run -> {
                          try {
                            Selvage.checkpoint();
                          } catch (InterruptedException e) {
                            throw withACircleOfCauses();
                          }
                        }));
    assertThat(failure).isNotNull();
    assertThat(failure.kind()).isEqualTo(Kind.FAILED);
  }

  @Test
  void anExceptionThatCannotSayItsMessageIsStillTheFailure() {
    SimulationFailure failure =
        failureOf(
            run -> {
              throw new IOException() {
                private static final long serialVersionUID = 1L;

                @Override
                public String getMessage() {
                  throw new IllegalStateException("no message");
                }
              };
            });
    assertThat(failure.kind()).isEqualTo(Kind.FAILED);
    assertThat(failure)
        .hasMessageContaining("MistakesTest$")
        .hasMessageContaining("whose message cannot be read")
        .hasMessageContaining("Simulation.replay(");
  }

  // ---- invariants

  @Test
  void whyAnInvariantDoesNotHoldIsInTheMessage() {
    assertThat(
            failureOf(
                run -> {
                  run.invariant(
                      "few",
                      () -> {
                        throw new IOException("there are seven");
                      });
                  Selvage.checkpoint();
                }))
        .hasMessageContaining("invariant 'few' does not hold")
        .hasMessageContaining("there are seven");
  }

  @Test
  void anInvariantMayAddOne() {
    int[] checks = {0};
    Simulation.run(
        1,
        run -> {
          boolean[] added = {false};
          run.invariant(
              "first",
              () -> {
                if (!added[0]) {
                  added[0] = true;
                  run.invariant("second", () -> checks[0]++);
                }
              });
          Selvage.checkpoint();
          Selvage.checkpoint();
        });
    assertThat(checks[0]).isEqualTo(2);
  }

  // ---- threads that do not end

  /** It would take five seconds for each run, and leave a thread behind in each. */
  @Test
  void aTaskThatHeedsNothingIsNotWaitedForAndNotRunAgain() {
    int[] runs = {0};
    SimulationFailure failure =
        assertTimeoutPreemptively(
            ofSeconds(4),
            () ->
                failureOf(
                    Simulation.options().withStepLimit(1_000),
                    run -> {
                      runs[0]++;
                      TaskGroup.run(
                          group -> {
                            group.launch("deaf", MistakesTest::neverEnds);
                            Selvage.sleep(ofSeconds(1));
                            throw new IOException("why");
                          });
                    }));
    assertThat(failure.kind()).isEqualTo(Kind.STEP_LIMIT);
    assertThat(failure).hasMessageContaining("are left behind: group/deaf");
    assertThat(runs[0]).isEqualTo(1);
  }

  @SuppressWarnings({"InterruptedExceptionSwallowed", "InfiniteLoopStatement"})
  private static void neverEnds() {
    while (true) {
      try {
        Selvage.sleep(ofSeconds(1));
      } catch (Throwable ignored) {
        // that is the mistake
      }
    }
  }

  @Test
  void aTaskThatGetsNoProcessorIsNotBlamed() throws Exception {
    int carriers =
        Integer.getInteger(
            "jdk.virtualThreadScheduler.parallelism", Runtime.getRuntime().availableProcessors());
    CountDownLatch spinning = new CountDownLatch(carriers);
    long end = System.nanoTime() + ofMillis(1_500).toNanos();
    List<Thread> spinners = new ArrayList<>();
    for (int i = 0; i < carriers; i++) {
      spinners.add(
          Thread.startVirtualThread(
              () -> {
                spinning.countDown();
                while (System.nanoTime() - end < 0) {
                  Thread.onSpinWait();
                }
              }));
    }
    spinning.await();
    SimulationFailure failure =
        failureOf(Simulation.options().withStallLimit(ofMillis(200)), run -> {});
    for (Thread spinner : spinners) {
      spinner.join();
    }
    assertThat(failure.kind()).isEqualTo(Kind.STALLED);
    assertThat(failure)
        .hasMessageContaining("its thread has not got a processor")
        .hasMessageContaining("endless loops in virtual threads");
  }

  // ---- deadlocks

  @Test
  void aFutureThatNoTaskOfTheSimulationCompletesLooksLikeADeadlockAndIsExplained() {
    SimulationFailure failure = failureOf(run -> Futures.await(new CompletableFuture<>()));
    assertThat(failure.kind()).isEqualTo(Kind.DEADLOCK);
    assertThat(failure).hasMessageContaining("does not wait for the common pool");
    assertThat(failureOf(run -> new Event().await()).getMessage()).doesNotContain("common pool");
  }

  @Test
  void ofManyTasksTheFirstAreTold() {
    SimulationFailure failure =
        failureOf(
            run -> {
              Event never = new Event();
              TaskGroup.run(
                  group -> {
                    for (int i = 0; i < 300; i++) {
                      group.launch(() -> never.await());
                    }
                  });
            });
    assertThat(failure.getMessage().lines().count()).isBetween(200L, 250L);
    assertThat(failure).hasMessageContaining("lines more");
  }
}
