package io.selvage.test;

import java.time.Duration;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** What can be set in {@link SimulationOptions}; copied, then changed, then never again. */
final class RunSettings implements Cloneable {
  private static final long STEPS = 1_000_000;

  @Nullable String name;
  Strategy strategy = Strategy.mixed();
  long firstSeed;
  long stepLimit = STEPS;
  Duration stallLimit = Duration.ofSeconds(10);
  @Nullable Duration budget;
  boolean platformThreads;
  boolean foreignThreads;
  boolean shortening = true;
  double delayProbability;
  Duration longestDelay = Duration.ZERO;
  double faultProbability;
  Map<String, Double> faults = Map.of();
  Predicate<String> cancelTargets = name -> true;
  @Nullable UnaryOperator<String> replayLine;
  @Nullable Class<? extends RuntimeException> abort;

  /** {@return what a run is not the same without, as source text} */
  String changesOfRuns() {
    StringBuilder text = new StringBuilder();
    if (stepLimit != STEPS) {
      text.append(".withStepLimit(" + stepLimit + "L)");
    }
    if (foreignThreads) {
      text.append(".withForeignThreads()");
    }
    if (delayProbability > 0) {
      text.append(".withDelays(" + delayProbability);
      text.append(", Duration.parse(\"" + longestDelay + "\"))");
    }
    if (faultProbability > 0) {
      text.append(".withFaults(" + faultProbability + ")");
    }
    faults.forEach(
        (point, probability) -> text.append(".withFault(\"" + point + "\", " + probability + ")"));
    return text.isEmpty() ? "" : ".options()" + text;
  }

  RunSettings copy() {
    try {
      return (RunSettings) clone();
    } catch (CloneNotSupportedException e) {
      throw new AssertionError(e);
    }
  }
}
