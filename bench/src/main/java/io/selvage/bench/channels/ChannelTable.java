package io.selvage.bench.channels;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Channels and selects beside those of others, as a table. Each fork is a new process for each
 * workload ({@link PairedChannels}); all workloads run once before the first one runs again, so
 * that a slow minute of the machine does not fall on one line.
 */
public final class ChannelTable {
  private static final int FORKS = 3;

  /** The nanoseconds for each item by workload and library, one for each fork; Selvage first. */
  private final Map<Workload, Map<String, List<Double>>> lines = new EnumMap<>(Workload.class);

  private ChannelTable() {}

  /**
   * Measures, and prints the table.
   *
   * @param arguments a regular expression for the names of the workloads, all unless given; the
   *     number of forks, 3 unless given
   * @throws IOException if a process cannot be started
   * @throws InterruptedException if it is interrupted
   */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    Pattern names = Pattern.compile(arguments.length == 0 ? "" : arguments[0]);
    int forks = arguments.length < 2 ? FORKS : Integer.parseInt(arguments[1]);
    List<Workload> chosen =
        Stream.of(Workload.values())
            .filter(workload -> names.matcher(workload.title()).find())
            .toList();
    ChannelTable table = new ChannelTable();
    for (int fork = 1; fork <= forks; fork++) {
      for (Workload workload : chosen) {
        System.err.printf("fork %d of %d: %s%n", fork, forks, workload.title());
        table.fork(workload);
      }
    }
    table.print();
  }

  private void fork(Workload workload) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xms1g",
                "-Xmx1g",
                "-cp",
                System.getProperty("java.class.path"),
                PairedChannels.class.getName(),
                workload.name())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    Map<String, List<Double>> line = lines.computeIfAbsent(workload, any -> new LinkedHashMap<>());
    try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
      output
          .lines()
          .map(text -> text.split(" "))
          .forEach(
              words ->
                  line.computeIfAbsent(words[0], any -> new ArrayList<>())
                      .add(Double.valueOf(words[1])));
    }
    int exit = process.waitFor();
    if (exit != 0) {
      throw new IOException(
          "the process that measures " + workload.title() + " ended with " + exit);
    }
  }

  // ---- the table

  private void print() {
    System.out.println(
        "ns for each item, medians of the forks; best / us: above 1 Selvage is faster; in brackets"
            + " the least and the greatest of the forks");
    System.out.printf(
        Locale.ROOT,
        "%-20s %8s  %-19s %8s  %-20s %s%n",
        "workload",
        "Selvage",
        "best other",
        "",
        "best / us",
        "others");
    lines.forEach(ChannelTable::print);
  }

  private static void print(Workload workload, Map<String, List<Double>> line) {
    List<Double> us = line.values().iterator().next();
    List<Map.Entry<String, List<Double>>> others =
        line.entrySet().stream()
            .skip(1)
            .sorted(Comparator.comparingDouble(entry -> median(ratios(entry.getValue(), us))))
            .toList();
    Map.Entry<String, List<Double>> best = others.getFirst();
    double[] ratios = ratios(best.getValue(), us);
    System.out.printf(
        Locale.ROOT,
        "%-20s %8.0f  %-19s %8.0f  %5.2f (%.2f - %.2f)  %s%n",
        workload.title(),
        median(values(us)),
        best.getKey(),
        median(values(best.getValue())),
        median(ratios),
        Arrays.stream(ratios).min().orElseThrow(),
        Arrays.stream(ratios).max().orElseThrow(),
        others.stream()
            .skip(1)
            .map(entry -> entry.getKey() + " " + Math.round(median(values(entry.getValue()))))
            .collect(Collectors.joining(", ")));
  }

  /** One ratio for each fork. */
  private static double[] ratios(List<Double> above, List<Double> below) {
    return IntStream.range(0, above.size()).mapToDouble(i -> above.get(i) / below.get(i)).toArray();
  }

  private static double[] values(List<Double> list) {
    return list.stream().mapToDouble(Double::doubleValue).toArray();
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }
}
