package io.selvage.test.junit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import io.selvage.test.SimulationFailure;
import io.selvage.test.SimulationFailure.Kind;
import io.selvage.test.junit.ElementSamples.DoesNotGetToTheEnd;
import io.selvage.test.junit.ElementSamples.FailsUncancelled;
import io.selvage.test.junit.ElementSamples.HasFaults;
import io.selvage.test.junit.ElementSamples.IsCancelledEverywhere;
import io.selvage.test.junit.ElementSamples.IsComposed;
import io.selvage.test.junit.ElementSamples.IsHeldUp;
import io.selvage.test.junit.ElementSamples.LosesAnItemWhenCancelled;
import io.selvage.test.junit.ElementSamples.Stalls;
import io.selvage.test.junit.ElementSamples.Strategies;
import io.selvage.test.junit.ElementSamples.TakesTooManySteps;
import io.selvage.test.junit.RefusedSamples.BadElements;
import io.selvage.test.junit.RefusedSamples.HasOneInstance;
import io.selvage.test.junit.RefusedSamples.IsATemplate;
import io.selvage.test.junit.RefusedSamples.RegistersTheExtension;
import io.selvage.test.junit.SimulationSamples.Assumes;
import io.selvage.test.junit.SimulationSamples.AssumesAndFails;
import io.selvage.test.junit.SimulationSamples.AssumesBefore;
import io.selvage.test.junit.SimulationSamples.Defaults;
import io.selvage.test.junit.SimulationSamples.FailsAfterwards;
import io.selvage.test.junit.SimulationSamples.FailsBefore;
import io.selvage.test.junit.SimulationSamples.FailsToBeMade;
import io.selvage.test.junit.SimulationSamples.HasBothKindsOfTests;
import io.selvage.test.junit.SimulationSamples.HasLifecycle;
import io.selvage.test.junit.SimulationSamples.HasNestedOnes;
import io.selvage.test.junit.SimulationSamples.HasParameters;
import io.selvage.test.junit.SimulationSamples.HasWrongParameter;
import io.selvage.test.junit.SimulationSamples.HasWrongParameterBefore;
import io.selvage.test.junit.SimulationSamples.InheritsNestedOnes;
import io.selvage.test.junit.SimulationSamples.IsStuckAfterwards;
import io.selvage.test.junit.SimulationSamples.Passes;
import io.selvage.test.junit.SimulationSamples.ReplaysNonsense;
import io.selvage.test.junit.SimulationSamples.WantsTheRunInItsConstructor;
import java.util.Collections;
import java.util.List;
import java.util.stream.LongStream;
import org.assertj.core.api.ObjectAssert;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.jupiter.api.extension.ParameterResolutionException;
import org.junit.platform.testkit.engine.EngineExecutionResults;
import org.opentest4j.TestAbortedException;

class SimulationExtensionTest {
  private static final List<String> LOG = SimulationSamples.LOG;

  @BeforeEach
  void clear() {
    LOG.clear();
    SimulationSamples.SEEDS.clear();
  }

  private static SimulationFailure failureOf(Class<?> sample) {
    Throwable failure = Kit.failureOf(sample);
    assertThat(failure).isInstanceOf(SimulationFailure.class);
    return (SimulationFailure) failure;
  }

  // ---- runs

  @Test
  void aTestIsRunUnderEachSeedAndIsOneTest() {
    EngineExecutionResults run = Kit.run(Passes.class);
    run.testEvents().assertStatistics(seen -> seen.started(1).succeeded(1));
    run.containerEvents().assertStatistics(seen -> seen.started(2)); // engine and class
    assertThat(SimulationSamples.SEEDS).containsAll(seeds(7, 27)).hasSize(20);
  }

  @Test
  void thereAreAHundredSeedsUnlessSaidOtherwise() {
    Kit.passes(Defaults.class, 1);
    assertThat(SimulationSamples.SEEDS).containsAll(seeds(0, 100)).hasSize(100);
  }

  private static List<Long> seeds(long from, long to) {
    return LongStream.range(from, to).boxed().toList();
  }

  @Test
  void aComposedAnnotationWorksToo() {
    Kit.passes(IsComposed.class, 1);
    assertThat(LOG).hasSize(3);
  }

  // ---- failures and their schedules

