package io.selvage.test;

import io.selvage.test.run.RunSettings;
import java.time.Duration;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** The values of {@link SimulationOptions}: copied, then changed, and from then on constant. */
final class OptionValues implements Cloneable {
  private static final long STEPS = 1_000_000;
  private static final Duration UNLIMITED = Duration.ofDays(36_500);

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

  /** {@return the values that a single run depends on} */
  RunSettings forRuns() {
    return new RunSettings(
        stepLimit,
        stallLimit,
        platformThreads,
        foreignThreads,
        delayProbability,
        longestDelay,
        faultProbability,
        faults);
  }

  /** {@return whether no run begins any more, this many nanoseconds after the first one} */
  boolean isOutOfBudget(long nanos) {
    return nanos >= (budget == null ? UNLIMITED : budget).toNanos();
  }

  /** Throws an exception that is no failure of a body as it is. */
  void throwIfAbort(@Nullable Throwable thrown) {
    if (abort != null && abort.isInstance(thrown)) {
      throw abort.cast(thrown);
    }
  }

  /** {@return the source text that replays a schedule} */
  String replayLine(String schedule) {
    return replayLine == null
        ? "Simulation" + changesOfRuns() + ".replay(\"" + schedule + "\", body)"
        : replayLine.apply(schedule);
  }

  /** {@return the options that change the runs, as source text} */
  private String changesOfRuns() {
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

  OptionValues copy() {
    try {
      return (OptionValues) clone();
    } catch (CloneNotSupportedException e) {
      throw new AssertionError(e);
    }
  }
}
