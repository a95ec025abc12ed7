package io.selvage.signal;

import io.selvage.Selvage;
import io.selvage.TaskGroup;
import io.selvage.channel.Channel;
import io.selvage.kernel.Machine;
import io.selvage.kernel.jvm.JdkSignals;
import io.selvage.select.Select;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/** Sends itself signals by the command kill; run in a JVM of its own. The argument says what. */
public final class SignalProgram {
  private SignalProgram() {}

  public static void main(String[] args) throws Exception {
    Runtime.getRuntime().addShutdownHook(new Thread(() -> System.out.println("shutdown")));
    switch (args[0]) {
      case "each" -> each(List.of(args).subList(1, args.length));
      case "restored" -> restored(args[1]);
      case "two" -> two();
      case "refused" -> refused(args[1], args[2]);
      case "absent" -> absent();
      case "flood" -> flood(Integer.parseInt(args[1]));
      case "select" -> select();
      case "ignored" -> ignored();
      default -> throw new IllegalArgumentException(args[0]);
    }
  }

  private static void kill(String name) throws Exception {
    String self = Long.toString(ProcessHandle.current().pid());
    int status = new ProcessBuilder("kill", "-" + name, self).inheritIO().start().waitFor();
    if (status != 0) {
      throw new IOException("kill -" + name + " ended with " + status);
    }
  }

  /** The process is about to be ended by a signal. */
  private static void awaitTheEnd() throws InterruptedException {
    new CountDownLatch(1).await();
  }

  private static void each(List<String> names) throws Exception {
    try (SignalReceiver signals = Signals.receive(names.toArray(String[]::new))) {
      for (String name : names) {
        kill(name);
        System.out.println(signals.receive());
      }
    }
    System.out.println("end");
  }

  private static void restored(String name) throws Exception {
    try (SignalReceiver signals = Signals.receive(name)) {
      kill(name);
      System.out.println(signals.receive().name());
    }
    System.out.println("closed");
    kill(name);
    awaitTheEnd();
  }

  private static void two() throws Exception {
    SignalReceiver one = Signals.receive("USR1");
    SignalReceiver other = Signals.receive("TERM", "USR1");
    kill("USR1");
    System.out.println("one " + one.receive().name());
    System.out.println("other " + other.receive().name());
    one.close();
    kill("USR1");
    System.out.println("still " + other.receive().name());
    other.close();
    kill("USR1");
    awaitTheEnd();
  }

  /** The second signal is refused, so the first one is not received: it ends the process. */
  private static void refused(String accepted, String refused) throws Exception {
    try (SignalReceiver signals = Signals.receive(accepted, refused)) {
      System.out.println("not refused: " + signals);
    } catch (RuntimeException e) {
      System.out.println(e);
    }
    kill(accepted);
    awaitTheEnd();
  }

  private static void absent() throws Exception {
    try (SignalReceiver signals = Signals.receive("HUP")) {
      System.out.println("not refused: " + signals);
    } catch (UnsupportedOperationException e) {
      System.out.println(e.getMessage());
    }
    TaskGroup.run(group -> group.launch(() -> Selvage.sleep(Duration.ofMillis(1))));
    System.out.println("the rest works");
  }

  private static void flood(int count) throws Exception {
    AtomicInteger arrived = new AtomicInteger();
    try (SignalReceiver signals = Signals.receive("USR1")) {
      Machine.real().signals().open(List.of("USR1"), number -> arrived.incrementAndGet() > 0);
      JdkSignals process = new JdkSignals();
      for (int i = 0; i < count; i++) {
        process.raise("USR1");
        while (i - arrived.get() > 100) { // otherwise the JDK has a thread for each of them
          Thread.onSpinWait();
        }
      }
      while (arrived.get() < count) {
        Thread.onSpinWait();
      }
      System.out.println(arrived.get() + " have arrived");
      System.out.println("first " + signals.tryReceive().map(Signal::name));
      System.out.println("second " + signals.tryReceive().map(Signal::name));
    }
  }

  private static void select() throws Exception {
    Channel<String> items = Channel.unbounded();
    try (SignalReceiver signals = Signals.receive("USR1")) {
      TaskGroup.run(
          group -> {
            group.launch(() -> kill("USR1"));
            System.out.println(receiveOne(items, signals));
            items.send("item");
            System.out.println(receiveOne(items, signals));
          });
    }
  }

  private static String receiveOne(Channel<String> items, SignalReceiver signals)
      throws InterruptedException {
    return Select.first(items.onReceive(), signals.onReceive().call(Signal::name));
  }

  /** The parent has made this process ignore HUP, as nohup does. */
  private static void ignored() throws Exception {
    System.out.println("ignored: " + isIgnored(1));
    try (SignalReceiver signals = Signals.receive("HUP", "USR1")) {
      kill("HUP");
      kill("USR1");
      System.out.println(signals.receive().name());
      System.out.println(signals.tryReceive());
    }
    kill("HUP");
    System.out.println("end");
  }

  /** Whether this process was started to ignore a signal, and so are its children. */
  static boolean isIgnored(int signal) throws IOException {
    Path status = Path.of("/proc/self/status");
    if (!Files.exists(status)) {
      return false; // not Linux
    }
    String line =
        Files.readAllLines(status).stream()
            .filter(each -> each.startsWith("SigIgn:"))
            .findFirst()
            .orElseThrow();
    long mask = Long.parseUnsignedLong(line.substring(7).strip(), 16);
    return (mask >> (signal - 1) & 1) == 1;
  }
}