  @Test
  void aFailureSaysHowToPasteItsSchedule() {
    SimulationFailure failure = failureOf(LostUpdateSample.class);
    String schedule = failure.schedule().orElseThrow();
    assertThat(failure.kind()).isEqualTo(Kind.FAILED);
    assertThat(failure.getCause()).isInstanceOf(AssertionError.class);
    assertThat(schedule).startsWith("sim1:LostUpdateSample.counts:");
    assertThat(failure.getMessage().lines())
        .containsSequence(
            "run it again with",
            "  -Dselvage.schedule='" + schedule + "'",
            "  SELVAGE_SCHEDULE='" + schedule + "'",
            "  @SimulationTest(schedule = \"" + schedule + "\")")
        .noneMatch(line -> line.contains("Simulation.replay"));
  }

  @Test
  void aPastedScheduleFailsInTheSameWay() throws Exception {
    SimulationFailure found = failureOf(LostUpdateSample.class);
    String schedule = found.schedule().orElseThrow();
    Class<?> pasted = Paste.schedule(schedule, LostUpdateSample.class, "counts");
    for (int i = 0; i < 3; i++) {
      SimulationFailure again = failureOf(pasted);
      assertThat(again.kind()).isEqualTo(found.kind());
      assertThat(again.seed()).isEqualTo(found.seed());
      assertThat(again.schedule()).isEqualTo(found.schedule());
      assertThat(again.getCause()).hasMessage(found.getCause().getMessage());
      assertThat(again).hasMessageContaining("(run 1, replayed)");
    }
  }

  @Test
  void theSystemPropertyFindsTheTestByItsName() {
    String schedule = failureOf(LostUpdateSample.class).schedule().orElseThrow();
    System.setProperty("selvage.schedule", schedule);
    try {
      assertThat(failureOf(LostUpdateSample.class)).hasMessageContaining("(run 1, replayed)");
      Kit.passes(Defaults.class, 1); // which is another one
      assertThat(SimulationSamples.SEEDS).hasSize(100);
    } finally {
      System.clearProperty("selvage.schedule");
    }
  }

  @Test
  void whatIsNoScheduleIsRefused() {
    assertThat(Kit.failureOf(ReplaysNonsense.class))
        .hasMessageContaining("not a schedule: 'sim1:nonsense'");
    assertThat(LOG).isEmpty();
  }

  // ---- instances, and what comes before and after

  @Test
  void eachRunHasAnInstanceAndItsMethodsInTheSimulation() {
    Kit.passes(HasLifecycle.class, 1);
    assertThat(LOG)
        .containsExactly(
            "new", // JUnit's own
            "new",
            "parent before",
            "before 0 in run 0",
            "test 1 after PT1S",
            "after 2 in run 0",
            "parent after",
            "new",
            "parent before",
            "before 0 in run 1",
            "test 1 after PT1S",
            "after 2 in run 1",
            "parent after");
  }

  @Test
  void aPlainTestOfTheSameClassIsRunByJUnit() {
    Kit.passes(HasBothKindsOfTests.class, 2);
    assertThat(Collections.frequency(LOG, "before")).isEqualTo(3);
    assertThat(Collections.frequency(LOG, "plain")).isEqualTo(1);
    assertThat(Collections.frequency(LOG, "simulated")).isEqualTo(2);
  }

  @Test
  void aNestedClassHasNewInstancesOfTheOnesAroundItToo() {
    Kit.passes(HasNestedOnes.class, 1);
    List<String> once =
        List.of("outer before 0", "inner before 10", "test 21", "inner after 32", "outer after 4");
    assertThat(LOG.subList(0, 5)).isEqualTo(once);
    assertThat(LOG.subList(5, 10)).isEqualTo(once);
  }

  @Test
  void anInheritedNestedClassIsInsideOfTheInheritingOne() {
    Kit.passes(InheritsNestedOnes.class, 1);
    assertThat(LOG.subList(0, 6))
        .containsExactly(
            "outer before 0",
            "more",
            "inner before 10",
            "test 21",
            "inner after 32",
            "outer after 4");
  }

  @Test
  void whatFailsBeforeTheTestFailsItAndTheRestIsRun() {
    assertThat(failureOf(FailsBefore.class).getCause()).hasMessage("before");
    assertThat(LOG).contains("after").doesNotContain("test");
  }

  @Test
  void aFailureAfterTheTestRidesOnThatOfTheTest() {
    SimulationFailure failure = failureOf(FailsAfterwards.class);
    assertThat(failure.getCause()).hasMessage("test");
    assertThat(failure.getCause().getSuppressed())
        .singleElement(type(Throwable.class))
        .satisfies(also -> assertThat(also).hasMessage("after"));
  }

