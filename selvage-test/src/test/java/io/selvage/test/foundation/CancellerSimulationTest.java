package io.selvage.test.foundation;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import io.selvage.CancelScope;
import io.selvage.Canceller;
import io.selvage.Selvage;
import io.selvage.TaskGroup;
import io.selvage.kernel.Completion;
import io.selvage.service.CloseSignal;
import io.selvage.test.SimulationRun;
import io.selvage.test.foundation.Explored.Scenario;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * Cancellers: when they are called, to the nanosecond, and that they are called in no other place.
 */
class CancellerSimulationTest {

  /** A driver whose cancel counts when it is called for the last time only. */
  private static final class Driver {
    private final SimulationRun run;
    private final Completion<String> end = new Completion<>();
    private final List<Long> calls = new ArrayList<>();
    private final int effective;
    private boolean inside;
    private boolean stray;

    Driver(SimulationRun run, int effective) {
      this.run = run;
      this.effective = effective;
    }

    /** As foreign code, which no operation of the library cancels. */
    void execute() throws IOException {
      inside = true;
      String how = end.awaitUncancellably("execute", this);
      new CloseSignal().close(); // a step
      if (how.equals("cancelled")) {
        throw new IOException("statement was cancelled");
      }
    }

    void cancel() {
      calls.add(run.elapsed().toMillis());
      stray |= !inside;
      new CloseSignal().close(); // a step
      if (calls.size() == effective) {
        end.complete("cancelled");
      }
      stray |= !inside;
    }
  }

  private static void cancelAfterASecond(CancelScope scope) throws InterruptedException {
    Selvage.sleep(ofSeconds(1));
    scope.cancel();
  }

  @Test
  void theIntervalsGrowFromFiftyMillisecondsToASecond() {
    Explored.inManyOrders(
        run -> {
          CancelScope scope = CancelScope.create();
          Driver driver = new Driver(run, 9);
          TaskGroup.run(
              group -> {
                group.launch(() -> cancelAfterASecond(scope));
                boolean completed =
                    scope.run(() -> Selvage.runCancellable(driver::execute, driver::cancel));
                assertThat(completed).isFalse();
              });
          assertThat(driver.calls)
              .containsExactly(
                  1_000L, 1_050L, 1_150L, 1_350L, 1_750L, 2_550L, 3_550L, 4_550L, 5_550L);
          assertThat(run.elapsed()).isEqualTo(ofMillis(5_550));
        });
  }

  @Test
  void theIntervalsAreThoseThatWereAskedForAndBeginWhenTheCallIsOver() {
    Explored.inManyOrders(
        run -> {
          CancelScope scope = CancelScope.create();
          Driver driver = new Driver(run, 5);
          Canceller canceller =
              Canceller.of(
                      () -> {
                        driver.cancel();
                        Selvage.sleep(ofMillis(1));
                      })
                  .withIntervals(ofMillis(10), ofMillis(25));
          TaskGroup.run(
              group -> {
                group.launch(() -> cancelAfterASecond(scope));
                assertThat(scope.run(() -> canceller.run(driver::execute))).isFalse();
              });
          assertThat(driver.calls).containsExactly(1_000L, 1_011L, 1_032L, 1_058L, 1_084L);
        });
  }

  @Test
  void aSingleCallIsNotRepeated() {
    Explored.inManyOrders(
        run -> {
          CancelScope scope = CancelScope.create();
          Driver driver = new Driver(run, 2);
          TaskGroup.run(
              group -> {
                group.launch(() -> cancelAfterASecond(scope));
                group.launch(
                    () -> {
                      Selvage.sleep(ofSeconds(100));
                      driver.end.complete("by itself");
                    });
                assertThat(
                        scope.run(
                            () ->
                                Canceller.of(driver::cancel).withSingleCall().run(driver::execute)))
                    .isTrue();
              });
          assertThat(driver.calls).containsExactly(1_000L);
        });
  }

  /** The call ends by itself at a moment at which the canceller is called, too. */
  @Test
  void noCallOfTheCancellerIsOutsideOfItsCallAndTheEndWaitsForOneThatRuns() {
    Set<Integer> numbers = new HashSet<>();
    Scenario scenario =
        run -> {
          CancelScope scope = CancelScope.create();
          Driver driver = new Driver(run, Integer.MAX_VALUE);
          TaskGroup.run(
              group -> {
                group.launch(() -> cancelAfterASecond(scope));
                group.launch(
                    () -> {
                      Selvage.sleep(ofMillis(1_030));
                      driver.end.complete("by itself");
                    });
                boolean completed =
                    scope.run(
                        () -> {
                          Canceller.of(driver::cancel)
                              .withIntervals(ofMillis(10), ofMillis(20))
                              .run(driver::execute);
                          driver.inside = false;
                        });
                assertThat(completed).isTrue();
                Selvage.sleep(ofSeconds(10));
              });
          assertThat(driver.stray).isFalse();
          assertThat(driver.calls.size()).isBetween(2, 3);
          numbers.add(driver.calls.size());
        };
    Explored.inManyOrders(scenario);
    Explored.inAllOrders(1, scenario);
    assertThat(numbers).containsExactlyInAnyOrder(2, 3);
  }

  @Test
  void aCancelThatIsLostWhileTheThreadIsInAnInnerScopeIsRepeatedBehindIt() {
    Explored.inManyOrders(
        run -> {
          CancelScope scope = CancelScope.create();
          Driver driver = new Driver(run, 1);
          TaskGroup.run(
              group -> {
                group.launch(() -> cancelAfterASecond(scope));
                boolean completed =
                    scope.run(
                        () ->
                            Selvage.runCancellable(
                                () -> {
                                  CancelScope.shield(ofSeconds(100))
                                      .run(() -> Selvage.sleep(ofSeconds(5)));
                                  driver.execute();
                                },
                                driver::cancel));
                assertThat(completed).isFalse();
              });
          assertThat(driver.calls).containsExactly(5_000L);
        });
  }

  @Test
  void whatACancellerThrowsIsReportedOnceAndItIsCalledAgain() {
    Explored.inManyOrders(
        run -> {
          CancelScope scope = CancelScope.create();
          Driver driver = new Driver(run, 4);
          List<String> uncaught = new ArrayList<>();
          TaskGroup.options()
              .withUncaughtHandler((name, failure) -> uncaught.add(failure.getMessage()))
              .run(
                  group -> {
                    group.launch(() -> cancelAfterASecond(scope));
                    group.fork(
                        () ->
                            scope.run(
                                () ->
                                    Selvage.runCancellable(
                                        driver::execute,
                                        () -> {
                                          driver.cancel();
                                          throw new IOException("no " + driver.calls.size());
                                        })));
                  });
          assertThat(uncaught).containsExactly("no 1");
          assertThat(driver.calls).hasSize(4);
        });
  }

  @Test
  void itIsLeftCleanWhoeverIsCancelledWhen() {
    Scenario scenario =
        run -> {
          Driver driver = new Driver(run, 3);
          TaskGroup.run(
              group -> {
                group.launch(
                    "query",
                    () -> {
                      driver.inside = true; // the canceller may be called just before the call
                      try {
                        Selvage.runCancellable(driver::execute, driver::cancel);
                      } finally {
                        driver.inside = false;
                      }
                    });
                group.launch("other", () -> Selvage.sleep(ofSeconds(3)));
                Selvage.sleep(ofSeconds(2));
                driver.end.complete("by itself");
              });
          assertThat(driver.stray).isFalse();
        };
    Explored.cancelledEverywhere(scenario);
  }
}
