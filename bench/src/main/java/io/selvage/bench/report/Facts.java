package io.selvage.bench.report;

import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a reader must know of a run.
 *
 * @param date of its end
 * @param hardware the machine
 * @param jdk the version of the JDK
 * @param commit of Selvage
 * @param libraries the versions of the others
 * @param run how it was measured
 * @param absent which libraries are not installed
 */
public record Facts(
    String date,
    String hardware,
    String jdk,
    String commit,
    String libraries,
    String run,
    Set<String> absent) {
  /** Copies the set. */
  public Facts {
    absent = Set.copyOf(absent);
  }

  /**
   * {@return how it was measured}
   *
   * @param forks how often
   * @param loadBefore at the begin
   */
  public static String run(String forks, String loadBefore) {
    return forks
        + "; the load was "
        + loadBefore
        + " at the begin, "
        + Machine.load()
        + " at the end";
  }

  /** {@return them as a list in Markdown} */
  public String markdown() {
    return Stream.of(
            "Date: " + date,
            "Machine: " + hardware,
            "JDK: " + jdk,
            "Selvage: commit " + commit,
            "Libraries: " + libraries,
            "Run: " + run,
            absent.isEmpty()
                ? ""
                : "Not installed: " + absent.stream().sorted().collect(Collectors.joining(", ")))
        .filter(line -> !line.isEmpty())
        .map(line -> "- " + line + ".\n")
        .collect(Collectors.joining());
  }
}
