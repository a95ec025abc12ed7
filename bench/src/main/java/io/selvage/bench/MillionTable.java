package io.selvage.bench;

import io.selvage.bench.harness.Statistics;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * {@link MillionTasks} of each kind and asyncio's counterpart, as a table. All kinds run once, each
 * in a process of its own, before the first one runs again. A process repeats the program five
 * times; the second fastest counts, as in TonIO's benchmark.
 */
public final class MillionTable {
  private static final String ASYNCIO = "asyncio";
  private static final String RAW = MillionTasks.Kind.RAW.name();
  private static final Pattern TRIPLE =
      Pattern.compile("\\[([0-9.e-]+), ([0-9.e-]+), ([0-9.e-]+)]");

  /**
   * A generation of young objects that holds a repetition or two. The default collector keeps it at
   * some 300 MB here, and copies all tasks, which live until the end, several times in each
   * repetition: then its pauses are most of what is measured.
   */
  private static final List<String> LARGE_YOUNG_GENERATION =
      List.of("-Xms7g", "-Xmx7g", "-XX:+UseParallelGC", "-Xmn5g");

  private static final List<String> DEFAULT_COLLECTOR = List.of("-Xms7g", "-Xmx7g");

  /** Seconds: of the creation, of the run, and of both together. */
  private record Triple(double creation, double run, double total) {}

  private final int tasks;
  private final int processors;
  private final Path asyncio;
  private final List<String> heap;
  private final Map<String, List<Triple>> lines = new LinkedHashMap<>();

  private MillionTable(int tasks, int processors, Path asyncio, boolean defaultCollector) {
    this.heap = defaultCollector ? DEFAULT_COLLECTOR : LARGE_YOUNG_GENERATION;
    this.tasks = tasks;
    this.processors = processors;
    this.asyncio = asyncio;
  }

  /**
   * Measures, and prints the table.
   *
   * @param arguments the path of asyncio's program; the number of tasks, a million unless given;
   *     how many threads run them, 1 unless given; the number of rounds, 3 unless given; "default"
   *     for the default collector with its own sizes
   * @throws IOException if a process cannot be started
   * @throws InterruptedException if it is interrupted
   */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    MillionTable table =
        new MillionTable(
            number(arguments, 1, 1_000_000),
            number(arguments, 2, 1),
            Path.of(arguments[0]),
            arguments.length > 4 && arguments[4].equals("default"));
    int rounds = number(arguments, 3, 3);
    for (int round = 1; round <= rounds; round++) {
      table.round(round + " of " + rounds);
    }
    table.print();
  }

  private static int number(String[] arguments, int index, int otherwise) {
    return arguments.length > index ? Integer.parseInt(arguments[index]) : otherwise;
  }

  private void round(String which) throws IOException, InterruptedException {
    for (MillionTasks.Kind kind : MillionTasks.Kind.values()) {
      measure(which, kind.name(), java(kind));
    }
    measure(which, ASYNCIO, List.of("python3", asyncio.toString(), Integer.toString(tasks)));
  }

  private List<String> java(MillionTasks.Kind kind) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(heap);
    command.addAll(
        List.of(
            "-Djdk.virtualThreadScheduler.parallelism=" + processors,
            "-Djdk.virtualThreadScheduler.maxPoolSize=" + processors,
            "-Dkotlinx.coroutines.scheduler.core.pool.size=" + processors,
            "-Dkotlinx.coroutines.scheduler.max.pool.size=" + Math.max(2, processors),
            "-cp",
            System.getProperty("java.class.path"),
            MillionTasks.class.getName(),
            kind.name(),
            Integer.toString(tasks)));
    return command;
  }

  private void measure(String round, String name, List<String> command)
      throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    List<Triple> triples = new ArrayList<>();
    try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
      Matcher matcher = TRIPLE.matcher(output.lines().collect(Collectors.joining()));
      while (matcher.find()) {
        triples.add(
            new Triple(
                Double.parseDouble(matcher.group(1)),
                Double.parseDouble(matcher.group(2)),
                Double.parseDouble(matcher.group(3))));
      }
    }
    int exit = process.waitFor();
    if (exit != 0 || triples.size() < 2) {
      throw new IOException(String.join(" ", command) + " ended with " + exit);
    }
    System.err.printf(
        Locale.ROOT,
        "round %s, %-16s totals in s:%s%n",
        round,
        name,
        triples.stream()
            .map(triple -> String.format(Locale.ROOT, " %.3f", triple.total))
            .collect(Collectors.joining()));
    triples.sort(Comparator.comparingDouble(Triple::total));
    lines.computeIfAbsent(name, any -> new ArrayList<>()).add(triples.get(1));
  }

  private void print() {
    System.out.printf(
        "%d tasks on %d threads; seconds, the second fastest of five, medians of the rounds;%n"
            + "in brackets the least and the greatest of the rounds%n",
        tasks, processors);
    System.out.printf(
        "%-16s %8s %8s %8s  %-20s %s%n",
        "", "creation", "run", "total", "asyncio / this", "this / raw");
    lines.forEach(
        (name, triples) ->
            System.out.printf(
                Locale.ROOT,
                "%-16s %8.3f %8.3f %8.3f  %-20s %s%n",
                name.toLowerCase(Locale.ROOT).replace('_', ' '),
                median(triples, Triple::creation),
                median(triples, Triple::run),
                median(triples, Triple::total),
                Statistics.ratio(totals(ASYNCIO), totals(name)),
                Statistics.ratio(totals(name), totals(RAW))));
  }

  private List<Double> totals(String name) {
    return lines.getOrDefault(name, List.of()).stream().map(Triple::total).toList();
  }

  private static double median(List<Triple> triples, Function<Triple, Double> figure) {
    return Statistics.median(triples.stream().map(figure).toList());
  }
}
