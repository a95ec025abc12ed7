package io.selvage.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedWriter;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Runs each example as a program of its own, with nothing on standard input. */
class ExamplesTest {

  private record Ended(int status, List<String> lines) {}

  private static Ended run(String... args) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(ProcessHandle.current().info().command().orElseThrow());
    command.addAll(List.of("-cp", classPath(), Main.class.getName()));
    command.addAll(List.of(args));
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectInput(new File("/dev/null"))
            .start();
    List<String> lines = process.inputReader().lines().toList();
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).as("%s ended: %s", command, lines).isTrue();
    return new Ended(process.exitValue(), lines);
  }

  private static String classPath() {
    String separator = File.pathSeparator;
    return System.getProperty("jdk.module.path", "")
        + separator
        + System.getProperty("java.class.path");
  }

  @Test
  void aThreadFeedsALoop() throws Exception {
    assertThat(run("feed").lines())
        .containsExactly("item 0", "item 1", "item 2", "item 3", "item 4", "end of stream");
  }

  @Test
  void aServiceStartsAnswersAndStops() throws Exception {
    assertThat(run("service").lines()).containsExactly("answer: 42", "stopped in time: true");
  }

  @Test
  void aSignalCancelsTheWorkAndWhatFollowsRuns() throws Exception {
    assertThat(run("signal").lines()).startsWith("working", "interrupted; tidying up");
  }

  @Test
  void aRequestIsAnsweredOrFails() throws Exception {
    assertThat(run("request").lines())
        .containsExactly("1: pong", "2: java.net.ConnectException: connection lost");
  }

  @Test
  void dataIsLoadedByCallsThatBlockAndAPipeSeesNoBar() throws Exception {
    assertThat(run("load", "1000").lines())
        .containsExactly("loaded 1000 of 1000 items, their sum is 332833500");
  }

  @Test
  void dataLoadingSaysWhatItTakes() throws Exception {
    Ended typo = run("load", "many");
    assertThat(typo.status()).isEqualTo(2);
    assertThat(typo.lines())
        .containsExactly("load takes the number of items, 0 or more, was given many");
  }

  @Test
  void theCounterPlaysItsScriptAndPressesControlC() throws Exception {
    Ended counter = run();
    assertThat(counter.status()).isZero();
    assertThat(counter.lines())
        .containsSubsequence(
            "> add 3", "3", "error: unknown operation 'frobnicate'", "cancelled", "10")
        .endsWith("stopped: closed true, joined true");
  }

  @Test
  void thePipelineCountsTheWordsOfFiles(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("hamlet.txt");
    Files.writeString(file, "To be, or not to be:\nthat is the question.\n");
    Ended counted = run("pipeline", file.toString(), file.toString());
    assertThat(counted.lines())
        .startsWith("4 lines, 20 words, 8 different ones", "       4 be", "       4 to");
    assertThat(counted.status()).isZero();
    Ended missing = run("pipeline", "no such file");
    assertThat(missing.lines())
        .containsExactly("pipeline takes the names of files, cannot read no such file");
    assertThat(missing.status()).isEqualTo(2);
  }

  @Test
  @DisabledOnOs(
      value = {OS.WINDOWS, OS.MAC},
      disabledReason = "env cannot reset signals there")
  void controlCEndsThePipelineWithWhatItHasCounted() throws Exception {
    List<String> command = new ArrayList<>(List.of("env", "--default-signal=INT"));
    command.addAll(List.of(ProcessHandle.current().info().command().orElseThrow(), "-cp"));
    command.addAll(List.of(classPath(), Main.class.getName(), "pipeline"));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    try (BufferedWriter words = process.outputWriter()) {
      for (int i = 0; i < 100_000; i++) {
        words.write("to be\n"); // far more than a pipe holds: most of it has been read then
      }
      words.flush();
      String pid = Long.toString(process.pid());
      assertThat(new ProcessBuilder("kill", "-INT", pid).start().waitFor()).isZero();
      List<String> lines = process.inputReader().lines().toList();
      assertThat(lines.getFirst())
          .matches("interrupted; so far: \\d{4,} lines, .*2 different ones");
      assertThat(lines).hasSize(3);
      assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
      assertThat(process.exitValue()).isEqualTo(130);
    } finally {
      process.destroyForcibly();
    }
  }

  @Test
  void anEchoServerAnswersAndAChatTellsAll() throws Exception {
    assertThat(run("echo").lines()).containsExactly("echo: one", "echo: two", "echo: three");
    assertThat(run("chat").lines())
        .containsExactly(
            "ann reads: ann has come",
            "ann reads: bob has come",
            "ann reads: bob: hello",
            "ann reads: bob has left");
  }

  @Test
  void eachExampleHasHelp() throws Exception {
    assertThat(run("--help").lines().getFirst()).isEqualTo("usage: ./selvage demo [name] [args]");
    for (String help : List.of("-h", "--help", "help")) {
      Ended counter = run("counter", help);
      assertThat(counter.status()).isZero();
      assertThat(counter.lines().getFirst()).startsWith("usage: ./selvage demo counter [--listen");
      assertThat(counter.lines()).noneMatch(line -> line.startsWith("> "));
    }
    assertThat(run("load", "-h").lines().getFirst())
        .isEqualTo("usage: ./selvage demo load [items]");
  }

  @Test
  void whatAnExampleDoesNotTakeIsRefused() throws Exception {
    Ended extra = run("feed", "me");
    assertThat(extra.status()).isEqualTo(2);
    assertThat(extra.lines())
        .containsExactly(
            "The example 'feed' takes no arguments, was given me",
            "See ./selvage demo feed --help");
  }

  @Test
  void aTypoIsAnsweredWithTheNearestName() throws Exception {
    Ended typo = run("conter");
    assertThat(typo.status()).isEqualTo(2);
    assertThat(typo.lines().getFirst()).contains("conter", "did you mean 'counter'?");
  }
}
