package io.selvage.bench.echo;

import io.selvage.bench.report.Facts;
import io.selvage.bench.report.Machine;
import io.selvage.bench.report.Report;
import java.io.IOException;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Echo servers of each kind, as a table of messages in a second, and charts by connections. */
public final class EchoTable {
  /** The most bytes that a server receives at once. */
  static final int MOST = 102_400;

  private static final int[] SIZES = {1024, 10_240, 102_400};
  private static final int[] CONNECTIONS = {1, 4, 64, 1000};

  private EchoTable() {}

  /**
   * Measures, and prints the table.
   *
   * @param arguments the path of asyncio's server; the seconds of each measurement, 3 unless given;
   *     the number of rounds, 3 unless given; how many threads a server has, 1 unless given
   * @throws IOException if a process cannot be started
   * @throws InterruptedException if it is interrupted
   */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    String load = Machine.load();
    double seconds = argument(arguments, 1, 3);
    int rounds = (int) argument(arguments, 2, 3);
    EchoOptions options = new EchoOptions((int) argument(arguments, 3, 1), MOST, null);
    List<EchoRounds.Cell> cells = new ArrayList<>();
    for (int size : SIZES) {
      for (int connections : CONNECTIONS) {
        cells.add(EchoRounds.echo(size, connections, seconds, /* tls= */ false));
      }
    }
    EchoRounds measured = new EchoRounds(cells, options, Path.of(arguments[0]));
    measured.run(rounds);
    print("messages", options, measured);
    Path folder = Path.of(arguments[0]).resolveSibling("target/report-echo");
    new Report(measured.results(EchoServer.Kind.SELVAGE_BUFFER), facts(arguments, rounds, load))
        .write(folder);
    System.out.println("The charts are in " + folder + ".");
  }

  private static Facts facts(String[] arguments, int rounds, String load)
      throws InterruptedException {
    return new Facts(
        LocalDate.now(ZoneOffset.UTC).toString(),
        Machine.hardware(),
        Machine.jdk(),
        Machine.commit(Path.of(arguments[0]).resolveSibling("..")),
        Machine.libraries(),
        Facts.run(rounds + " processes of each server", load),
        Set.of());
  }

  /** {@return an argument that need not be given} */
  static double argument(String[] arguments, int index, double otherwise) {
    return arguments.length > index ? Double.parseDouble(arguments[index]) : otherwise;
  }

  static void print(String what, EchoOptions options, EchoRounds measured) {
    EchoServer.Kind ours = EchoServer.Kind.SELVAGE_BUFFER;
    System.out.printf(
        "thousands of %s in a second, %d thread(s) in the server; medians of the rounds, and in"
            + " brackets%nthe ratio %s / this, with the least and the greatest of the rounds%n",
        what, options.threads(), ours.title());
    measured.lines(ours).forEach(System.out::println);
  }
}
