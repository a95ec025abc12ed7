package io.selvage.bench.harness;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Measures rows in processes of their own. All rows are measured once before the first one is
 * measured again, so that a slow minute of the machine does not fall on one row.
 */
public final class Forks {
  /** The option of the JVM that lets Selvage run virtual threads on carriers of its own. */
  public static final String OWN_CARRIERS = "--add-opens=java.base/java.lang=ALL-UNNAMED";

  private final Path folder;
  private final Class<?> main;
  private final List<String> arguments;
  private final List<String> options;
  private final Map<Row, Map<String, List<Double>>> figures = new LinkedHashMap<>();
  private final Map<Row, String> failures = new LinkedHashMap<>();
  private final Set<String> absent = new LinkedHashSet<>();

  /**
   * Creates it.
   *
   * @param folder of this module
   * @param main the program that measures a row: it prints a line for each library, its name and
   *     its figure with a tab between them
   * @param arguments for that program, behind the title of the row
   * @param options of the JVM, beside those of the row
   */
  public Forks(Path folder, Class<?> main, List<String> arguments, List<String> options) {
    this.folder = folder;
    this.main = main;
    this.arguments = List.copyOf(arguments);
    this.options = List.copyOf(options);
  }

  /**
   * Measures each row once more. A row that has failed is not measured again.
   *
   * @param rows what is measured
   * @param before called before each of them
   * @param after called after each of them
   * @throws InterruptedException if it is interrupted
   */
  public void measure(List<Row> rows, Consumer<Row> before, Runnable after)
      throws InterruptedException {
    for (Row row : rows) {
      before.accept(row);
      if (!failures.containsKey(row)) {
        try {
          measure(row);
        } catch (IOException e) {
          failures.put(row, String.valueOf(e.getMessage()));
        }
      }
      after.run();
    }
  }

  private void measure(Row row) throws IOException, InterruptedException {
    Map<String, Double> seen = new LinkedHashMap<>();
    for (String line : run(java(row))) {
      int tab = line.lastIndexOf('\t');
      if (tab < 0) {
        throw new IOException("it printed: " + line);
      }
      seen.put(line.substring(0, tab), figure(line.substring(tab + 1)));
    }
    for (Command command : row.commands()) {
      if (command.isInstalled()) {
        seen.put(command.name(), figure(String.join(" ", run(command.in(folder)))));
      } else {
        absent.add(command.name() + " (there is no " + command.language() + ")");
      }
    }
    Map<String, List<Double>> all = figures.computeIfAbsent(row, any -> new LinkedHashMap<>());
    seen.forEach((name, value) -> all.computeIfAbsent(name, any -> new ArrayList<>()).add(value));
  }

  private static double figure(String text) throws IOException {
    try {
      return Double.parseDouble(text);
    } catch (NumberFormatException e) {
      throw new IOException("this is no figure: " + text, e);
    }
  }

  private List<String> java(Row row) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(row.options());
    command.addAll(options);
    command.add("--enable-preview"); // for StructuredTaskScope
    command.add("--sun-misc-unsafe-memory-access=allow"); // Pekko and Netty
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
    command.add(row.title());
    command.addAll(arguments);
    return command;
  }

  private static List<String> run(List<String> command) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
      List<String> lines = output.lines().toList();
      int exit = process.waitFor();
      if (exit != 0) {
        throw new IOException("the process ended with " + exit);
      }
      return lines;
    } finally {
      process.destroyForcibly();
    }
  }

  /** {@return what was measured so far} */
  public List<Result> results() {
    return figures.entrySet().stream()
        .filter(entry -> !failures.containsKey(entry.getKey()))
        .map(entry -> new Result(entry.getKey(), entry.getValue()))
        .toList();
  }

  /** {@return the rows that have failed, and why} */
  public Map<Row, String> failures() {
    return Map.copyOf(failures);
  }

  /** {@return the libraries that are not installed} */
  public Set<String> absent() {
    return Set.copyOf(absent);
  }
}
