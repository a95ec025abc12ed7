package io.selvage.runtime;

import io.selvage.CancelScope;
import io.selvage.Selvage;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;

/** A program that sends signals to itself, for {@link TerminationTest}. */
final class TerminationProgram {
  private static final Duration LONG = Duration.ofHours(1);

  private TerminationProgram() {}

  /**
   * Runs one way to end.
   *
   * @param args the way
   */
  public static void main(String[] args) throws Exception {
    RuntimeOptions options =
        SelvageRuntime.options().withName("app").withTerminationSignals("TERM", "INT");
    switch (args[0]) {
      case "term" -> options.run(runtime -> endBy("TERM", runtime));
      case "int" -> options.run(runtime -> endBy("INT", runtime));
      case "twice" -> options.run(runtime -> hang("INT", "TERM"));
      case "grace" -> options.withGrace(Duration.ofMillis(50)).run(runtime -> hang("TERM", null));
      case "failing" -> options.run(runtime -> failInCleanUp());
      case "none" -> options.run(runtime -> System.out.println("worked"));
      case "late" -> {
        options.run(runtime -> System.out.println("worked"));
        send("TERM");
        Selvage.sleep(LONG);
      }
      case "object" -> {
        try (SelvageRuntime runtime = options.open()) {
          runtime.launch(() -> sleepAndCleanUp("task"));
          send("TERM");
          try {
            runtime.runUntilStopped();
          } finally {
            System.out.println("left");
          }
        }
      }
      case "hook" -> {
        SelvageRuntime runtime = options.open();
        Runtime.getRuntime().addShutdownHook(new Thread(runtime::close));
        send("TERM");
        try (runtime) {
          runtime.runUntilStopped();
        }
      }
      case "hanging hook" -> {
        Runtime.getRuntime().addShutdownHook(new Thread(TerminationProgram::hangInHook));
        options.run(runtime -> endBy("TERM", runtime));
      }
      case "blocked log" -> {
        System.setErr(new PrintStream(new FullPipe(), true));
        options.withGrace(Duration.ofMillis(50)).run(runtime -> hang("TERM", null));
      }
      case "failed before" ->
          options.run(
              runtime -> {
                CountDownLatch begun = new CountDownLatch(1);
                runtime.launch(() -> sendInCleanUp(begun));
                begun.await();
                throw new IOException("of the body");
              });
      default -> throw new IllegalArgumentException(args[0]);
    }
    System.out.println("end");
  }

  private static void hangInHook() {
    System.out.println("in the hook");
    try {
      send("TERM");
      Thread.sleep(LONG);
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Takes nothing, so the log blocks. */
  private static final class FullPipe extends OutputStream {
    @Override
    public void write(int unused) {
      System.out.println("the log blocks");
      try {
        Thread.sleep(LONG);
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  /** The runtime is being closed when the signal arrives. */
  private static void sendInCleanUp(CountDownLatch begun) throws Exception {
    begun.countDown();
    try {
      Selvage.sleep(LONG);
    } finally {
      CancelScope.shieldUnlimited()
          .<Exception>run(
              () -> {
                send("TERM");
                Selvage.sleep(Duration.ofMillis(500)); // the signal is received meanwhile
              });
    }
  }

  private static void send(String signal) throws IOException, InterruptedException {
    long self = ProcessHandle.current().pid();
    new ProcessBuilder("kill", "-" + signal, Long.toString(self)).start().waitFor();
  }

  private static void endBy(String signal, SelvageRuntime runtime) throws Exception {
    runtime.launch("task", () -> sleepAndCleanUp("task"));
    Selvage.sleep(Duration.ofMillis(1)); // the task may begin, or be cancelled before
    send(signal);
    sleepAndCleanUp("body");
  }

  private static void sleepAndCleanUp(String who) throws InterruptedException {
    try {
      Selvage.sleep(LONG);
    } catch (InterruptedException e) {
      System.out.println(who + ": " + e.getMessage());
      throw e;
    }
  }

  /** A clean-up that does not end by itself. */
  private static void hang(String first, String second) throws Exception {
    send(first);
    try {
      Selvage.sleep(LONG);
    } finally {
      CancelScope.shieldUnlimited()
          .<Exception>run(
              () -> {
                System.out.println("cleaning up");
                if (second != null) {
                  send(second);
                }
                Selvage.sleep(LONG);
              });
    }
  }

  private static void failInCleanUp() throws Exception {
    send("TERM");
    try {
      Selvage.sleep(LONG);
    } finally {
      throwIt();
    }
  }

  private static void throwIt() throws IOException {
    throw new IOException("of the clean-up");
  }
}
