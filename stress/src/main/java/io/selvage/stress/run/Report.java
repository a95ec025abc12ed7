package io.selvage.stress.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The report: a page for readers, and its figures as CSV. */
final class Report {
  /** A column of the table. */
  private record Column(String title, List<Figure> figures) {
    Column(String title, Figure... figures) {
      this(title, List.of(figures));
    }

    String cell(Figures of) {
      List<String> cells = new ArrayList<>();
      for (Figure figure : figures) {
        OptionalLong value = of.get(figure);
        if (value.isPresent()) {
          cells.add(Long.toString(value.getAsLong()));
        }
      }
      return cells.isEmpty() ? "–" : String.join(" / ", cells);
    }
  }

  private static final List<Column> COLUMNS =
      List.of(
          new Column("schedules", Figure.SCHEDULES),
          new Column("tests / known", Figure.TESTS, Figure.TESTS_KNOWN),
          new Column("operations", Figure.OPERATIONS),
          new Column("deliveries", Figure.DELIVERIES),
          new Column("faults", Figure.FAULTS),
          new Column("lost", Figure.LOST),
          new Column("doubled", Figure.DOUBLED),
          new Column("leaked", Figure.LEAKED),
          new Column("wrong", Figure.WRONG),
          new Column("heap KiB, begin / end", Figure.HEAP_BEGIN, Figure.HEAP_END),
          new Column("threads, begin / end", Figure.THREADS_BEGIN, Figure.THREADS_END));

  private final StressOptions options;
  private final List<PartResult> results;

  Report(StressOptions options, List<PartResult> results) {
    this.options = options;
    this.results = List.copyOf(results);
  }

  /** {@return one line for all parts} */
  static String summary(List<PartResult> results) {
    long failed = results.stream().filter(result -> !result.passed()).count();
    return String.format(
        Locale.ROOT,
        "%d parts, %d failed; schedules explored: %d, operations: %d, deliveries: %d, faults: %d,"
            + " lost: %d, doubled: %d, leaked: %d, wrong: %d",
        results.size(),
        failed,
        sum(results, Figure.SCHEDULES),
        sum(results, Figure.OPERATIONS),
        sum(results, Figure.DELIVERIES),
        sum(results, Figure.FAULTS),
        sum(results, Figure.LOST),
        sum(results, Figure.DOUBLED),
        sum(results, Figure.LEAKED),
        sum(results, Figure.WRONG));
  }

  private static long sum(List<PartResult> results, Figure figure) {
    return results.stream().mapToLong(result -> result.figures().valueOf(figure)).sum();
  }

  /** {@return the command that runs this part again} */
  static String again(PartResult result, StressOptions options) {
    return String.format(
        Locale.ROOT,
        "./selvage stress --minutes %s --seed %d %s%s",
        minutes(result.time()),
        options.seed(),
        options.ownCarriers() ? "--own-carriers " : "",
        result.part().name());
  }

  private static String minutes(Duration time) {
    // rounded up: no duration is rounded to zero
    double minutes = Math.ceil(time.toMillis() / 60.0) / 1e3;
    return String.format(Locale.ROOT, "%.3f", minutes).replaceFirst("\\.?0+$", "");
  }

  /** Writes both files. */
  void write() throws IOException, InterruptedException {
    Path folder = options.report().toAbsolutePath().getParent();
    if (folder != null) {
      Files.createDirectories(folder);
    }
    Files.writeString(options.report(), page());
    Files.writeString(options.csv(), csv());
  }

  private String page() throws InterruptedException {
    List<String> lines = new ArrayList<>();
    lines.add("# Stress run");
    lines.add("");
    lines.add(sentence(summary(results)) + ".");
    lines.add("");
    lines.add("- time: " + minutes(options.time()) + " minutes for all parts asked for");
    lines.add("- seed: " + options.seed());
    lines.add(
        "- virtual threads of the library run on "
            + (options.ownCarriers() ? "its own carriers" : "the scheduler of the JDK"));
    Host.facts().forEach(fact -> lines.add("- " + fact));
    lines.add("");
    lines.add(row(Stream.concat(Stream.of("part", "result", "seconds"), titles())));
    lines.add(row(Stream.concat(Stream.of("---", "---", "--:"), titles().map(each -> "--:"))));
    for (PartResult result : results) {
      lines.add(
          row(
              Stream.concat(
                  Stream.of(
                      result.part().name(), result.passed() ? "passed" : "FAILED", seconds(result)),
                  COLUMNS.stream().map(column -> column.cell(result.figures())))));
    }
    lines.add("");
    lines.add("What the parts do:");
    lines.add("");
    results.forEach(
        result -> lines.add("- " + result.part().name() + ": " + result.part().title()));
    results.stream()
        .filter(result -> !result.passed())
        .forEach(result -> addFailure(result, lines));
    return String.join("\n", lines) + "\n";
  }

  private void addFailure(PartResult result, List<String> lines) {
    lines.add("");
    lines.add("## " + result.part().name() + " has failed");
    lines.add("");
    result.problems().forEach(problem -> lines.add("- " + problem));
    lines.add("");
    lines.add("Output: " + result.log());
    lines.add("");
    lines.add("Again: `" + again(result, options) + "`");
  }

  private static Stream<String> titles() {
    return COLUMNS.stream().map(Column::title);
  }

  private static String row(Stream<String> cells) {
    return cells.collect(Collectors.joining(" | ", "| ", " |"));
  }

  private static String sentence(String text) {
    return text.substring(0, 1).toUpperCase(Locale.ROOT) + text.substring(1);
  }

  private static String seconds(PartResult result) {
    return String.format(Locale.ROOT, "%.1f", result.took().toMillis() / 1e3);
  }

  private String csv() {
    List<String> lines = new ArrayList<>();
    lines.add(
        Stream.concat(
                Stream.of("part", "passed", "seconds", "seed"),
                Stream.of(Figure.values()).map(Figure::key))
            .collect(Collectors.joining(",")));
    for (PartResult result : results) {
      lines.add(
          Stream.concat(
                  Stream.of(
                      result.part().name(),
                      Boolean.toString(result.passed()),
                      seconds(result),
                      Long.toString(options.seed())),
                  Stream.of(Figure.values()).map(figure -> value(result.figures().get(figure))))
              .collect(Collectors.joining(",")));
    }
    return String.join("\n", lines) + "\n";
  }

  private static String value(OptionalLong value) {
    return value.isPresent() ? Long.toString(value.getAsLong()) : "";
  }
}
