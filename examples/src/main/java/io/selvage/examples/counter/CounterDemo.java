package io.selvage.examples.counter;

import io.selvage.Selvage;
import io.selvage.channel.Channel;
import io.selvage.examples.terminal.ControlC;
import io.selvage.examples.terminal.Terminal;
import io.selvage.service.RequestFailedException;
import io.selvage.service.ThreadService;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.Reader;
import java.io.Serial;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Reads commands and asks the counter server: {@code add 3}, {@code get}, {@code peek}, {@code
 * sleep 10}, {@code quit}.
 *
 * <p>Ctrl-C while a request runs cancels just that request; at the prompt it stops the server in
 * order, as the end of the input does. Without any input it plays a script.
 */
public final class CounterDemo {
  private static final List<String> SCRIPT =
      List.of("add 3", "add 7", "get", "peek", "frobnicate", "sleep 10 ^C", "get", "quit");

  /** What can be typed. */
  public static final String COMMANDS =
      "add <n>, get, peek, sleep <seconds>, help, quit; Ctrl-C cancels a running request";

  /** A command that cannot be carried out as it was typed. */
  private static final class Mistyped extends Exception {
    @Serial private static final long serialVersionUID = 1L;

    Mistyped(String message) {
      super(message);
    }
  }

  private static final int MOST_SECONDS = 3600;

  private final CounterServer server = new CounterServer();
  private final Channel<String> lines = Channel.unbounded();
  private final PrintStream out;
  private final boolean terminal;
  private final Runnable controlC;
  private volatile boolean endedByControlC;

  CounterDemo(PrintStream out, boolean terminal, Runnable controlC) {
    this.out = out;
    this.terminal = terminal;
    this.controlC = controlC;
  }

  /**
   * Runs the demo on standard input.
   *
   * <p>Ctrl-C at the prompt ends the program in order, with exit status 130.
   *
   * @param args none
   * @throws InterruptedException if the thread is interrupted
   * @throws TimeoutException if the server does not come up
   */
  public static void main(String[] args) throws InterruptedException, TimeoutException {
    boolean terminal = Terminal.isUsed();
    AtomicReference<CounterDemo> self = new AtomicReference<>();
    Runnable press =
        ControlC.handle(() -> Optional.ofNullable(self.get()).ifPresent(CounterDemo::onInterrupt));
    CounterDemo demo = new CounterDemo(System.out, terminal, press);
    self.set(demo);
    int status = demo.run(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    if (status != 0) {
      System.exit(status);
    }
  }

  /** Serves until the commands end. Returns the exit status. */
  int run(Reader commands) throws InterruptedException, TimeoutException {
    server.start();
    ThreadService reader = ThreadService.platform("stdin", self -> read(commands, self));
    reader.start().awaitStarted();
    if (terminal) {
      out.println("Counter server. Commands: " + COMMANDS);
    }
    prompt();
    lines.forEach(
        line -> {
          execute(line.strip());
          prompt();
        });
    boolean joined = server.stop("end of commands");
    out.println("stopped: closed " + server.isClosed() + ", joined " + joined);
    return endedByControlC ? Terminal.ENDED_BY_CONTROL_C : 0;
  }

  /** On the signal's thread: cancels the request that runs or, at the prompt, ends the commands. */
  void onInterrupt() {
    if (terminal) {
      out.println();
    }
    if (server.isWorking()) {
      out.println("Ctrl-C: cancelling the request");
      server.interruptRequests("Ctrl-C");
    } else {
      out.println("Ctrl-C: stopping");
      endedByControlC = true;
      lines.close("Ctrl-C");
      lines.drain();
    }
  }

  // ---- reading, on a thread of its own

  /**
   * Feeds the lines into the channel; blocked in a read it cannot be cut short, so nobody waits for
   * its end.
   */
  private void read(Reader commands, ThreadService self) throws IOException {
    self.started();
    BufferedReader reader = new BufferedReader(commands);
    String line = reader.readLine();
    if (line == null && !terminal) {
      SCRIPT.forEach(lines::trySend);
    }
    for (; line != null && !lines.isClosed(); line = reader.readLine()) {
      lines.trySend(line);
    }
    lines.close("end of input");
  }

  // ---- answering, on the main thread

  private void prompt() {
    if (terminal && !lines.isClosed()) {
      out.print("> ");
      out.flush();
    }
  }

  private void execute(String line) throws InterruptedException {
    if (line.isEmpty()) {
      return;
    }
    if (!terminal) {
      out.println("> " + line);
    }
    List<String> words = new ArrayList<>(List.of(line.split("\\s+")));
    if (words.getLast().equals("^C")) {
      words.removeLast();
      pressControlC();
    }
    if (words.isEmpty()) {
      return;
    }
    try {
      execute(words.getFirst(), words.subList(1, words.size()));
    } catch (Mistyped e) {
      out.println("error: " + e.getMessage());
    } catch (RequestFailedException e) {
      Throwable cause = e.getCause();
      out.println("error: " + (cause == null ? e.getMessage() : cause.getMessage()));
    }
  }

  private void execute(String command, List<String> arguments)
      throws Mistyped, InterruptedException {
    switch (command) {
      case "add" -> out.println(server.ask("add", number("add", "add 3", arguments)));
      case "sleep" -> out.println(server.ask("sleep", seconds(arguments)));
      case "help", "-h", "--help" -> out.println("commands: " + COMMANDS);
      case "get" -> {
        refuse(command, arguments);
        out.println(server.ask("get", 0));
      }
      case "peek" -> {
        refuse(command, arguments);
        out.println(server.peek());
      }
      case "quit" -> {
        refuse(command, arguments);
        lines.close("quit");
        lines.drain();
      }
      default -> out.println(server.ask(command, 0)); // the server says that it knows no such one
    }
  }

  private static void refuse(String command, List<String> arguments) throws Mistyped {
    if (!arguments.isEmpty()) {
      throw new Mistyped(
          "'" + command + "' takes nothing, was given '" + String.join(" ", arguments) + "'");
    }
  }

  /** The script's finger: presses Ctrl-C once a request runs. */
  private void pressControlC() {
    ThreadService.virtual(
            "finger",
            self -> {
              while (!server.isWorking()) {
                Selvage.sleep(Duration.ofMillis(50));
              }
              controlC.run();
            })
        .start();
  }

  private static double seconds(List<String> arguments) throws Mistyped {
    double seconds = number("sleep", "sleep 0.5", arguments);
    if (seconds < 0 || seconds > MOST_SECONDS) {
      throw new Mistyped(
          "'sleep' takes 0 to "
              + MOST_SECONDS
              + " seconds, was given '"
              + arguments.getFirst()
              + "'");
    }
    return seconds;
  }

  private static double number(String command, String example, List<String> arguments)
      throws Mistyped {
    if (arguments.size() != 1) {
      throw new Mistyped("'" + command + "' takes one number, for example: " + example);
    }
    String word = arguments.getFirst();
    try {
      double number = Double.parseDouble(word);
      if (Double.isFinite(number)) {
        return number;
      }
    } catch (NumberFormatException e) {
      // said below
    }
    throw new Mistyped("not a number: '" + word + "'");
  }
}
