package io.selvage.stress.run;

import com.sun.management.OperatingSystemMXBean;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.lang.ProcessBuilder.Redirect;
import java.lang.management.ManagementFactory;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Properties;

/** The machine and the versions that a report is about. */
final class Host {
  private Host() {}

  /** {@return one line for each} */
  static List<String> facts() throws InterruptedException {
    List<String> facts = new ArrayList<>();
    facts.add("written: " + Instant.now().truncatedTo(ChronoUnit.SECONDS));
    OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    facts.add(
        String.format(
            "machine: %s %s, %s, %d processors, %d MiB of memory",
            property("os.name"),
            property("os.version"),
            property("os.arch"),
            Runtime.getRuntime().availableProcessors(),
            system.getTotalMemorySize() >> 20));
    facts.add(
        String.format(
            "Java: %s, %s, %s",
            property("java.runtime.version"), property("java.vm.name"), property("java.vendor")));
    version("io.selvage", "selvage-core").ifPresent(each -> facts.add("Selvage: " + each));
    commit().ifPresent(each -> facts.add("commit: " + each));
    return facts;
  }

  private static String property(String name) {
    return System.getProperty(name, "unknown");
  }

  /** {@return the version of an artifact that Maven has built} */
  private static Optional<String> version(String group, String artifact) {
    String resource = "/META-INF/maven/" + group + "/" + artifact + "/pom.properties";
    try (InputStream in = Host.class.getResourceAsStream(resource)) {
      if (in == null) {
        return Optional.empty();
      }
      Properties properties = new Properties();
      properties.load(in);
      return Optional.ofNullable(properties.getProperty("version"));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** {@return the commit of the sources, if this program runs in its checkout} */
  private static Optional<String> commit() throws InterruptedException {
    Path folder = Path.of(property("java.class.path").split(File.pathSeparator, 2)[0]);
    Path parent = folder.toAbsolutePath().getParent();
    if (parent == null) {
      return Optional.empty();
    }
    try {
      Process git =
          new ProcessBuilder("git", "describe", "--always", "--dirty", "--abbrev=12", "--exclude=*")
              .directory(parent.toFile())
              .redirectError(Redirect.DISCARD)
              .start();
      git.getOutputStream().close();
      String line;
      try (InputStream out = git.getInputStream()) {
        line = new String(out.readAllBytes(), Charset.defaultCharset()).strip();
      }
      return git.waitFor() == 0 && !line.isEmpty() ? Optional.of(line) : Optional.empty();
    } catch (IOException e) {
      return Optional.empty(); // there is no git
    }
  }
}
