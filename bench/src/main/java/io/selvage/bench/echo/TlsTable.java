package io.selvage.bench.echo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Echo servers of each kind over TLS 1.3, as a table of messages in a second, and of connections
 * with a full handshake in a second.
 */
public final class TlsTable {
  private static final int[] SIZES = {1024, 10_240, 102_400};
  private static final int[] CONNECTIONS = {1, 64};

  private TlsTable() {}

  /**
   * Measures, and prints the table.
   *
   * @param arguments the path of asyncio's server; how many processes of each server are measured,
   *     3 unless given; the seconds of each measurement, 3 unless given; how many threads a server
   *     has, 1 unless given
   * @throws IOException if a process cannot be started
   * @throws InterruptedException if it is interrupted
   */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    int processes = (int) EchoTable.argument(arguments, 1, 3);
    double seconds = EchoTable.argument(arguments, 2, 3);
    int threads = (int) EchoTable.argument(arguments, 3, 1);
    Path keys = Files.createTempDirectory("selvage-bench");
    try {
      EchoKeys.create(keys);
      EchoOptions options = new EchoOptions(threads, EchoTable.MOST, keys);
      EchoRounds measured = new EchoRounds(cells(seconds), options, Path.of(arguments[0]));
      measured.run(processes);
      EchoTable.print("messages, or of handshakes,", options, measured);
    } finally {
      EchoKeys.delete(keys);
    }
  }

  private static List<EchoRounds.Cell> cells(double seconds) {
    List<EchoRounds.Cell> cells = new ArrayList<>();
    for (int size : SIZES) {
      for (int connections : CONNECTIONS) {
        cells.add(EchoRounds.echo(size, connections, seconds, /* tls= */ true));
      }
    }
    for (int connections : CONNECTIONS) {
      cells.add(
          new EchoRounds.Cell(
              String.format("  handshakes, %4d connections", connections),
              HandshakeClient.class,
              List.of(
                  Integer.toString(connections),
                  Double.toString(seconds),
                  Double.toString(seconds)),
              Optional.empty()));
    }
    return cells;
  }
}
