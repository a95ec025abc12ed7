package io.selvage.test.junit;

import static org.assertj.core.api.Assertions.assertThat;

import io.selvage.test.junit.LeakSamples.BesideOthers;
import io.selvage.test.junit.LeakSamples.EndsItAfterwards;
import io.selvage.test.junit.LeakSamples.FailsAndLeaves;
import io.selvage.test.junit.LeakSamples.HasEarlierThreads;
import io.selvage.test.junit.LeakSamples.IgnoresNonsense;
import io.selvage.test.junit.LeakSamples.IgnoresSome;
import io.selvage.test.junit.LeakSamples.Inherits;
import io.selvage.test.junit.LeakSamples.LeavesAPlatformService;
import io.selvage.test.junit.LeakSamples.LeavesAScope;
import io.selvage.test.junit.LeakSamples.LeavesAThread;
import io.selvage.test.junit.LeakSamples.LeavesAVirtualService;
import io.selvage.test.junit.LeakSamples.LeavesAVirtualThread;
import io.selvage.test.junit.LeakSamples.LeavesAWait;
import io.selvage.test.junit.LeakSamples.LeavesNothing;
import io.selvage.test.junit.LeakSamples.LeavesTheFlag;
import io.selvage.test.junit.LeakSamples.Outer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.platform.testkit.engine.EngineExecutionResults;

class LeakExtensionTest {

  @AfterEach
  void undo() throws Exception {
    for (AutoCloseable undo : LeakSamples.UNDO) {
      undo.close();
    }
    LeakSamples.UNDO.clear();
  }

  private static String leakOf(Class<?> sample) {
    Throwable failure = Kit.failureOf(sample);
    assertThat(failure).isExactlyInstanceOf(AssertionError.class);
    assertThat(failure).hasMessageStartingWith("the test leaves something behind:\n");
    return failure.getMessage();
  }

  // ---- nothing is left

  @Test
  void aTestThatLeavesNothingBehindPasses() {
    Kit.engine(LeavesNothing.class)
        .configurationParameter("selvage.leaks.grace", "20000")
        .execute()
        .testEvents()
        .assertStatistics(seen -> seen.started(8).succeeded(8));
  }

  @Test
  void whatWasThereBeforeIsNoLeak() {
    Kit.passes(HasEarlierThreads.class, 1);
  }

  @Test
  void theCheckComesAfterTheMethodsThatEndThings() {
    Kit.passes(EndsItAfterwards.class, 1);
  }

  // ---- each kind of leak

  @Test
  void aThreadIsNamedWithItsStack() {
    assertThat(leakOf(LeavesAThread.class))
        .contains(
            "\n  thread 'worker 7' lives on: end it and join it, or close what has started it")
        .containsPattern("\n {6}Thread\\[#\\d+,worker 7,5,main] WAITING\n")
        .contains("\n        at ")
        .contains("CountDownLatch.await");
  }

  @Test
  void aServiceOnAPlatformThreadIsNamedOnce() {
    assertThat(leakOf(LeavesAPlatformService.class))
        .contains("\n  service 'heart' runs on: stop it, and wait by awaitStopped")
        .contains("Selvage.sleep")
        .doesNotContain("thread 'heart'");
  }

  @Test
  void aServiceOnAVirtualThreadIsFoundToo() {
    assertThat(leakOf(LeavesAVirtualService.class))
        .contains("\n  service 'heart' runs on: stop it, and wait by awaitStopped")
        .containsPattern("VirtualThread\\[#\\d+,heart]");
  }

  @Test
  void aVirtualThreadThatIsInsideOfAScopeIsFoundWithItsTimer() {
    assertThat(leakOf(LeavesAVirtualThread.class))
        .contains("\n  thread 'inside' waits, or is inside of a scope: end it and join it")
        .containsPattern("VirtualThread\\[#\\d+,inside]")
        .endsWith(
            "\n  timers that are armed: 1; end the work that is inside of scopes with a deadline");
  }

  @Test
  void aVirtualThreadThatWaitsIsFound() {
    assertThat(leakOf(LeavesAWait.class))
        .contains("\n  thread 'waits' waits, or is inside of a scope: end it and join it")
        .contains("Selvage.sleep");
  }

  @Test
  void anEnteredScopeIsFoundOnceAndLeft() {
    EngineExecutionResults run = Kit.run(LeavesAScope.class);
    run.testEvents().assertStatistics(seen -> seen.succeeded(1).failed(1));
    assertThat(Kit.failure(run, "leaves"))
        .hasMessageContaining("\n  CancelScope[active, deadline ")
        .hasMessageContaining("was entered and not left: close it in the same block")
        .hasMessageNotContaining("timers");
  }

  @Test
  void theInterruptFlagIsFoundAndCleared() {
    EngineExecutionResults run = Kit.run(LeavesTheFlag.class);
    run.testEvents().assertStatistics(seen -> seen.succeeded(3).failed(1));
    assertThat(Kit.failure(run, "leaves"))
        .hasMessageContaining(
            "\n  the interrupt flag of " + Thread.currentThread() + ", which is set: let the test");
  }

  @Test
  void aLeakRidesOnTheFailureOfTheTest() {
    Throwable failure = Kit.failureOf(FailsAndLeaves.class);
    assertThat(failure).hasMessage("test");
    assertThat(failure.getSuppressed()[0]).hasMessageContaining("the interrupt flag");
  }

  // ---- which tests, which threads

  @Test
  void nestedAndInheritingClassesAreLookedAfterToo() {
    assertThat(leakOf(Outer.class)).contains("the interrupt flag");
    assertThat(leakOf(Inherits.class)).contains("worker 7");
  }

  @Test
  void threadsMayBeIgnoredByTheirNames() {
    EngineExecutionResults run = Kit.run(IgnoresSome.class);
    run.testEvents().assertStatistics(seen -> seen.succeeded(2).failed(1));
    assertThat(Kit.failure(run, "leavesAnother"))
        .hasMessageContaining("thread 'worker 31'")
        .hasMessageNotContaining("thread 'worker 3'");
  }

  @Test
  void namesThatAreNoExpressionsAreRefused() {
    assertThat(Kit.failureOf(IgnoresNonsense.class))
        .isInstanceOf(ExtensionConfigurationException.class)
        .hasMessage("@NoLeaks: ignoredThreads must be regular expressions, was 'worker ('");
  }

  @Test
  void theyAreNotRunBesideOthers() {
    Kit.engine(BesideOthers.class)
        .configurationParameter("junit.jupiter.execution.parallel.enabled", "true")
        .configurationParameter("junit.jupiter.execution.parallel.mode.default", "concurrent")
        .configurationParameter("junit.jupiter.execution.parallel.config.strategy", "fixed")
        .configurationParameter("junit.jupiter.execution.parallel.config.fixed.parallelism", "4")
        .execute()
        .testEvents()
        .assertStatistics(seen -> seen.started(4).succeeded(4));
  }
}
