package io.selvage.bench.report;

import io.selvage.bench.harness.Growth;
import io.selvage.bench.harness.Result;
import io.selvage.bench.harness.Statistics;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Results as text. */
final class Tables {
  private Tables() {}

  /** {@return the rows of the table, those where Selvage is furthest behind first} */
  static List<Result> rows(Collection<Result> results) {
    return results.stream()
        .filter(result -> result.row().growth().isEmpty())
        .sorted(
            Comparator.comparingDouble(
                result ->
                    result.best().map(peer -> peer.ratio().median()).orElse(Double.MAX_VALUE)))
        .toList();
  }

  /** {@return a table in Markdown} */
  static String markdown(List<Result> rows) {
    StringBuilder text =
        new StringBuilder(
                "| row | what is done once | Selvage | best other | best / us | others |\n")
            .append("|---|---|--:|---|---|---|\n");
    for (Result result : rows) {
      text.append("| ").append(String.join(" | ", cells(result))).append(" |\n");
    }
    return text.toString();
  }

  private static List<String> cells(Result result) {
    var unit = result.row().unit();
    List<Result.Peer> peers = result.peers();
    List<String> named =
        peers.stream().map(peer -> peer.name() + " " + unit.format(peer.figure())).toList();
    return List.of(
        "`" + result.row().title() + "`",
        result.row().operation(),
        unit.format(result.selvage()),
        named.stream().limit(1).collect(Collectors.joining()),
        peers.stream().limit(1).map(peer -> peer.ratio().toString()).collect(Collectors.joining()),
        named.stream().skip(1).collect(Collectors.joining(", ")));
  }

  /** {@return a table for a terminal} */
  static String aligned(List<Result> rows) {
    List<List<String>> lines = new ArrayList<>();
    lines.add(List.of("row", "Selvage", "best other", "best / us", "others"));
    for (Result result : rows) {
      List<String> cells = new ArrayList<>(cells(result));
      cells.set(0, result.row().title());
      cells.remove(1);
      lines.add(cells);
    }
    StringBuilder text = new StringBuilder();
    for (List<String> line : lines) {
      for (int column = 0; column < line.size(); column++) {
        int which = column;
        int width = lines.stream().mapToInt(each -> each.get(which).length()).max().orElse(0);
        text.append(line.get(column)).repeat(" ", width - line.get(column).length() + 2);
      }
      text.setLength(text.toString().stripTrailing().length());
      text.append("\n");
    }
    return text.toString();
  }

  /** {@return the results of each chart, in the order of its axis} */
  static Map<String, List<Result>> charts(Collection<Result> results) {
    Map<String, List<Result>> charts = new LinkedHashMap<>();
    for (Result result : results) {
      result
          .row()
          .growth()
          .ifPresent(
              growth ->
                  charts.computeIfAbsent(growth.chart(), any -> new ArrayList<>()).add(result));
    }
    charts.values().forEach(points -> points.sort(Comparator.comparingLong(Tables::at)));
    return charts;
  }

  /** {@return the points of all charts} */
  static List<Result> points(Collection<Result> results) {
    return charts(results).values().stream().flatMap(List::stream).toList();
  }

  /** {@return the rows of each group that have another library, in the order of the catalogue} */
  static Map<String, List<Result>> groups(Collection<Result> results) {
    Map<String, List<Result>> groups = new LinkedHashMap<>();
    for (Result result : results) {
      if (result.row().growth().isEmpty() && result.best().isPresent()) {
        groups.computeIfAbsent(result.row().group(), any -> new ArrayList<>()).add(result);
      }
    }
    return groups;
  }

  static long at(Result result) {
    return result.row().growth().map(Growth::at).orElseThrow();
  }

  /** {@return the libraries of a chart, Selvage first} */
  static Set<String> libraries(List<Result> points) {
    Set<String> names =
        new TreeSet<>(
            Comparator.comparing((String name) -> !name.equals(Result.SELVAGE))
                .thenComparing(Comparator.naturalOrder()));
    points.forEach(point -> names.addAll(point.figures().keySet()));
    return names;
  }

  /** {@return the points of a chart as a table in Markdown} */
  static String growth(List<Result> points) {
    Set<String> libraries = libraries(points);
    String axis = points.getFirst().row().growth().map(Growth::axis).orElseThrow();
    StringBuilder text = new StringBuilder("| ").append(axis);
    libraries.forEach(name -> text.append(" | ").append(name));
    text.append(" | best / us |\n|--:").append("|--:".repeat(libraries.size())).append("|---|\n");
    for (Result point : points) {
      text.append("| ").append(String.format(Locale.ROOT, "%,d", at(point)).replace(',', ' '));
      for (String name : libraries) {
        text.append(" | ");
        if (point.figures().containsKey(name)) {
          text.append(point.row().unit().format(Statistics.median(point.of(name))));
        }
      }
      text.append(" | ")
          .append(point.best().map(peer -> peer.ratio().toString()).orElse(""))
          .append(" |\n");
    }
    return text.toString();
  }

  /** {@return each figure of each fork as CSV} */
  static String csv(Collection<Result> results) {
    StringBuilder text = new StringBuilder("group,row,library,unit,fork,figure\n");
    for (Result result : results) {
      result
          .figures()
          .forEach(
              (library, figures) -> {
                for (int fork = 0; fork < figures.size(); fork++) {
                  text.append(
                      String.format(
                          Locale.ROOT,
                          "%s,%s,%s,%s,%d,%.3f\n",
                          result.row().group(),
                          result.row().name(),
                          quoted(library),
                          result.row().unit().symbol(),
                          fork + 1,
                          figures.get(fork)));
                }
              });
    }
    return text.toString();
  }

  /** {@return a field of CSV as RFC 4180 has it} */
  private static String quoted(String field) {
    return field.matches("[^\",\r\n]*") ? field : '"' + field.replace("\"", "\"\"") + '"';
  }
}
