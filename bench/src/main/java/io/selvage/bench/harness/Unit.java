package io.selvage.bench.harness;

import java.util.Locale;

/** What is measured. */
public enum Unit {
  /** Nanoseconds. */
  TIME,
  /** Bytes of the heap. */
  MEMORY;

  /** {@return its symbol} */
  public String symbol() {
    return switch (this) {
      case TIME -> "ns";
      case MEMORY -> "B";
    };
  }

  /**
   * {@return a figure with three digits, or more, and the unit that suits it}
   *
   * @param figure nanoseconds or bytes
   */
  public String format(double figure) {
    if (this == MEMORY) {
      return digits(figure) + " B";
    }
    if (figure < 1e3) {
      return digits(figure) + " ns";
    }
    if (figure < 1e6) {
      return digits(figure / 1e3) + " µs";
    }
    return digits(figure / 1e6) + " ms";
  }

  private static String digits(double figure) {
    String pattern = figure < 9.995 ? "%.2f" : figure < 99.95 ? "%.1f" : "%.0f";
    return String.format(Locale.ROOT, pattern, figure);
  }
}
