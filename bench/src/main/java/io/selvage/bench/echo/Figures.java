package io.selvage.bench.echo;

import io.selvage.bench.harness.Statistics;
import java.util.List;
import java.util.Locale;

/** Numbers of several rounds, as text. */
final class Figures {
  private Figures() {}

  /** {@return the median of the ratios of each round, with the least and the greatest} */
  static String ratios(List<Double> above, List<Double> below) {
    Statistics.Ratio ratio = Statistics.ratio(above, below);
    return String.format(
        Locale.ROOT, "(%.2f, %.2f-%.2f)", ratio.median(), ratio.least(), ratio.greatest());
  }

  /** {@return a rate, in thousands} */
  static String thousands(double rate) {
    return String.format(Locale.ROOT, rate < 9_995 ? "%.2f" : "%.1f", rate / 1000);
  }
}
