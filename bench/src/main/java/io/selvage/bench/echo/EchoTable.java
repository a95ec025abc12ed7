package io.selvage.bench.echo;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/**
 * Echo servers of each kind, as a table of messages in a second. In each round every server is
 * started in a process of its own, and the client, in another one, measures all cells on it.
 */
public final class EchoTable {
  private static final String ASYNCIO = "asyncio";
  private static final int[] SIZES = {1024, 10_240, 102_400};
  private static final int[] CONNECTIONS = {1, 4, 64, 1000};

  private record Cell(int size, int connections) {}

  private final Path asyncio;
  private final double seconds;
  private final int carriers;
  private final Map<Cell, Map<String, List<Double>>> cells = new LinkedHashMap<>();

  private EchoTable(Path asyncio, double seconds, int carriers) {
    this.asyncio = asyncio;
    this.seconds = seconds;
    this.carriers = carriers;
  }

  /**
   * Measures, and prints the table.
   *
   * @param arguments the path of asyncio's server; the seconds of each measurement, 3 unless given;
   *     the number of rounds, 3 unless given; how many threads a server has, 1 unless given
   * @throws IOException if a process cannot be started
   * @throws InterruptedException if it is interrupted
   */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    EchoTable table =
        new EchoTable(
            Path.of(arguments[0]), argument(arguments, 1, 3), (int) argument(arguments, 3, 1));
    int rounds = (int) argument(arguments, 2, 3);
    for (int round = 1; round <= rounds; round++) {
      for (EchoServer.Kind kind : EchoServer.Kind.values()) {
        table.measure(kind.name().toLowerCase(Locale.ROOT), table.server(kind));
      }
      table.measure(ASYNCIO, List.of("python3", table.asyncio.toString()));
      System.err.println("round " + round + " of " + rounds + " is done");
    }
    table.print();
  }

  private static double argument(String[] arguments, int index, double otherwise) {
    return arguments.length > index ? Double.parseDouble(arguments[index]) : otherwise;
  }

  private List<String> server(EchoServer.Kind kind) {
    return java(
        List.of(
            "-Djdk.virtualThreadScheduler.parallelism=" + carriers,
            "-Djdk.virtualThreadScheduler.maxPoolSize=" + carriers),
        EchoServer.class,
        List.of(kind.name(), Integer.toString(carriers)));
  }

  private static List<String> java(List<String> options, Class<?> main, List<String> arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(options);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
    command.addAll(arguments);
    return command;
  }

  private void measure(String name, List<String> command) throws IOException, InterruptedException {
    Process server =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    try (BufferedReader output = server.inputReader()) {
      String port = Objects.requireNonNull(output.readLine(), name + " did not start");
      for (int size : SIZES) {
        for (int connections : CONNECTIONS) {
          cells
              .computeIfAbsent(new Cell(size, connections), any -> new LinkedHashMap<>())
              .computeIfAbsent(name, any -> new ArrayList<>())
              .add(client(port, connections, size));
        }
      }
    } finally {
      server.destroyForcibly().waitFor();
    }
  }

  private double client(String port, int connections, int size)
      throws IOException, InterruptedException {
    Process client =
        new ProcessBuilder(
                java(
                    List.of(),
                    EchoClient.class,
                    List.of(
                        port,
                        Integer.toString(connections),
                        Integer.toString(size),
                        Double.toString(seconds),
                        Double.toString(seconds))))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try (BufferedReader output = client.inputReader()) {
      String result = output.readLine();
      if (client.waitFor() != 0 || result == null) {
        throw new IOException("the client has failed");
      }
      return Double.parseDouble(result);
    }
  }

  private void print() {
    String ours = EchoServer.Kind.SELVAGE_BUFFER.name().toLowerCase(Locale.ROOT);
    System.out.printf(
        "thousands of messages in a second, %d thread(s) in the server; medians of the rounds, and in brackets%n"
            + "the ratio selvage_buffer / this, with the least and the greatest of the rounds%n",
        carriers);
    cells.forEach(
        (cell, byName) -> {
          System.out.printf("%6d bytes, %4d connections:", cell.size, cell.connections);
          double[] mine = values(byName.getOrDefault(ours, List.of()));
          byName.forEach(
              (name, list) ->
                  System.out.printf(
                      Locale.ROOT,
                      "  %s %.1f %s",
                      name,
                      median(values(list)) / 1000,
                      ratio(mine, values(list))));
          System.out.println();
        });
  }

  private static double[] values(List<Double> list) {
    return list.stream().mapToDouble(Double::doubleValue).toArray();
  }

  private static String ratio(double[] above, double[] below) {
    double[] ratios = new double[above.length];
    for (int i = 0; i < ratios.length; i++) {
      ratios[i] = above[i] / below[i];
    }
    Arrays.sort(ratios);
    return String.format(
        Locale.ROOT, "(%.2f, %.2f-%.2f)", median(ratios), ratios[0], ratios[ratios.length - 1]);
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }
}
