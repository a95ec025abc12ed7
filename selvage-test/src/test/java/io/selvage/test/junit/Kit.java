package io.selvage.test.junit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.util.List;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.testkit.engine.EngineExecutionResults;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Event;

/** Runs sample classes as JUnit does. */
final class Kit {
  private Kit() {}

  static EngineTestKit.Builder engine(Class<?>... samples) {
    EngineTestKit.Builder engine =
        EngineTestKit.engine("junit-jupiter").configurationParameter("selvage.leaks.grace", "50");
    for (Class<?> sample : samples) {
      engine.selectors(selectClass(sample));
    }
    return engine;
  }

  static EngineExecutionResults run(Class<?>... samples) {
    return engine(samples).execute();
  }

  /** What the only test of a class has ended with, which must be a failure. */
  static Throwable failureOf(Class<?> sample) {
    return onlyEnd(run(sample), TestExecutionResult.Status.FAILED);
  }

  static Throwable abortOf(Class<?> sample) {
    return onlyEnd(run(sample), TestExecutionResult.Status.ABORTED);
  }

  static void passes(Class<?> sample, int tests) {
    run(sample).testEvents().assertStatistics(seen -> seen.started(tests).succeeded(tests));
  }

  private static Throwable onlyEnd(EngineExecutionResults run, TestExecutionResult.Status status) {
    List<TestExecutionResult> ends =
        run.testEvents()
            .finished()
            .map(event -> event.getRequiredPayload(TestExecutionResult.class))
            .toList();
    assertThat(ends).hasSize(1);
    assertThat(ends.getFirst().getStatus()).isEqualTo(status);
    return ends.getFirst().getThrowable().orElseThrow();
  }

  /** The failures of a run by the names of the tests. */
  static Throwable failure(EngineExecutionResults run, String method) {
    Event event =
        run.testEvents()
            .finished()
            .filter(end -> end.getTestDescriptor().getDisplayName().equals(method + "()"))
            .findFirst()
            .orElseThrow();
    return event
        .getRequiredPayload(TestExecutionResult.class)
        .getThrowable()
        .orElseThrow(() -> new AssertionError(method + " has not failed"));
  }
}
