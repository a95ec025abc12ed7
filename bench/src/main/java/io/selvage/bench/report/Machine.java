package io.selvage.bench.report;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Where something is measured, and with which versions. */
public final class Machine {
  private static final Path PROCESSORS = Path.of("/proc/cpuinfo");

  private Machine() {}

  /** {@return the processors, the memory and the system} */
  public static String hardware() {
    int cores = Runtime.getRuntime().availableProcessors();
    return String.format(
        Locale.ROOT,
        "%d %s of %s, %s, %s %s",
        cores,
        cores == 1 ? "processor" : "processors",
        processor(),
        memory(),
        System.getProperty("os.name"),
        System.getProperty("os.version"));
  }

  private static String processor() {
    if (Files.isReadable(PROCESSORS)) {
      try (Stream<String> lines = Files.lines(PROCESSORS, StandardCharsets.UTF_8)) {
        return lines
            .filter(line -> line.startsWith("model name"))
            .map(line -> line.substring(line.indexOf(':') + 1).strip())
            .findFirst()
            .orElse(System.getProperty("os.arch"));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return System.getProperty("os.arch");
  }

  private static String memory() {
    return ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system
        ? (system.getTotalMemorySize() >> 30) + " GB"
        : "memory unknown";
  }

  /** {@return the average number of programs that want a processor, of the last minute} */
  public static String load() {
    double load = ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
    return load < 0 ? "unknown" : String.format(Locale.ROOT, "%.1f", load);
  }

  /** {@return the JDK} */
  public static String jdk() {
    return System.getProperty("java.vm.name") + " " + System.getProperty("java.vm.version");
  }

  /**
   * {@return the commit of the sources, and whether they were changed since}
   *
   * @param root the folder of the project
   * @throws InterruptedException if it is interrupted
   */
  public static String commit(Path root) throws InterruptedException {
    String commit = git(root, "rev-parse", "--short=8", "HEAD");
    if (commit.isEmpty()) {
      return "unknown";
    }
    return git(root, "status", "--porcelain", "--untracked-files=no").isEmpty()
        ? commit
        : commit + " with changes";
  }

  private static String git(Path root, String... arguments) throws InterruptedException {
    try {
      List<String> command =
          Stream.concat(Stream.of("git", "-C", root.toString()), Stream.of(arguments)).toList();
      Process process =
          new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
      try (InputStream output = process.getInputStream()) {
        String text = new String(output.readAllBytes(), StandardCharsets.UTF_8).strip();
        boolean ended = process.waitFor(1, TimeUnit.MINUTES);
        return ended && process.exitValue() == 0 ? text : "";
      }
    } catch (IOException e) {
      return ""; // there is no git
    }
  }

  /** {@return the versions of the other libraries} */
  public static String libraries() {
    Properties versions = new Properties();
    try (InputStream file =
        Objects.requireNonNull(Machine.class.getResourceAsStream("versions.properties"))) {
      versions.load(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return versions.stringPropertyNames().stream()
        .sorted(String.CASE_INSENSITIVE_ORDER)
        .map(name -> name.replace('_', ' ') + " " + versions.getProperty(name))
        .collect(Collectors.joining(", "));
  }
}
