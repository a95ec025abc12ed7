package io.selvage.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.selvage.signal.SignalReceiver;
import io.selvage.signal.Signals;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Runs the service as a program of its own, and sends it real signals. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ReloadAndDrainTest {
  private static final Pattern GREETED = Pattern.compile("greeted (\\d+) of (\\d+) visitors");

  @TempDir private Path folder;
  private Process process;
  private BufferedReader output;

  private void start(Path file) throws IOException {
    String classPath =
        System.getProperty("jdk.module.path", "")
            + File.pathSeparator
            + System.getProperty("java.class.path");
    String java = ProcessHandle.current().info().command().orElseThrow();
    process =
        new ProcessBuilder(java, "-cp", classPath, Main.class.getName(), "reload", file.toString())
            .redirectErrorStream(true)
            .start();
    output = process.inputReader();
  }

  @AfterEach
  void end() {
    if (process != null) {
      process.destroyForcibly();
    }
  }

  private void kill(String signal) throws IOException, InterruptedException {
    kill(signal, process.pid());
  }

  private static void kill(String signal, long pid) throws IOException, InterruptedException {
    String target = Long.toString(pid);
    assertThat(new ProcessBuilder("kill", "-" + signal, target).start().waitFor()).isZero();
  }

  /** Under nohup the tests and their child processes ignore HUP. */
  private static boolean isHupIgnored() throws IOException {
    Path status = Path.of("/proc/self/status");
    return Files.exists(status)
        && Files.readAllLines(status).stream()
            .filter(line -> line.startsWith("SigIgn:"))
            .anyMatch(line -> line.matches(".*[13579bdf]"));
  }

  private void assertDrained(List<String> rest) {
    Matcher greeted = GREETED.matcher(rest.getLast());
    assertThat(greeted.matches()).as("%s", rest).isTrue();
    assertThat(greeted.group(1)).isEqualTo(greeted.group(2));
  }

  @Test
  void hupReadsTheConfigurationAgainAndTermDrains() throws Exception {
    Path file = Files.writeString(folder.resolve("greeting.txt"), "hello\n");
    start(file);
    assertThat(output.readLine()).isEqualTo("the greeting is 'hello', from " + file);
    assertThat(output.readLine()).startsWith("kill -HUP " + process.pid());
    if (!isHupIgnored()) {
      Files.writeString(file, "good day\n");
      kill("HUP");
      assertThat(output.readLine()).isEqualTo("the greeting is 'good day'");
      Files.delete(file);
      kill("HUP");
      assertThat(output.readLine()).startsWith("the greeting stays 'good day': ");
    }
    kill("TERM");
    assertThat(output.readLine()).isEqualTo("TERM: no more visitors");
    assertDrained(output.lines().toList());
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isZero();
  }

  /** Sends signals to this process while the service lets no more visitors in. */
  private static final class SignalsAtTheEnd extends PrintStream {
    private final List<String> names;
    private final List<String> lines = new CopyOnWriteArrayList<>();
    private SignalReceiver own;

    SignalsAtTheEnd(List<String> names) {
      super(OutputStream.nullOutputStream());
      this.names = names;
    }

    @Override
    public void println(String line) {
      lines.add(line);
      try {
        if (line.startsWith("kill -HUP")) {
          own = Signals.receive("HUP", "TERM"); // gets each signal after the service
          send("TERM");
        } else if (line.equals("TERM: no more visitors")) {
          for (String name : names) {
            send(name);
          }
        }
      } catch (IOException | InterruptedException e) {
        throw new AssertionError(e);
      }
    }

    private void send(String name) throws IOException, InterruptedException {
      kill(name, ProcessHandle.current().pid());
      assertThat(own.receive().name()).isEqualTo(name);
    }
  }

  private List<Integer> serveWith(String... signals) throws Exception {
    Path file = Files.writeString(folder.resolve("greeting.txt"), "hello\n");
    List<Integer> halts = new CopyOnWriteArrayList<>();
    try (SignalsAtTheEnd out = new SignalsAtTheEnd(List.of(signals))) {
      try {
        new ReloadAndDrain(file, out, halts::add).serve();
      } finally {
        out.own.close();
      }
      assertDrained(out.lines);
    }
    return halts;
  }

  @Test
  void aSecondTermEndsItAtOnce() throws Exception {
    assertThat(serveWith("TERM")).containsExactly(143);
  }

  @Test
  void hupDoesNotEndTheDrain() throws Exception {
    if (!isHupIgnored()) {
      assertThat(serveWith("HUP", "HUP")).isEmpty();
    }
  }
}
