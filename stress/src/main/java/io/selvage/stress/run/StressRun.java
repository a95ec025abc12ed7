package io.selvage.stress.run;

import io.selvage.stress.run.StressOptions.BadArgumentException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Runs the parts one after the other, each in a JVM of its own, and writes the report. A part that
 * crashes or hangs has failed; the others go on.
 */
public final class StressRun {
  private static final Duration LEAST = Duration.ofSeconds(1);
  private static final int FAILED = 1;
  private static final int BAD_ARGUMENTS = 2;

  private static final String USAGE =
      """
      usage: ./selvage stress [--minutes n] [--seed n] [--own-carriers] [--report file]
                         [--grace seconds] [part ..]

      The parts are (each argument is a regular expression for their names):
      """;

  private final StressOptions options;
  private final Display display;

  private StressRun(StressOptions options, Display display) {
    this.options = options;
    this.display = display;
  }

  /**
   * Runs the program. Ends with status 0 if all parts have passed, 1 if one has failed, 2 if the
   * arguments are wrong.
   */
  public static void main(String[] args) throws IOException, InterruptedException {
    List<String> arguments = List.of(args);
    if (arguments.contains("--help")) {
      System.out.print(usage());
      return;
    }
    try {
      StressOptions options = StressOptions.parse(arguments);
      boolean passed = new StressRun(options, Display.create()).run();
      System.exit(passed ? 0 : FAILED);
    } catch (BadArgumentException e) {
      System.err.println("stress: " + e.getMessage());
      System.exit(BAD_ARGUMENTS);
    }
  }

  private static String usage() {
    StringBuilder usage = new StringBuilder(USAGE);
    for (StressPart part : Parts.all()) {
      usage.append(String.format(Locale.ROOT, "  %-18s %s%n", part.name(), part.title()));
    }
    return usage.toString();
  }

  private boolean run() throws IOException, InterruptedException {
    long end = System.nanoTime() + options.time().toNanos();
    List<PartResult> results = new ArrayList<>();
    List<StressPart> parts = options.parts();
    for (int i = 0; i < parts.size(); i++) {
      StressPart part = parts.get(i);
      Duration left = Duration.ofNanos(end - System.nanoTime());
      int weights = parts.stream().skip(i).mapToInt(StressPart::weight).sum();
      Duration time = left.multipliedBy(part.weight()).dividedBy(weights);
      PartResult result = run(part, time.compareTo(LEAST) < 0 ? LEAST : time);
      results.add(result);
      display.ended(result, options);
      // after each part: a run that is broken off leaves a report, too
      new Report(options, results).write();
    }
    display.ended(results, options);
    return results.stream().allMatch(PartResult::passed);
  }

  private PartResult run(StressPart part, Duration time) throws IOException, InterruptedException {
    try (Display.Progress progress = display.begin(part, time)) {
      return new PartProcess(part, options, time).run(progress::reached);
    }
  }
}