  @Test
  void aTestThatFailsIsHeardOfAlsoWhenItsCleanupIsStuck() {
    SimulationFailure failure = failureOf(IsStuckAfterwards.class);
    assertThat(failure.kind()).isEqualTo(Kind.DEADLOCK);
    assertThat(failure.getSuppressed())
        .singleElement(type(Throwable.class))
        .satisfies(also -> assertThat(also).hasMessage("test").hasNoSuppressedExceptions());
  }

  @Test
  void aConstructorFailsTheRunAsWell() {
    assertThat(failureOf(FailsToBeMade.class).getCause()).hasMessage("constructor");
  }

  // ---- parameters

  @Test
  void parametersOfOtherResolversAreResolvedForEachRun() {
    Kit.passes(HasParameters.class, 1);
    String test = "test(TestInfo, SimulationRun)";
    assertThat(LOG).containsExactly("new " + test, "new " + test, "before " + test, test + " 0");
  }

  @Test
  void aParameterWithoutAResolverIsRefused() {
    assertThat(Kit.failureOf(HasWrongParameter.class))
        .isInstanceOf(ParameterResolutionException.class)
        .hasMessageContaining("No ParameterResolver registered for parameter [int");
    assertThat(Kit.failureOf(HasWrongParameterBefore.class))
        .isInstanceOf(ParameterResolutionException.class)
        .hasMessageContaining("StringBuilder");
    assertThat(LOG).isEmpty();
  }

  @Test
  void aConstructorGetsNoRun() {
    assertThat(Kit.failureOf(WantsTheRunInItsConstructor.class))
        .isInstanceOf(ParameterResolutionException.class)
        .hasMessageContaining("SimulationRun");
  }

  // ---- aborts

  @Test
  void anAssumptionThatDoesNotHoldAbortsTheTest() {
    assertThat(Kit.abortOf(Assumes.class))
        .isInstanceOf(TestAbortedException.class)
        .hasMessageContaining("only small seeds");
    assertThat(LOG).containsExactly("run 0", "run 1", "run 2", "run 3");
  }

  @Test
  void anAssumptionBeforeTheTestAbortsItOnce() {
    assertThat(Kit.abortOf(AssumesBefore.class)).hasMessageContaining("not here");
    assertThat(LOG).containsExactly("after");
  }

  @Test
  void anAbortedTestThatFailsAfterwardsHasFailed() {
    SimulationFailure failure = failureOf(AssumesAndFails.class);
    assertThat(failure.getCause()).hasMessage("after");
    assertThat(failure.getCause().getSuppressed())
        .hasOnlyElementsOfType(TestAbortedException.class);
  }

  // ---- the elements

  @Test
  void strategiesAndBudgetsAreThoseThatAreAskedFor() {
    Kit.passes(Strategies.class, 7);
    assertThat(Collections.frequency(LOG, "random")).isEqualTo(10);
    assertThat(Collections.frequency(LOG, "pct")).isEqualTo(10);
    assertThat(Collections.frequency(LOG, "roundRobin")).isEqualTo(10);
    assertThat(Collections.frequency(LOG, "exhaustive")).isBetween(11, 9_999);
    assertThat(Collections.frequency(LOG, "platform")).isEqualTo(10);
    assertThat(Collections.frequency(LOG, "as far as it gets")).isEqualTo(2);
  }

  @Test
  void aSearchThatDoesNotGetToItsEndFails() {
    assertThat(Kit.failureOf(DoesNotGetToTheEnd.class))
        .hasMessageContaining("has not come to its end within 5 schedules; raise seeds");
  }

  @Test
  void limitsDelaysAndFaultsArePassedOn() {
    assertThat(failureOf(TakesTooManySteps.class).kind()).isEqualTo(Kind.STEP_LIMIT);
    assertThat(failureOf(Stalls.class).kind()).isEqualTo(Kind.STALLED);
    assertThat(failureOf(IsHeldUp.class).getCause()).isInstanceOf(AssertionError.class);
    assertThat(failureOf(HasFaults.class).getCause()).hasMessage("disk full");
  }

  @Test
  void aTestIsCancelledAtEveryStep() {
    Kit.passes(IsCancelledEverywhere.class, 1);
    assertThat(Collections.frequency(LOG, "begun"))
        .isGreaterThan(Collections.frequency(LOG, "ended"));
    assertThat(LOG).contains("ended");
  }

