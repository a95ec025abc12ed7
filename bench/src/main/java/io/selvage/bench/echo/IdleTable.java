package io.selvage.bench.echo;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The memory that each idle connection takes in servers of each kind: connections that have echoed
 * one message of 1 KB, and wait for the next one. What a server takes after other connections,
 * which were closed, is subtracted.
 */
public final class IdleTable {
  private static final int WARM_UP_CONNECTIONS = 500;
  private static final int WARM_UP_MESSAGES = 200;
  private static final int TOP = 12;

  /**
   * With this collector and a small young generation the resident memory follows the live heap, and
   * not the garbage.
   */
  private static final List<String> JAVA = List.of("-XX:+UseSerialGC", "-Xmn8m", "-Xmx4g");

  private final int connections;
  private final @Nullable Path keys;
  private final EchoOptions options;
  private final IdleMemory memory = new IdleMemory();

  private IdleTable(int connections, @Nullable Path keys) {
    this.connections = connections;
    this.keys = keys;
    this.options = new EchoOptions(1, IdleClient.SIZE, keys);
  }

  /**
   * Measures, and prints the table.
   *
   * @param arguments the path of asyncio's server; the folder for the classes in the heaps; the
   *     number of connections, 9000 unless given; {@code tls} for connections with TLS
   * @throws IOException if a process cannot be started
   * @throws InterruptedException if it is interrupted
   */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    int connections = (int) EchoTable.argument(arguments, 2, 9000);
    boolean tls = arguments.length > 3 && arguments[3].equals("tls");
    @Nullable Path keys = tls ? Files.createTempDirectory("selvage-bench") : null;
    try {
      if (keys != null) {
        EchoKeys.create(keys);
      }
      IdleTable table = new IdleTable(connections, keys);
      table.measure(Path.of(arguments[0]), Path.of(arguments[1]));
      System.out.printf(
          "bytes for each of %d idle connections%s, and in brackets the ratio to the best%n",
          connections, tls ? " with TLS" : "");
      table.memory.lines().forEach(System.out::println);
    } finally {
      if (keys != null) {
        EchoKeys.delete(keys);
      }
    }
  }

  private void measure(Path asyncio, Path folder) throws IOException, InterruptedException {
    for (EchoServer.Kind kind : EchoServer.Kind.all(keys != null)) {
      if (kind == EchoServer.Kind.SELVAGE_BUFFER || kind == EchoServer.Kind.SELVAGE_CARRIERS) {
        continue; // its buffers would be measured
      }
      ClassHistogram classes =
          measure(kind.title(), Programs.server(kind, options, JAVA), /* java= */ true);
      Path file = folder.resolve("idle-" + kind.title() + (keys == null ? "" : "-tls") + ".txt");
      Files.write(file, classes.top(TOP, connections));
      System.err.println(kind.title() + " is done; the classes in its heap are in " + file);
    }
    var unused = measure(Programs.ASYNCIO, Programs.asyncio(asyncio, options), /* java= */ false);
  }

  /** Returns what the connections have added to the heap. */
  private ClassHistogram measure(String name, List<String> command, boolean java)
      throws IOException, InterruptedException {
    Process server = Programs.start(command);
    try (BufferedReader output = server.inputReader()) {
      String port = Programs.line(output, name);
      Clients warmUp = new Clients(port, WARM_UP_CONNECTIONS, WARM_UP_MESSAGES);
      warmUp.awaitReady();
      warmUp.end();
      ClassHistogram heapBefore = heap(server, java);
      long residentBefore = resident(server);
      Clients idle = new Clients(port, connections, 1);
      idle.awaitReady();
      ClassHistogram heap = heap(server, java).minus(heapBefore);
      memory.add(
          name,
          java ? (double) heap.bytes() / connections : Double.NaN,
          (double) (resident(server) - residentBefore) / connections);
      idle.end();
      return heap;
    } finally {
      server.destroyForcibly().waitFor();
    }
  }

  private static ClassHistogram heap(Process server, boolean java)
      throws IOException, InterruptedException {
    return java ? ClassHistogram.of(server.pid()) : new ClassHistogram(Map.of());
  }

  private static long resident(Process server) throws IOException {
    try (Stream<String> lines = Files.lines(Path.of("/proc", server.pid() + "", "status"))) {
      return lines
          .filter(line -> line.startsWith("VmRSS:"))
          .mapToLong(line -> 1024 * Long.parseLong(line.replaceAll("\\D", "")))
          .findFirst()
          .orElseThrow();
    }
  }

  /** A process with open connections. It ends with this one at the latest. */
  private final class Clients {
    private final Process process;
    private final BufferedReader output;

    private Clients(String port, int count, int messages) throws IOException {
      process =
          Programs.start(
              Programs.java(
                  List.of(),
                  IdleClient.class,
                  List.of(
                      port,
                      Integer.toString(count),
                      Integer.toString(messages),
                      Boolean.toString(keys != null))));
      output = process.inputReader();
    }

    private void awaitReady() throws IOException {
      var unused = Programs.line(output, "the client");
    }

    /** Closes the connections. Returns when the server has closed them, too. */
    private void end() throws IOException, InterruptedException {
      process.outputWriter().close();
      output.close();
      if (process.waitFor() != 0) {
        throw new IOException("the client has failed");
      }
    }
  }
}
