package io.selvage.stress.run;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/** What the stress run shows: a bar for each part on a terminal, and a line for each that ended. */
final class Display {
  private final boolean onTerminal;

  private Display(boolean onTerminal) {
    this.onTerminal = onTerminal;
  }

  /**
   * {@return a display}
   *
   * <p>Java does not know whether the standard error is a terminal; the property {@code
   * selvage.stress.terminal} says it.
   */
  static Display create() {
    return new Display(Boolean.getBoolean("selvage.stress.terminal"));
  }

  /** How far a part has got. */
  static final class Progress implements AutoCloseable {
    private final @Nullable ProgressBar bar;

    private Progress(@Nullable ProgressBar bar) {
      this.bar = bar;
    }

    void reached(Duration took) {
      if (bar != null) {
        bar.stepTo(Math.min(took.toSeconds(), bar.getMax()));
      }
    }

    @Override
    public void close() {
      if (bar != null) {
        bar.close();
      }
    }
  }

  Progress begin(StressPart part, Duration time) {
    if (!onTerminal) {
      return new Progress(null);
    }
    return new Progress(
        new ProgressBarBuilder()
            .setTaskName(part.name())
            .setInitialMax(Math.max(1, time.toSeconds()))
            .setStyle(ProgressBarStyle.ASCII)
            .build());
  }

  void ended(PartResult result, StressOptions options) {
    System.out.printf(
        Locale.ROOT,
        "stress: %s: %s, %.1f s, %s%n",
        result.part().name(),
        result.passed() ? "passed" : "FAILED",
        result.took().toMillis() / 1e3,
        result.figures());
    if (!result.passed()) {
      result.problems().forEach(each -> System.out.println("  " + each));
      System.out.println("  output: " + result.log());
      System.out.println("  again:  " + Report.again(result, options));
    }
  }

  void ended(List<PartResult> results, StressOptions options) {
    System.out.println("stress: " + Report.summary(results));
    System.out.println("stress: report: " + options.report() + ", " + options.csv());
  }
}
