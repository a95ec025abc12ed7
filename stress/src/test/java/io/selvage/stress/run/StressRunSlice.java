package io.selvage.stress.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The stress run, with some seconds for the cheap parts, and with parts that go wrong. */
@Timeout(180)
class StressRunSlice {
  private static final Path JAR = Path.of(System.getProperty("selvage.stress.jar"));

  @TempDir Path folder;

  /** How a run has ended. */
  private final class Run {
    final int status;
    final String output;

    Run(String... arguments) throws Exception {
      List<String> command = new ArrayList<>();
      command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
      command.add("--enable-native-access=ALL-UNNAMED");
      command.add("-cp");
      command.add(JAR + File.pathSeparator + testClasses());
      command.add(StressRun.class.getName());
      command.addAll(List.of(arguments));
      Path out = folder.resolve("output.txt");
      Process process =
          new ProcessBuilder(command)
              .directory(folder.toFile())
              .redirectErrorStream(true)
              .redirectOutput(out.toFile())
              .start();
      try {
        boolean ended = process.waitFor(150, TimeUnit.SECONDS);
        output = Files.readString(out);
        assertThat(ended).as(output).isTrue();
        status = process.exitValue();
      } finally {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
      }
    }

    private static Path testClasses() throws Exception {
      return Path.of(
          PlantedParts.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    }

    /** {@return the report} */
    String report() throws Exception {
      return Files.readString(folder.resolve("stress-report.md"));
    }

    /** {@return the figures of each part, by name and column} */
    Map<String, Map<String, String>> figures() throws Exception {
      List<String> lines = Files.readAllLines(folder.resolve("stress-report.csv"));
      List<String> titles = List.of(lines.getFirst().split(",", -1));
      Map<String, Map<String, String>> parts = new HashMap<>();
      for (String line : lines.subList(1, lines.size())) {
        List<String> cells = List.of(line.split(",", -1));
        Map<String, String> part = new HashMap<>();
        for (int i = 0; i < titles.size(); i++) {
          part.put(titles.get(i), cells.get(i));
        }
        parts.put(cells.getFirst(), part);
      }
      return parts;
    }
  }

  @Test
  void theCheapPartsPassAndTellTheirFigures() throws Exception {
    Run run =
        new Run(
            "--minutes",
            "0.06",
            "--seed",
            "7",
            "soak",
            "simulation",
            "killed-services",
            "blocked-carriers",
            "stopped-process",
            "slow-handlers");

    assertThat(run.status).as(run.output).isZero();
    var figures = run.figures();
    assertThat(figures).hasSize(6);
    assertThat(figures.values())
        .allSatisfy(
            part -> {
              assertThat(part).containsEntry("passed", "true").containsEntry("seed", "7");
              assertThat(part).containsEntry("lost", "0");
              assertThat(Long.parseLong(part.get("operations"))).isPositive();
            });
    for (String simulated : List.of("simulation", "killed-services")) {
      assertThat(Long.parseLong(figures.get(simulated).get("schedules"))).isPositive();
    }
    for (String real : List.of("soak", "blocked-carriers", "stopped-process", "slow-handlers")) {
      var part = figures.get(real);
      assertThat(Long.parseLong(part.get("faults"))).as(real).isPositive();
      assertThat(Long.parseLong(part.get("threads-end"))).as(real).isPositive();
      assertThat(Long.parseLong(part.get("heap-end"))).as(real).isPositive();
    }
    assertThat(Long.parseLong(figures.get("soak").get("deliveries"))).isPositive();
    assertThat(run.report())
        .contains("6 parts, 0 failed; ", "lost: 0, ", "- seed: 7", "| soak | passed | ")
        .contains("- machine: ", "- Java: ");
    assertThat(run.output).contains("stress: soak: passed, ");
  }

  @Test
  void itCanRunOnCarriersOfTheLibrary() throws Exception {
    Run run = new Run("--minutes", "0.03", "--own-carriers", "soak", "slow-handlers");

    assertThat(run.status).as(run.output).isZero();
    assertThat(run.report()).contains("2 parts, 0 failed; ", "run on its own carriers");
  }

  @Test
  void eachPartThatGoesWrongFailsByItselfAndTheOthersGoOn() throws Exception {
    Run run = new Run("--minutes", "0.1", "--grace", "1", "--seed", "-3", "planted-.*");

    assertThat(run.status).as(run.output).isEqualTo(1);
    assertThat(run.figures().get("planted-good")).containsEntry("passed", "true");
    assertThat(run.figures().get("planted-losing"))
        .containsEntry("passed", "false")
        .containsEntry("operations", "5")
        .containsEntry("lost", "2");
    assertThat(run.figures().get("planted-hanging")).containsEntry("passed", "false");
    String report = run.report();
    assertThat(report)
        .contains("6 parts, 5 failed; ", "lost: 2, ", "| planted-good | passed | ")
        .contains("- lost must be 0, was 2")
        .contains("- java.lang.IllegalStateException: planted exception")
        .containsPattern("- the heap has grown from \\d+ to \\d+ KiB")
        .contains("- its process has ended with status 7")
        .containsPattern("- it has not ended within \\d+ ms; its threads: ")
        .containsPattern("Again: `\\./selvage stress --minutes [0-9.]+ --seed -3 planted-losing`");
    Path threads = folder.resolve("stress-report-logs/planted-hanging/threads.txt");
    assertThat(threads).content().contains("the one that hangs");
    assertThat(run.output).contains("  again:  ./selvage stress --minutes ");
  }

  @Test
  void wrongArgumentsAreTold() throws Exception {
    Map<String, String> wrong =
        Map.of(
            "--minutes 0", "--minutes must be a number above 0",
            "--minutes", "--minutes needs a value",
            "--sedd 1", "there is no option --sedd",
            "no-such-part", "the parts are jcstress, lincheck, ");
    for (var each : wrong.entrySet()) {
      Run run = new Run(each.getKey().split(" "));
      assertThat(run.status).as(run.output).isEqualTo(2);
      assertThat(run.output).startsWith("stress: ").contains(each.getValue());
    }
  }

  @Test
  void theHelpOfTheLauncherListsAllParts() throws Exception {
    String launcher = Files.readString(Path.of("..", "selvage"));
    for (StressPart part : Parts.all()) {
      if (!part.name().startsWith("planted-")) {
        assertThat(launcher).contains("\n  " + part.name() + " ");
      }
    }
  }
}
