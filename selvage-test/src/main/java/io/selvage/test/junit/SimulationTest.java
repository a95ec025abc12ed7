package io.selvage.test.junit;

import io.selvage.test.Simulation;
import io.selvage.test.SimulationFailure;
import io.selvage.test.SimulationOptions;
import io.selvage.test.SimulationRun;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A test method that a {@link Simulation} runs under many seeds, until one fails. In reports it is
 * one test.
 *
 * {@snippet class="io.selvage.test.junit.JUnitSnippets" region="simulation"}
 *
 * <p><b>State.</b> Each run has an instance of the test class for itself, inner classes also of
 * those around them. Its constructor, its {@link BeforeEach} methods, the test method and its
 * {@link AfterEach} methods are run in the simulation one after the other, in the order of JUnit;
 * the last ones always, also when the test has failed. So what is in fields belongs to one run.
 * JUnit itself makes one more instance, outside of any simulation, and runs nothing on it.
 * Extensions other than parameter resolvers see only that one, once: they fill in no fields of the
 * others.
 *
 * <p><b>Parameters</b> of the method, and of those before and after it, may be the {@link
 * SimulationRun}, and whatever a registered {@code ParameterResolver} provides, which is asked anew
 * for each run (and once for JUnit's own instance, where the run is null).
 *
 * <p><b>Failure.</b> A run that goes wrong fails the test with a {@link SimulationFailure}. Its
 * message has the schedule in three forms: two for the command line, and one to be written over the
 * annotation, which then replays that schedule and nothing else:
 *
 * {@snippet class="io.selvage.test.junit.JUnitSnippets" region="replay"}
 *
 * <p>The system properties of {@link Simulation} find the test by the name {@code Class.method}. An
 * assumption that does not hold aborts the test, with all runs that would have followed. An element
 * of this annotation that is out of its range, or has no effect beside the others, fails the test
 * before it is run.
 *
 * <p><b>Limits.</b> As of any simulation. The method runs on another thread than JUnit's, so thread
 * locals are not those of the extensions. Classes with the life cycle {@code PER_CLASS} are
 * refused: they ask for one instance.
 *
 * @see NoLeaks
 */
@Target({ElementType.METHOD, ElementType.ANNOTATION_TYPE})
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Test
@ExtendWith(SimulationExtension.class)
public @interface SimulationTest {

  /**
   * {@return how many seeds are run, 1 or more; 100 unless set} For {@link StrategyKind#EXHAUSTIVE}
   * it is how many schedules at most: the test fails if there are more, unless it has a {@linkplain
   * #timeBudgetMillis() time budget}.
   */
  int seeds() default Settings.SEEDS;

  /** {@return the first seed, after which the next ones follow; 0 unless set} */
  long firstSeed() default 0;

  /** {@return how the task that runs next is picked; mixed unless set} */
  StrategyKind strategy() default StrategyKind.MIXED;

  /**
   * {@return how many orderings a bug needs that {@link StrategyKind#PCT} is to find, 1 or more; 3
   * unless set}
   */
  int depth() default Settings.DEPTH;

  /**
   * {@return how often {@link StrategyKind#EXHAUSTIVE} leaves a task that could go on, 0 or more; 2
   * unless set}
   */
  int preemptions() default Settings.PREEMPTIONS;

  /** {@return how many steps a run may take, 1 or more; a million unless set} */
  long stepLimit() default 1_000_000;

  /**
   * {@return for how many milliseconds of real time a task may be without a step, 1 or more; 10
   * seconds unless set}
   */
  long stallLimitMillis() default 10_000;

  /**
   * {@return with what probability a task is held up at a step, from 0 to 1; never unless set} See
   * {@link SimulationOptions#withDelays}.
   */
  double delayProbability() default 0;

  /**
   * {@return for how many milliseconds of the run's time a task is held up at most, 1 or more; a
   * second unless set}
   */
  long longestDelayMillis() default Settings.LONGEST_DELAY;

  /**
   * {@return with what probability each {@linkplain io.selvage.FaultPoint fault point} fails, each
   * time, from 0 to 1; never unless set}
   */
  double faultProbability() default 0;

  /**
   * {@return whether the test is run with one seed, the {@linkplain #firstSeed() first}, and then
   * again for every task and step, cancelling it there; false unless set}
   *
   * <p>The test may be cut short then anywhere, which is no failure. What is to hold all the same
   * is best asserted in an {@link AfterEach} method: that is always run. See {@link
   * SimulationOptions#cancelEverywhere}.
   */
  boolean cancelEverywhere() default false;

  /**
   * {@return the schedule {@code sim1:...} that is replayed, and nothing else; empty for none}
   *
   * <p>The other elements must be as they were when it was found.
   */
  String schedule() default "";

  /**
   * {@return after how many milliseconds of real time no further run is begun, 0 or more; 0, which
   * is no limit, unless set}
   */
  long timeBudgetMillis() default 0;

  /** {@return whether tasks get platform threads, which is slower; virtual ones unless set} */
  boolean platformThreads() default false;
}
