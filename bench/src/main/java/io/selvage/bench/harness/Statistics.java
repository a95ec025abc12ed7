package io.selvage.bench.harness;

import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/** Numbers of several forks. */
public final class Statistics {
  private Statistics() {}

  /**
   * {@return the one in the middle, or the average of the two in the middle}
   *
   * @param values at least one
   */
  public static double median(List<Double> values) {
    double[] sorted = values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    if (sorted.length == 0) {
      throw new IllegalArgumentException("no values have no median");
    }
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }

  /**
   * Ratios of values that were taken in the same fork.
   *
   * @param median of all forks
   * @param least of all forks
   * @param greatest of all forks
   */
  public record Ratio(double median, double least, double greatest) {
    /** {@return the median and the spread, as text} */
    @Override
    public String toString() {
      return String.format(Locale.ROOT, "%.2f (%.2f – %.2f)", median, least, greatest);
    }
  }

  /**
   * {@return the ratio of two libraries}
   *
   * @param above one value for each fork
   * @param below as many
   */
  public static Ratio ratio(List<Double> above, List<Double> below) {
    if (above.size() != below.size()) {
      throw new IllegalArgumentException(
          above.size() + " values cannot be compared with " + below.size());
    }
    List<Double> ratios =
        IntStream.range(0, above.size()).mapToObj(i -> above.get(i) / below.get(i)).toList();
    return new Ratio(
        median(ratios),
        ratios.stream().mapToDouble(Double::doubleValue).min().orElseThrow(),
        ratios.stream().mapToDouble(Double::doubleValue).max().orElseThrow());
  }
}
