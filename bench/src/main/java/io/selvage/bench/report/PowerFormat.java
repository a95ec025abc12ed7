package io.selvage.bench.report;

import java.io.Serial;
import java.text.FieldPosition;
import java.text.NumberFormat;
import java.text.ParsePosition;
import java.util.function.DoubleFunction;

/** Writes the power of a logarithm, at an axis. */
final class PowerFormat extends NumberFormat {
  @Serial private static final long serialVersionUID = 1;

  private final double base;

  @SuppressWarnings("serial") // it is never serialized
  private final DoubleFunction<String> text;

  /**
   * Creates it.
   *
   * @param base of the logarithms
   * @param text writes a power
   */
  PowerFormat(double base, DoubleFunction<String> text) {
    this.base = base;
    this.text = text;
  }

  @Override
  public StringBuffer format(double logarithm, StringBuffer to, FieldPosition position) {
    return to.append(text.apply(Math.pow(base, logarithm)));
  }

  @Override
  public StringBuffer format(long logarithm, StringBuffer to, FieldPosition position) {
    return format((double) logarithm, to, position);
  }

  @Override
  public Number parse(String source, ParsePosition position) {
    throw new UnsupportedOperationException("figures are only written");
  }
}
