package io.selvage.examples.counter;

import io.selvage.Selvage;
import io.selvage.channel.Channel;
import io.selvage.examples.terminal.ControlC;
import io.selvage.examples.terminal.Terminal;
import io.selvage.service.ThreadService;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.Reader;
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
  public static final String COMMANDS = Commands.ALL + "; Ctrl-C cancels a running request";

  /** What the command line may say. */
  public static final String ARGUMENTS = CounterOverNetwork.ARGUMENTS;

  private final CounterServer server = new CounterServer();
  private final Commands commands = new Commands(server);
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
   * Runs the demo on standard input, or over a network if there are arguments.
   *
   * <p>Ctrl-C at the prompt ends the program in order, with exit status 130.
   *
   * @param args none, or where to listen: see {@link #ARGUMENTS}
   * @throws InterruptedException if the thread is interrupted
   * @throws TimeoutException if the server does not come up
   */
  public static void main(String[] args) throws InterruptedException, TimeoutException {
    if (args.length > 0) {
      System.exit(CounterOverNetwork.run(args, System.out, System.err));
    }
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
  int run(Reader input) throws InterruptedException, TimeoutException {
    server.start();
    ThreadService reader = ThreadService.platform("stdin", self -> read(input, self));
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
  private void read(Reader input, ThreadService self) throws IOException {
    self.started();
    BufferedReader reader = new BufferedReader(input);
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
    if (Commands.isQuit(words)) {
      lines.close("quit");
      lines.drain();
    } else {
      out.println(commands.execute(words));
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
}
