package io.selvage.bench.echo;

import io.selvage.bench.harness.Growth;
import io.selvage.bench.harness.Result;
import io.selvage.bench.harness.Row;
import io.selvage.bench.harness.Statistics;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Measures servers of all kinds, several times. In each round every server is started in a process
 * of its own, and the client, in another one, measures all cells on it.
 */
final class EchoRounds {

  /**
   * Something to measure on a server.
   *
   * @param title the name in the table
   * @param client the program
   * @param arguments of the client, behind the port
   * @param growth its place in a chart
   */
  record Cell(String title, Class<?> client, List<String> arguments, Optional<Growth> growth) {}

  private final List<Cell> cells;
  private final Map<String, List<String>> servers = new LinkedHashMap<>(); // command by name
  private final Map<Cell, Map<String, List<Double>>> results = new LinkedHashMap<>();

  /**
   * Creates it.
   *
   * @param cells are measured on each server
   * @param options of all servers
   * @param asyncio the path of asyncio's server
   */
  EchoRounds(List<Cell> cells, EchoOptions options, Path asyncio) {
    this.cells = List.copyOf(cells);
    for (EchoServer.Kind kind : EchoServer.Kind.all(options.keys() != null)) {
      servers.put(kind.title(), Programs.server(kind, options, List.of()));
    }
    servers.put(Programs.ASYNCIO, Programs.asyncio(asyncio, options));
  }

  /** {@return messages of a size on some connections} */
  static Cell echo(int size, int connections, double seconds, boolean tls) {
    return new Cell(
        String.format("%6d bytes, %4d connections", size, connections),
        EchoClient.class,
        List.of(
            Integer.toString(connections),
            Integer.toString(size),
            Double.toString(seconds),
            Double.toString(seconds),
            Boolean.toString(tls)),
        Optional.of(new Growth("echo of " + (size >> 10) + " KB", "connections", connections)));
  }

  void run(int rounds) throws IOException, InterruptedException {
    for (int round = 1; round <= rounds; round++) {
      for (Map.Entry<String, List<String>> server : servers.entrySet()) {
        measure(server.getKey(), server.getValue());
      }
      System.err.println("round " + round + " of " + rounds + " is done");
    }
  }

  private void measure(String name, List<String> command) throws IOException, InterruptedException {
    Process server = Programs.start(command);
    try (BufferedReader output = server.inputReader()) {
      String port = Programs.line(output, name);
      for (Cell cell : cells) {
        List<String> arguments = new ArrayList<>(List.of(port));
        arguments.addAll(cell.arguments);
        add(cell, name, Programs.client(cell.client, arguments));
      }
    } finally {
      server.destroyForcibly().waitFor();
    }
  }

  void add(Cell cell, String name, double rate) {
    results
        .computeIfAbsent(cell, any -> new LinkedHashMap<>())
        .computeIfAbsent(name, any -> new ArrayList<>())
        .add(rate);
  }

  /** {@return the cells of charts, as the time of a message, ours first} */
  List<Result> results(EchoServer.Kind ours) {
    List<Result> charted = new ArrayList<>();
    results.forEach(
        (cell, byName) ->
            cell.growth.ifPresent(
                growth -> {
                  Map<String, List<Double>> figures = new LinkedHashMap<>();
                  figures.put(Result.SELVAGE, times(byName.getOrDefault(ours.title(), List.of())));
                  byName.forEach(
                      (name, rates) -> {
                        if (!name.equals(ours.title())) {
                          figures.put(name, times(rates));
                        }
                      });
                  String name = growth.chart().replace(' ', '-') + "-" + growth.at();
                  charted.add(
                      new Result(
                          Row.timed("echo", name, "a message comes back").in(growth), figures));
                }));
    return charted;
  }

  /** {@return nanoseconds for each message} */
  private static List<Double> times(List<Double> rates) {
    return rates.stream().map(rate -> 1e9 / rate).toList();
  }

  /** {@return a line for each cell: the rates, and the ratio of ours to each} */
  List<String> lines(EchoServer.Kind ours) {
    List<String> lines = new ArrayList<>();
    results.forEach(
        (cell, byName) -> {
          StringBuilder line = new StringBuilder(cell.title).append(':');
          List<Double> mine = byName.getOrDefault(ours.title(), List.of());
          byName.forEach(
              (name, rates) ->
                  line.append("  ")
                      .append(name)
                      .append(' ')
                      .append(Figures.thousands(Statistics.median(rates)))
                      .append(' ')
                      .append(Figures.ratios(mine, rates)));
          lines.add(line.toString());
        });
    return lines;
  }
}
