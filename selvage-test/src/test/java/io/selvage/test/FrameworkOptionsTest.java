package io.selvage.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selvage.Selvage;
import io.selvage.channel.Channel;
import io.selvage.test.SimulationFailure.Kind;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What a test framework needs that runs simulations as its tests. */
class FrameworkOptionsTest {

  private static final class Skipped extends RuntimeException {
    Skipped() {
      super("skipped");
    }
  }

  @Test
  void aFailureSaysTheReplayLineOfTheFramework() {
    SimulationFailure failure =
        Failures.thrownBy(
            () ->
                Simulation.options()
                    .withReplayLine(schedule -> "again <" + schedule + ">")
                    .run(
                        1,
                        () -> {
                          throw new IllegalStateException("no");
                        }));
    assertThat(failure.getMessage().lines())
        .contains("  again <" + failure.schedule().orElseThrow() + ">")
        .noneMatch(line -> line.contains("Simulation.replay"));
  }

  @Test
  void anAbortEndsAllRunsAndIsThrownAsItIs() {
    AtomicInteger runs = new AtomicInteger();
    Skipped skipped = new Skipped();
    SimulationOptions options = Simulation.options().withAbort(Skipped.class);
    assertThatThrownBy(
            () ->
                options.explore(
                    100,
                    run -> {
                      runs.incrementAndGet();
                      Selvage.checkpoint();
                      if (run.seed() == 2) {
                        throw skipped;
                      }
                    }))
        .isSameAs(skipped);
    assertThat(runs).hasValue(3);
  }

  @Test
  void anAbortIsThrownAsItIsByAReplayToo() {
    String schedule = Simulation.run(1, () -> {}).schedule();
    assertThatThrownBy(
            () ->
                Simulation.options()
                    .withAbort(Skipped.class)
                    .replay(
                        schedule,
                        () -> {
                          throw new Skipped();
                        }))
        .isInstanceOf(Skipped.class);
  }

  @Test
  void withoutThatOptionItIsAFailure() {
    assertThatThrownBy(
            () ->
                Simulation.run(
                    1,
                    () -> {
                      throw new Skipped();
                    }))
        .isInstanceOf(SimulationFailure.class);
  }

  @Test
  void theBudgetEndsCancellingEverywhereToo() {
    Exploration seen =
        Simulation.options()
            .withTimeBudget(Duration.ZERO)
            .cancelEverywhere(1, run -> Selvage.sleep(Duration.ofSeconds(1)));
    assertThat(seen.runs()).isEqualTo(1);
    assertThat(seen.complete()).isFalse();
  }

  @Test
  void aFailureBeforeAnyCancellationIsReplayedStepByStep() {
    SimulationOptions options = Simulation.options().withName("program");
    SimulationFailure found =
        Failures.thrownBy(() -> options.cancelEverywhere(1, FrameworkOptionsTest::failsAfterAStep));
    SimulationFailure again =
        Failures.thrownBy(
            () ->
                options.replay(
                    found.schedule().orElseThrow(), FrameworkOptionsTest::failsAfterAStep));
    assertThat(found).hasMessageNotContaining("cancelled before step");
    assertThat(again).hasMessageContaining("(run 1, replayed)");
    assertThat(again.schedule()).isEqualTo(found.schedule());
  }

  private static void failsAfterAStep(SimulationRun run) throws InterruptedException {
    Selvage.checkpoint();
    throw new IllegalStateException("always");
  }

  @Test
  void whatTheBodyThrewBeforeItGotStuckIsSuppressedOnTheFailure() {
    IllegalStateException first = new IllegalStateException("first");
    SimulationFailure failure =
        Failures.thrownBy(
            () ->
                Simulation.run(
                    1,
                    () -> {
                      try {
                        throw first;
                      } finally {
                        getStuck();
                      }
                    }));
    assertThat(failure.kind()).isEqualTo(Kind.DEADLOCK);
    assertThat(failure).hasNoSuppressedExceptions(); // what the end of the run throws says nothing

    SimulationFailure kept =
        Failures.thrownBy(
            () ->
                Simulation.run(
                    1,
                    () -> {
                      try {
                        getStuck();
                      } catch (Error end) {
                        throw first;
                      }
                    }));
    assertThat(kept.kind()).isEqualTo(Kind.DEADLOCK);
    assertThat(kept.getSuppressed()).containsExactly(first);
  }

  private static void getStuck() throws InterruptedException {
    Channel.unbounded().receive();
  }
}
