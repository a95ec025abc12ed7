package io.selvage.examples;

import io.selvage.examples.counter.CounterDemo;
import io.selvage.examples.loading.DataLoading;
import io.selvage.examples.network.Chat;
import io.selvage.examples.network.Echo;
import io.selvage.examples.pipeline.PipelineDemo;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Starts an example by its name. */
public final class Main {

  @FunctionalInterface
  private interface Body {
    void run(String[] args) throws Exception;
  }

  /**
   * An example.
   *
   * @param arguments what it takes; empty if nothing
   * @param help what it does
   */
  private record Example(Body body, String arguments, String help) {}

  private static final Set<String> HELP = Set.of("help", "-h", "--help");

  private static final String NETWORK = " [--listen host:port] [--listen unix:path]";

  private static final Map<String, Example> EXAMPLES =
      new TreeMap<>(
          Map.of(
              "chat",
              new Example(
                  Chat::main,
                  NETWORK,
                  "A chat: each line of a visitor goes to all others. Without an address two visitors"
                      + " talk; with one it serves until TERM or Ctrl-C."),
              "counter",
              new Example(
                  CounterDemo::main,
                  CounterDemo.ARGUMENTS,
                  "A counter server in a loop of its own. Type commands: "
                      + CounterDemo.COMMANDS
                      + ". At the prompt Ctrl-C stops it, with exit status 130. Without input it"
                      + " plays a script. With --listen it serves the same commands over TCP, a Unix"
                      + " socket or TLS, until TERM or Ctrl-C."),
              "echo",
              new Example(
                  Echo::main,
                  NETWORK,
                  "A server that sends back what it receives. Without an address it talks to itself;"
                      + " with one it serves until TERM or Ctrl-C."),
              "feed",
              new Example(FeedingALoop::main, "", "A thread feeds a receiver on another one."),
              "load",
              new Example(
                  DataLoading::main,
                  " [items]",
                  "Loads items by calls that block, 64 at once (default: 10000). Ctrl-C cancels all"
                      + " of them and waits for their end, with exit status 130."),
              "pipeline",
              new Example(
                  PipelineDemo::main,
                  " [files]",
                  "Counts the words of files, or of the standard input, by a pipeline of bounded"
                      + " channels. Ctrl-C ends the reading and prints what was counted so far,"
                      + " with exit status 130 if anything was left to read."),
              "reload",
              new Example(
                  ReloadAndDrain::main,
                  " [file]",
                  "A service that reads its configuration again at HUP, and at TERM or Ctrl-C"
                      + " finishes what it has accepted, with exit status 0."),
              "service",
              new Example(
                  AService::main, "", "A service that owns a loop: started, asked, stopped."),
              "signal",
              new Example(
                  CancelFromASignal::main,
                  "",
                  "Ctrl-C cancels the work and nothing else; without a terminal it presses one"
                      + " itself."),
              "request",
              new Example(
                  RequestAndReply::main,
                  "",
                  "Requests from one thread, replies from another; when that one dies who waits"
                      + " gets the reason.")));

  private Main() {}

  /**
   * Runs the example named by the first argument, the counter server without one.
   *
   * @param args the name of the example and its arguments
   * @throws Exception if the example does
   */
  public static void main(String[] args) throws Exception {
    String name = args.length == 0 ? "counter" : args[0];
    if (HELP.contains(name)) {
      System.out.println("usage: ./selvage demo [name] [args]");
      EXAMPLES.forEach(
          (each, example) ->
              System.out.println("  " + each + example.arguments() + ": " + example.help()));
      return;
    }
    Example example = EXAMPLES.get(name);
    if (example == null) {
      System.err.println(
          "There is no example '" + name + "'; did you mean '" + nearest(name) + "'?");
      System.err.println("The examples are: " + String.join(", ", EXAMPLES.keySet()));
      System.exit(2);
      return;
    }
    String[] rest = args.length == 0 ? args : Arrays.copyOfRange(args, 1, args.length);
    if (rest.length > 0 && HELP.contains(rest[0])) {
      System.out.println("usage: ./selvage demo " + name + example.arguments());
      System.out.println(example.help());
      return;
    }
    if (rest.length > 0 && example.arguments().isEmpty()) {
      System.err.println(
          "The example '" + name + "' takes no arguments, was given " + String.join(" ", rest));
      System.err.println("See ./selvage demo " + name + " --help");
      System.exit(2);
      return;
    }
    example.body().run(rest);
  }

  private static String nearest(String name) {
    return EXAMPLES.keySet().stream()
        .min(Comparator.comparingInt(candidate -> distance(candidate, name)))
        .orElseThrow();
  }

  /** The number of letters to change, add or take away. */
  private static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    Arrays.setAll(row, i -> i);
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int change = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(change, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[b.length()];
  }
}
