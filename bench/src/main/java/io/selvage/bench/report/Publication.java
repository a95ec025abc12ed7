package io.selvage.bench.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The page of the documentation that shows the last full run. */
public final class Publication {
  private static final String PAGE = "performance.md";
  private static final String CHARTS = "performance/";
  private static final String BEGIN = "<!-- written by ./selvage bench --publish: begin -->\n";
  private static final String END = "<!-- end -->\n";

  private Publication() {}

  /**
   * Does nothing if there is a page with such a section.
   *
   * @param docs the folder of the page
   * @throws IOException if there is none
   */
  public static void check(Path docs) throws IOException {
    around(docs.resolve(PAGE));
  }

  private record Around(String before, String after) {}

  /** What is before the section, and what is behind it, the marks included. */
  private static Around around(Path page) throws IOException {
    String text = Files.readString(page);
    int begin = text.indexOf(BEGIN);
    int end = text.indexOf(END, Math.max(begin, 0));
    if (begin < 0 || end < 0) {
      throw new IOException(
          page + " has no section between the lines " + BEGIN.strip() + " and " + END.strip());
    }
    return new Around(text.substring(0, begin + BEGIN.length()), text.substring(end));
  }

  /**
   * Writes the section of the page, and its charts.
   *
   * @param report of a full run
   * @param docs the folder of the page
   * @throws IOException if the page has no such section, or cannot be written
   */
  public static void write(Report report, Path docs) throws IOException {
    Path page = docs.resolve(PAGE);
    Around around = around(page);
    Path charts = docs.resolve(CHARTS);
    Files.createDirectories(charts);
    Report.deleteCharts(charts);
    report.writeCharts(charts);
    Files.writeString(page, around.before + "\n" + report.markdown(CHARTS) + "\n" + around.after);
  }
}
