package io.selvage.test;

import io.selvage.function.ThrowingRunnable;
import java.util.ArrayList;
import java.util.List;

/** Fingerprints of many runs, also as a program of its own for another JVM. */
final class Fingerprints {
  private static final int SEEDS = 40;
  private static final List<ThrowingRunnable<Exception>> PROGRAMS =
      List.of(Programs::channels, Programs::services);

  private Fingerprints() {}

  /** All fingerprints of all programs, in a line. */
  static String of(SimulationOptions options) {
    List<String> prints = new ArrayList<>();
    for (ThrowingRunnable<Exception> program : PROGRAMS) {
      for (long seed = 0; seed < SEEDS; seed++) {
        prints.add(Integer.toHexString(options.run(seed, program).fingerprint()));
      }
    }
    return String.join(" ", prints);
  }

  public static void main(String[] arguments) {
    System.out.println(of(Simulation.options()));
  }
}
