package io.selvage.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Runs each example as a program of its own, with nothing on standard input. */
class ExamplesTest {

  private record Ended(int status, List<String> lines) {}

  private static Ended run(String... args) throws IOException, InterruptedException {
    List<String> command = new java.util.ArrayList<>();
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
  void eachExampleHasHelp() throws Exception {
    assertThat(run("--help").lines().getFirst()).isEqualTo("usage: ./selvage demo [name] [args]");
    for (String help : List.of("-h", "--help", "help")) {
      Ended counter = run("counter", help);
      assertThat(counter.status()).isZero();
      assertThat(counter.lines().getFirst()).isEqualTo("usage: ./selvage demo counter");
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
