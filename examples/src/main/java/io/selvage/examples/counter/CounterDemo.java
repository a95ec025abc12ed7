package io.selvage.examples.counter;

import io.selvage.Selvage;
import io.selvage.channel.Channel;
import io.selvage.service.RequestFailedException;
import io.selvage.service.ServiceThread;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
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
  private static final String COMMANDS =
      "add <n>, get, peek, sleep <seconds>, quit; Ctrl-C cancels a running request";

  private final CounterServer server = new CounterServer();
  private final Channel<String> lines = Channel.unbounded();
  private final PrintStream out;
  private final boolean terminal;
  private final Runnable controlC;

  CounterDemo(PrintStream out, boolean terminal, Runnable controlC) {
    this.out = out;
    this.terminal = terminal;
    this.controlC = controlC;
  }

  /**
   * Runs the demo on standard input.
   *
   * @param args none
   * @throws InterruptedException if the thread is interrupted
   * @throws TimeoutException if the server does not come up
   */
  public static void main(String[] args) throws InterruptedException, TimeoutException {
    if (args.length > 0) {
      System.err.println(
          "counter takes no arguments, was given "
              + String.join(" ", args)
              + "; type commands: "
              + COMMANDS);
      System.exit(2);
    }
    boolean terminal = Terminal.isUsed();
    AtomicReference<CounterDemo> self = new AtomicReference<>();
    Runnable press =
        ControlC.handle(() -> Optional.ofNullable(self.get()).ifPresent(CounterDemo::onInterrupt));
    CounterDemo demo = new CounterDemo(System.out, terminal, press);
    self.set(demo);
    demo.run(new InputStreamReader(System.in, StandardCharsets.UTF_8));
  }

  /** Serves until the commands end. */
  void run(Reader commands) throws InterruptedException, TimeoutException {
    server.start();
    ServiceThread reader = ServiceThread.platform("stdin", self -> read(commands, self));
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
      lines.close("Ctrl-C");
      lines.drain();
    }
  }

  // ---- reading, on a thread of its own

  /**
   * Feeds the lines into the channel; blocked in a read it cannot be cut short, so nobody waits for
   * its end.
   */
  private void read(Reader commands, ServiceThread self) throws IOException {
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
    String[] words = line.split("\\s+");
    if (words[words.length - 1].equals("^C")) {
      pressControlC();
    }
    if (words[0].equals("quit")) {
      lines.close("quit");
      lines.drain();
      return;
    }
    try {
      out.println(
          words[0].equals("peek")
              ? Long.toString(server.peek())
              : server.ask(words[0], argument(words)));
    } catch (RequestFailedException e) {
      Throwable cause = e.getCause();
      out.println("error: " + (cause == null ? e.getMessage() : cause.getMessage()));
    } catch (NumberFormatException e) {
      out.println("error: not a number: '" + words[1] + "'");
    }
  }

  /** The script's finger: presses Ctrl-C once a request runs. */
  private void pressControlC() {
    ServiceThread.virtual(
            "finger",
            self -> {
              while (!server.isWorking()) {
                Selvage.sleep(Duration.ofMillis(50));
              }
              controlC.run();
            })
        .start();
  }

  private static double argument(String[] words) {
    return words.length > 1 ? Double.parseDouble(words[1]) : 0;
  }
}
