package io.selvage.test.run;

import io.selvage.kernel.Exhaustion;
import java.time.Duration;
import java.util.Map;

/**
 * The options that change a single run.
 *
 * @param stepLimit how many steps it may take
 * @param stallLimit how long a task may be without a step, in real time
 * @param platformThreads whether tasks get platform threads
 * @param foreignThreads whether tasks may make threads that are not simulated
 * @param delayProbability how likely a task is delayed at a step
 * @param longestDelay for how long at most
 * @param faultProbability how likely a fault point fails that is not named in {@code faults}
 * @param faults how likely those of these names fail
 */
public record RunSettings(
    long stepLimit,
    Duration stallLimit,
    boolean platformThreads,
    boolean foreignThreads,
    double delayProbability,
    Duration longestDelay,
    double faultProbability,
    Map<String, Double> faults) {

  /** Where the library itself may run out of memory fails only if it is named. */
  double faultProbability(String name) {
    return faults.getOrDefault(name, name.startsWith(Exhaustion.PREFIX) ? 0 : faultProbability);
  }
}
