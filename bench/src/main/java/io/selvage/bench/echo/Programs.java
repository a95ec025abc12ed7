package io.selvage.bench.echo;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The processes of a measurement: servers, and clients. */
final class Programs {
  static final String ASYNCIO = "asyncio";

  private Programs() {}

  /** {@return the command for a program of this class path} */
  static List<String> java(List<String> options, Class<?> main, List<String> arguments) {
    List<String> command = new ArrayList<>();
    command.add(jdk("java"));
    command.add("--enable-native-access=ALL-UNNAMED");
    command.addAll(options);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
    command.addAll(arguments);
    return command;
  }

  /** {@return the path of a program of the JDK} */
  static String jdk(String name) {
    return Path.of(System.getProperty("java.home"), "bin", name).toString();
  }

  /** {@return the command for a server of this kind} */
  static List<String> server(EchoServer.Kind kind, EchoOptions options, List<String> more) {
    List<String> all = new ArrayList<>(more);
    all.addAll(kind.options());
    all.add("-Djdk.virtualThreadScheduler.parallelism=" + options.threads());
    all.add("-Djdk.virtualThreadScheduler.maxPoolSize=" + options.threads());
    all.add("-Djdk.tls.server.cipherSuites=" + EchoKeys.CIPHER);
    all.add("-Djdk.tls.server.protocols=" + EchoKeys.PROTOCOL);
    List<String> arguments = new ArrayList<>(List.of(kind.name()));
    arguments.addAll(options.arguments());
    return java(all, EchoServer.class, arguments);
  }

  /** {@return the command for the server of asyncio} */
  static List<String> asyncio(Path program, EchoOptions options) {
    List<String> command = new ArrayList<>(List.of("python3", program.toString()));
    if (options.keys() != null) {
      command.add(EchoKeys.pem(options.keys()).toString());
    }
    return command;
  }

  static Process start(List<String> command) throws IOException {
    return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
  }

  /** {@return the next line of a program that is running} */
  static String line(BufferedReader output, String name) throws IOException {
    String line = output.readLine();
    if (line == null) {
      throw new IOException(name + " has ended");
    }
    return line;
  }

  /** Runs a client. Returns the number that it prints. */
  static double client(Class<?> main, List<String> arguments)
      throws IOException, InterruptedException {
    Process client = start(java(List.of(), main, arguments));
    try (BufferedReader output = client.inputReader()) {
      double result = Double.parseDouble(line(output, main.getSimpleName()));
      if (client.waitFor() != 0) {
        throw new IOException(main.getSimpleName() + " has failed");
      }
      return result;
    } finally {
      client.destroyForcibly().waitFor();
    }
  }
}