  @Test
  void whatMustHoldWhereverItIsCancelledIsAssertedAfterwards() throws Exception {
    SimulationFailure failure = failureOf(LosesAnItemWhenCancelled.class);
    assertThat(failure).hasMessageContaining("cancelled before step");
    assertThat(failure.getCause()).hasMessageContaining("taken, and then kept");
  }

  @Test
  void aFailureWithoutACancellationIsReplayedToo() {
    String schedule = failureOf(FailsUncancelled.class).schedule().orElseThrow();
    System.setProperty("selvage.schedule", schedule);
    try {
      assertThat(failureOf(FailsUncancelled.class)).hasMessageContaining("(run 1, replayed)");
    } finally {
      System.clearProperty("selvage.schedule");
    }
  }

  // ---- what is refused

  @Test
  void badElementsAreRefusedBeforeAnythingIsRun() {
    EngineExecutionResults run = Kit.run(BadElements.class);
    run.testEvents().assertStatistics(seen -> seen.started(15).failed(15));
    assertThat(LOG).isEmpty();
    refused(run, "seeds").hasToString(refusal("seeds", "seeds must be >= 1, was 0"));
    refused(run, "depth").hasToString(refusal("depth", "depth must be >= 1, was 0"));
    refused(run, "preemptions")
        .hasToString(refusal("preemptions", "preemptions must be >= 0, was -1"));
    refused(run, "stepLimit").hasToString(refusal("stepLimit", "stepLimit must be >= 1, was 0"));
    refused(run, "stallLimitMillis")
        .hasToString(refusal("stallLimitMillis", "stallLimitMillis must be >= 1, was 0"));
    refused(run, "endlessStallLimit").asString().contains("limit must be at most 100 years");
    refused(run, "delayProbability")
        .hasToString(refusal("delayProbability", "delayProbability must be from 0 to 1, was 1.5"));
    refused(run, "longestDelayMillis")
        .hasToString(refusal("longestDelayMillis", "longestDelayMillis must be >= 1, was 0"));
    refused(run, "faultProbability")
        .hasToString(refusal("faultProbability", "faultProbability must be from 0 to 1, was NaN"));
    refused(run, "timeBudgetMillis")
        .hasToString(refusal("timeBudgetMillis", "timeBudgetMillis must be >= 0, was -1"));
  }

  @Test
  void elementsWithoutEffectAreRefused() {
    EngineExecutionResults run = Kit.run(BadElements.class);
    refused(run, "depthAlone")
        .hasToString(refusal("depthAlone", "depth has no effect without strategy = PCT"));
    refused(run, "preemptionsAlone")
        .hasToString(
            refusal("preemptionsAlone", "preemptions has no effect without strategy = EXHAUSTIVE"));
    refused(run, "longestDelayAlone")
        .hasToString(
            refusal(
                "longestDelayAlone", "longestDelayMillis has no effect without delayProbability"));
    refused(run, "cancelEverywhereWithSeeds")
        .asString()
        .contains("seeds has no effect with cancelEverywhere, which runs one seed: the firstSeed");
    refused(run, "cancelEverywhereExhaustively")
        .asString()
        .contains("strategy = EXHAUSTIVE has no effect with cancelEverywhere");
  }

  private static ObjectAssert<Object> refused(EngineExecutionResults run, String method) {
    return assertThat((Object) Kit.failure(run, method))
        .isInstanceOf(ExtensionConfigurationException.class);
  }

  private static String refusal(String method, String why) {
    return ExtensionConfigurationException.class.getName()
        + ": @SimulationTest of RefusedSamples.BadElements."
        + method
        + ": "
        + why;
  }

  @Test
  void aClassWithOneInstanceForAllIsRefused() {
    assertThat(Kit.failureOf(HasOneInstance.class))
        .isInstanceOf(ExtensionConfigurationException.class)
        .hasMessageContaining("PER_CLASS; use PER_METHOD");
    assertThat(LOG).isEmpty();
  }

  @Test
  void aTestTemplateIsRefused() {
    EngineExecutionResults run = Kit.run(IsATemplate.class);
    run.testEvents().assertStatistics(seen -> seen.succeeded(1).failed(1));
    assertThat(LOG).containsExactly("test"); // of the simulation
  }

  @Test
  void theExtensionAloneIsRefused() {
    assertThat(Kit.failureOf(RegistersTheExtension.class))
        .hasMessageContaining("is registered by @SimulationTest, on the method");
    assertThat(LOG).isEmpty();
  }
}
