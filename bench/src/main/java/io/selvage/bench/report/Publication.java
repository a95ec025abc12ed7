package io.selvage.bench.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The sections of the page of the documentation that show the last full runs. */
public enum Publication {
  /** Virtual threads run on the scheduler of the JDK. */
  MAIN("--publish", "performance/"),
  /** Those of Selvage run on carriers of its own. */
  OWN_CARRIERS("--own-carriers --publish", "performance-own-carriers/");

  private static final String PAGE = "performance.md";
  private static final String END = "<!-- end -->\n";

  private final String begin;
  private final String charts;

  Publication(String options, String charts) {
    this.begin = "<!-- written by ./selvage bench " + options + ": begin -->\n";
    this.charts = charts;
  }

  /**
   * Does nothing if there is a page with such a section.
   *
   * @param docs the folder of the page
   * @throws IOException if there is none
   */
  public void check(Path docs) throws IOException {
    var unused = around(docs.resolve(PAGE));
  }

  private record Around(String before, String after) {}

  /** What is before the section, and what is behind it, the marks included. */
  private Around around(Path page) throws IOException {
    String text = Files.readString(page);
    int start = text.indexOf(begin);
    int end = text.indexOf(END, Math.max(start, 0));
    if (start < 0 || end < 0) {
      throw new IOException(
          page + " has no section between the lines " + begin.strip() + " and " + END.strip());
    }
    return new Around(text.substring(0, start + begin.length()), text.substring(end));
  }

  /**
   * Writes the section of the page, and its charts.
   *
   * @param report of a full run
   * @param docs the folder of the page
   * @throws IOException if the page has no such section, or cannot be written
   */
  public void write(Report report, Path docs) throws IOException {
    Path page = docs.resolve(PAGE);
    Around around = around(page);
    Path folder = docs.resolve(charts);
    Files.createDirectories(folder);
    Report.deleteCharts(folder);
    report.writeCharts(folder);
    Files.writeString(page, around.before + "\n" + report.markdown(charts) + "\n" + around.after);
  }
}
