package io.selvage.bench.echo;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Numbers of several rounds. */
final class Figures {
  private Figures() {}

  static double median(List<Double> values) {
    double[] sorted = values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }

  /** {@return the median of the ratios of each round, with the least and the greatest} */
  static String ratios(List<Double> above, List<Double> below) {
    Double[] ratios = new Double[above.size()];
    for (int i = 0; i < ratios.length; i++) {
      ratios[i] = above.get(i) / below.get(i);
    }
    Arrays.sort(ratios);
    return String.format(
        Locale.ROOT,
        "(%.2f, %.2f-%.2f)",
        median(Arrays.asList(ratios)),
        ratios[0],
        ratios[ratios.length - 1]);
  }

  /** {@return a rate, in thousands} */
  static String thousands(double rate) {
    return String.format(Locale.ROOT, rate < 9_995 ? "%.2f" : "%.1f", rate / 1000);
  }
}
