package io.selvage.bench.echo;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Echo servers of each kind, as a table of messages in a second. */
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
  }

  /** {@return an argument that need not be given} */
  static double argument(String[] arguments, int index, double otherwise) {
    return arguments.length > index ? Double.parseDouble(arguments[index]) : otherwise;
  }

  static void print(String what, EchoOptions options, EchoRounds measured) {
    EchoServer.Kind ours = EchoServer.Kind.SELVAGE_BUFFER;
    System.out.printf(
        "thousands of %s in a second, %d thread(s) in the server; medians of the rounds, and in brackets%n"
            + "the ratio %s / this, with the least and the greatest of the rounds%n",
        what, options.threads(), ours.title());
    measured.lines(ours).forEach(System.out::println);
  }
}
