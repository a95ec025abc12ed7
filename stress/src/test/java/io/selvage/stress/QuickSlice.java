package io.selvage.stress;

import static org.assertj.core.api.Assertions.assertThat;

import io.selvage.stress.lincheck.Linearizability;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A small part of the stress tests, in every build: short runs of the programs in the jar. */
@Timeout(180)
class QuickSlice {
  private static final Path JAR = Path.of(System.getProperty("selvage.stress.jar"));
  private static final Pattern RESULTS =
      Pattern.compile(
          "Results: (\\d+) planned; (\\d+) passed, (\\d+) failed, (\\d+) soft errs, (\\d+) hard errs");

  @TempDir Path folder;

  private record Run(int exitCode, String output) {}

  @Test
  void noInterruptLeaks() throws Exception {
    Run run = java("-cp", JAR.toString(), InterruptLeakStress.class.getName(), "20000");

    assertThat(run.output()).containsPattern("platform: .*leaked=0, missed=0");
    assertThat(run.output()).containsPattern("virtual: .*leaked=0, missed=0");
    assertThat(run.exitCode()).as(run.output()).isZero();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "200000 -1 plain",
        "100000 0 plain",
        "100000 4 plain",
        "100000 0 select",
        "100000 4 select"
      })
  void noItemIsLost(String arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of("-ea", "-cp", JAR.toString()));
    command.add(ChannelSoak.class.getName());
    command.addAll(List.of(arguments.split(" ")));
    Run run = java(command.toArray(String[]::new));

    assertThat(run.exitCode()).as(run.output()).isZero();
  }

  @Test
  void withdrawnWaitsLeaveNothingBehind() throws Exception {
    Run run = java("-cp", JAR.toString(), CancelStorm.class.getName(), "200000");

    assertThat(run.exitCode()).as(run.output()).isZero();
  }

  @Test
  void channelsAndSelectsAreLinearizable() throws Exception {
    Run run =
        java(
            "-XX:+EnableDynamicAgentLoading",
            "--sun-misc-unsafe-memory-access=allow",
            "-cp",
            JAR.toString(),
            Linearizability.class.getName(),
            "8",
            "8",
            "OneChannel.BoundedOne|TwoChannels.Rendezvous");

    assertThat(run.exitCode()).as(run.output()).isZero();
    assertThat(run.output().lines().filter(line -> line.contains(": ok,"))).hasSize(4);
  }

  @Test
  void theMostImportantTransitionsHold() throws Exception {
    String tests =
        "WaitNodeStress.(ResumeOrAbort|CancelOrBeginWait)$"
            + "|GateStress.(LeaveOrDeliver|EnterShieldOrDeliver)$"
            + "|ChannelStress.SendThenCancel$"
            + "|PermitsStress.ReleaseThenCancel$";

    Run run =
        java(
            "-jar",
            JAR.toString(),
            "-t",
            tests,
            "-jvmArgs",
            "-Xmx256m",
            "-f",
            "1",
            "-fsm",
            "1",
            "-iters",
            "1",
            "-time",
            "200",
            "-sc",
            "false",
            "-strideSize",
            "64",
            "-strideCount",
            "8");

    assertThat(run.exitCode()).as(run.output()).isZero();
    Matcher results = RESULTS.matcher(run.output());
    List<String> last = new ArrayList<>();
    while (results.find()) {
      last = List.of(results.group(1), results.group(2), results.group(3));
      assertThat(List.of(results.group(4), results.group(5)))
          .as(run.output())
          .containsExactly("0", "0");
    }
    assertThat(last).as(run.output()).containsExactly("6", "6", "0");
  }

  /** The stacks of all threads, also of virtual ones. */
  private String threadsOf(Process process) throws IOException, InterruptedException {
    Path dump = folder.resolve("threads.txt");
    String jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
    Process dumping =
        new ProcessBuilder(
                jcmd, Long.toString(process.pid()), "Thread.dump_to_file", dump.toString())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    boolean dumped = dumping.waitFor(20, TimeUnit.SECONDS) && Files.exists(dump);
    dumping.destroyForcibly();
    return dumped ? Files.readString(dump) : "no dump";
  }

  private Run java(String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of(arguments));
    Path output = folder.resolve("output.txt");
    Process process =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    try {
      boolean ended = process.waitFor(120, TimeUnit.SECONDS);
      String text = Files.readString(output);
      if (!ended) {
        throw new AssertionError(
            String.format(
                Locale.ROOT,
                "%s did not end in time%n%s%nthreads:%n%s",
                String.join(" ", arguments),
                text,
                threadsOf(process)));
      }
      return new Run(process.exitValue(), text);
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
  }
}
