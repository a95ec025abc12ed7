package io.selvage.bench.report;

import io.selvage.bench.harness.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A run, as files.
 *
 * @param results what was measured
 * @param facts where and how
 */
public record Report(List<Result> results, Facts facts) {
  /** Copies the list. */
  public Report {
    results = List.copyOf(results);
  }

  /**
   * Writes the table, the figures and the charts.
   *
   * @param folder for all of them; what is there of an earlier run is deleted
   * @throws IOException if a file cannot be written
   */
  public void write(Path folder) throws IOException {
    Files.createDirectories(folder);
    deleteCharts(folder);
    Files.writeString(folder.resolve("report.md"), "# Selvage beside others\n\n" + markdown(""));
    Files.writeString(folder.resolve("figures.csv"), Tables.csv(results));
    writeCharts(folder);
  }

  static void deleteCharts(Path folder) throws IOException {
    try (var files = Files.newDirectoryStream(folder, "*.svg")) {
      for (Path file : files) {
        Files.delete(file);
      }
    }
  }

  void writeCharts(Path folder) throws IOException {
    for (Map.Entry<String, List<Result>> chart : Tables.charts(results).entrySet()) {
      Charts.growth(chart.getKey(), chart.getValue(), folder.resolve(file(chart.getKey())));
    }
    for (Map.Entry<String, List<Result>> group : Tables.groups(results).entrySet()) {
      Charts.ratios(group.getKey(), group.getValue(), folder.resolve(ratios(group.getKey())));
    }
  }

  /** {@return the table for a terminal} */
  public String text() {
    return facts.markdown()
        + "\n"
        + Tables.aligned(Tables.rows(results))
        + (Tables.charts(results).isEmpty() ? "" : "\n" + Tables.aligned(Tables.points(results)));
  }

  /**
   * {@return the whole report, with headings of the second level}
   *
   * @param folder of the charts, with a slash at its end, or nothing
   */
  String markdown(String folder) {
    List<Result> rows = Tables.rows(results);
    List<Result> behind = rows.stream().filter(Result::isBehind).toList();
    List<Result> ahead = rows.stream().filter(row -> !row.isBehind()).toList();
    StringBuilder text = new StringBuilder(facts.markdown());
    if (!behind.isEmpty()) {
      text.append(
              String.format(
                  Locale.ROOT,
                  "%n## Where Selvage is behind: %d of %d rows%n%n",
                  behind.size(),
                  rows.size()))
          .append(Tables.markdown(behind));
    }
    if (!ahead.isEmpty()) {
      text.append(
              String.format(
                  Locale.ROOT,
                  "%n## Where it is not: %d of %d rows%n%n",
                  ahead.size(),
                  rows.size()))
          .append(Tables.markdown(ahead));
    }
    if (!Tables.groups(results).isEmpty()) {
      text.append("\n## Ratios as charts\n");
      Tables.groups(results)
          .keySet()
          .forEach(group -> text.append(image(group, folder + ratios(group))));
    }
    if (!Tables.charts(results).isEmpty()) {
      text.append("\n## How costs grow\n");
      Tables.charts(results)
          .forEach(
              (chart, points) ->
                  text.append("\n### ")
                      .append(heading(chart))
                      .append('\n')
                      .append(image(chart, folder + file(chart)))
                      .append('\n')
                      .append(Tables.growth(points)));
    }
    return text.toString();
  }

  private static String heading(String chart) {
    return chart.substring(0, 1).toUpperCase(Locale.ROOT) + chart.substring(1);
  }

  private static String image(String what, String path) {
    return "\n![" + what + "](" + path + ")\n";
  }

  private static String file(String chart) {
    return "growth-" + chart.replace(' ', '-') + ".svg";
  }

  private static String ratios(String group) {
    return "ratios-" + group + ".svg";
  }
}
