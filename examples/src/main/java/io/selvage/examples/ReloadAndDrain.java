package io.selvage.examples;

import io.selvage.Selvage;
import io.selvage.Task;
import io.selvage.TaskGroup;
import io.selvage.channel.Channel;
import io.selvage.channel.Latest;
import io.selvage.select.Select;
import io.selvage.signal.Signal;
import io.selvage.signal.SignalReceiver;
import io.selvage.signal.Signals;
import io.selvage.time.Interval;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.IntConsumer;

/**
 * A small service that greets its visitors. HUP reads the greeting again; TERM and Ctrl-C let no
 * more visitors in, greet those that wait, and end the program with status 0. Meanwhile HUP does
 * nothing, and a second TERM or Ctrl-C ends the program at once.
 */
final class ReloadAndDrain {
  private final Path file;
  private final PrintStream out;
  private final IntConsumer halt;
  private final Latest<String> greeting;
  private final Channel<Integer> visitors = Channel.unbounded();

  /** The last argument ends the process at once, with this status. */
  ReloadAndDrain(Path file, PrintStream out, IntConsumer halt) throws IOException {
    this.file = file;
    this.out = out;
    this.halt = halt;
    this.greeting = new Latest<>(Files.readString(file).strip());
  }

  static void main(String[] args) throws IOException, InterruptedException {
    Path file =
        args.length > 0
            ? Path.of(args[0])
            : Files.writeString(Files.createTempFile("greeting", ".txt"), "hello");
    new ReloadAndDrain(file, System.out, Runtime.getRuntime()::halt).serve();
  }

  void serve() throws InterruptedException {
    TaskGroup.run(
        group -> {
          Task<Integer> greeted = group.fork(this::greetAll);
          try (SignalReceiver signals = Signals.receive("HUP", "INT", "TERM")) {
            tellHowToUseIt();
            int admitted = admitUntilTheEnd(signals);
            visitors.close();
            group.launch("signals", () -> signals.forEach(this::whileDraining));
            out.println("greeted " + greeted.join() + " of " + admitted + " visitors");
          } // the task of the signals ends here, too
        });
  }

  private void whileDraining(Signal signal) {
    if (!signal.name().equals("HUP")) {
      halt.accept(128 + signal.number());
    }
  }

  private void tellHowToUseIt() {
    long self = ProcessHandle.current().pid();
    out.println("the greeting is '" + greeting.get() + "', from " + file);
    out.println("kill -HUP " + self + " reads it again, kill -TERM " + self + " ends");
  }

  /** Returns how many visitors there were. */
  private int admitUntilTheEnd(SignalReceiver signals) throws InterruptedException {
    Interval arrivals = Interval.every(Duration.ofMillis(2));
    int admitted = 0;
    while (true) {
      String event =
          Select.first(
              signals.onReceive().call(Signal::name), arrivals.onTick().call(tick -> "visitor"));
      switch (event) {
        case "visitor" -> visitors.send(++admitted);
        case "HUP" -> reload();
        default -> {
          out.println(event + ": no more visitors");
          return admitted;
        }
      }
    }
  }

  /** A file that cannot be read is no reason to end. */
  private void reload() {
    try {
      greeting.set(Files.readString(file).strip());
      out.println("the greeting is '" + greeting.get() + "'");
    } catch (IOException e) {
      out.println("the greeting stays '" + greeting.get() + "': " + e);
    }
  }

  /** Returns how many were greeted: all that were admitted, also if they had to wait. */
  private int greetAll() throws InterruptedException {
    int[] greeted = {0};
    visitors.forEach(
        visitor -> {
          Selvage.sleep(Duration.ofMillis(3)); // slower than they arrive
          greeted[0]++;
        });
    return greeted[0];
  }
}
