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
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/**
 * A small service that greets its visitors. HUP reads the greeting again; TERM and Ctrl-C let no
 * more visitors in, greet those that wait, and end the program with status 0. A second TERM ends it
 * at once.
 */
final class ReloadAndDrain {
  private final Path file;
  private final Latest<String> greeting;
  private final Channel<Integer> visitors = Channel.unbounded();

  private ReloadAndDrain(Path file) throws IOException {
    this.file = file;
    this.greeting = new Latest<>(Files.readString(file).strip());
  }

  static void main(String[] args) throws IOException, InterruptedException {
    Path file =
        args.length > 0
            ? Path.of(args[0])
            : Files.writeString(Files.createTempFile("greeting", ".txt"), "hello");
    new ReloadAndDrain(file).serve();
  }

  private void serve() throws InterruptedException {
    TaskGroup.run(
        group -> {
          Task<Integer> greeted = group.fork(this::greetAll);
          int admitted;
          try (SignalReceiver signals = Signals.receive("HUP", "INT", "TERM")) {
            tellHowToUseIt();
            admitted = admitUntilTheEnd(signals);
          }
          visitors.close();
          System.out.println("greeted " + greeted.join() + " of " + admitted + " visitors");
        });
  }

  private void tellHowToUseIt() {
    long self = ProcessHandle.current().pid();
    System.out.println("the greeting is '" + greeting.get() + "', from " + file);
    System.out.println("kill -HUP " + self + " reads it again, kill -TERM " + self + " ends");
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
          System.out.println(event + ": no more visitors");
          return admitted;
        }
      }
    }
  }

  /** A file that cannot be read is no reason to end. */
  private void reload() {
    try {
      greeting.set(Files.readString(file).strip());
      System.out.println("the greeting is '" + greeting.get() + "'");
    } catch (IOException e) {
      System.out.println("the greeting stays '" + greeting.get() + "': " + e);
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
