package io.selvage.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.selvage.Selvage;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.spi.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A process that has no descriptor for a connection waits, says so once, and goes on. */
@Timeout(120)
class DescriptorShortageTest {

  @Test
  void connectionsWaitUntilDescriptorsAreFree(@TempDir Path folder) throws Exception {
    assertThat(run(folder, 0, "en"))
        .containsOnlyOnce("cannot accept connections now (Too many open files)");
  }

  @Test
  void theLanguageOfTheSystemDoesNotMatter(@TempDir Path folder) throws Exception {
    // If the system has no German texts, they are in English: then this is the same test.
    assertThat(run(folder, 0, "de")).containsOnlyOnce("cannot accept connections now (");
  }

  @Test
  void aListenerWithoutConnectionsWaitsUntilThereAreDescriptorsForThePoller(@TempDir Path folder)
      throws Exception {
    // With one descriptor left accept finds no connection, and the poller needs more than one.
    assertThat(run(folder, 1, "en")).containsOnlyOnce("cannot accept connections now (");
  }

  /** {@return what the program has printed, which has accepted all connections in the end} */
  private static String run(Path folder, int left, String language) throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/bin/sh")), "there is no /bin/sh");
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    List<String> command =
        List.of(
            "/bin/sh",
            "-c",
            "ulimit -n 100 && exec \"$@\"",
            "sh",
            java,
            "-XX:-MaxFDLimit",
            "-cp",
            classPath(folder),
            ShortageProgram.class.getName(),
            String.valueOf(left));
    Path output = folder.resolve("output");
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("LC_ALL", "C.UTF-8");
    builder.environment().put("LANGUAGE", language);
    Process process = builder.redirectOutput(output.toFile()).start();
    try {
      boolean ended = process.waitFor(90, TimeUnit.SECONDS);
      String printed = Files.readString(output);
      assertThat(ended).as(printed).isTrue();
      assertThat(printed).contains("accepted meanwhile: not all").contains("accepted at last: 10");
      assertThat(process.exitValue()).isZero();
      return printed;
    } finally {
      process.destroyForcibly();
    }
  }

  /** Jars only: a jar stays open, so the program can load classes without a descriptor. */
  private static String classPath(Path folder) {
    List<String> jars = new ArrayList<>();
    for (Class<?> type : List.of(Selvage.class, Network.class, ShortageProgram.class)) {
      Path place = placeOf(type);
      if (Files.isDirectory(place)) {
        Path jar = folder.resolve(jars.size() + ".jar");
        int status =
            ToolProvider.findFirst("jar")
                .orElseThrow()
                .run(
                    System.out,
                    System.err,
                    "--create",
                    "--file",
                    jar.toString(),
                    "-C",
                    place.toString(),
                    "io");
        assertThat(status).isZero();
        jars.add(jar.toString());
      } else {
        jars.add(place.toString());
      }
    }
    return String.join(System.getProperty("path.separator"), jars);
  }

  /** The folder or jar that a class was loaded from, also if it was patched into a module. */
  private static Path placeOf(Class<?> type) {
    URI file = URI.create(type.getResource(type.getSimpleName() + ".class").toString());
    if (file.getScheme().equals("jar")) {
      String inside = file.getRawSchemeSpecificPart();
      return Path.of(URI.create(inside.substring(0, inside.indexOf('!'))));
    }
    return Path.of(file.resolve("../".repeat(type.getPackageName().split("\\.", -1).length)));
  }
}
