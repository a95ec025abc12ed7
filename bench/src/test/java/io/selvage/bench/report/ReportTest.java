package io.selvage.bench.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selvage.bench.harness.Growth;
import io.selvage.bench.harness.Result;
import io.selvage.bench.harness.Row;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.xml.sax.SAXException;

class ReportTest {
  @TempDir private Path folder;

  private static Result result(Row row, double selvage, double other) {
    Map<String, List<Double>> figures = new LinkedHashMap<>();
    figures.put("Selvage", List.of(selvage, selvage));
    figures.put("JDK, fair", List.of(other, 2 * other));
    return new Result(row, figures);
  }

  private static Row point(int at) {
    return Row.timed("group", "point-" + at, "one of " + at)
        .in(new Growth("things at once", "things", at));
  }

  private static final Facts FACTS =
      new Facts("2026-01-02", "a machine", "a JDK", "abc", "X 1", "1 process", Set.of("Go"));

  private static final Report REPORT =
      new Report(
          List.of(
              result(Row.timed("group", "ahead", "this"), 10, 20),
              result(Row.timed("group", "behind", "that"), 1000, 400),
              result(Row.timed("group", "far-behind", "both"), 1000, 100),
              result(point(100), 1, 2),
              result(point(10), 2, 3)),
          FACTS);

  @Test
  void rowsThatAreBehindComeFirst() {
    assertThat(REPORT.markdown("charts/"))
        .startsWith(
            """
            - Date: 2026-01-02.
            - Machine: a machine.
            - JDK: a JDK.
            - Selvage: commit abc.
            - Libraries: X 1.
            - Run: 1 process.
            - Not installed: Go.

            ## Where Selvage is behind: 2 of 3 rows

            | row | what is done once | Selvage | best other | best / us | others |
            |---|---|--:|---|---|---|
            | `group/far-behind` | both | 1.00 µs | JDK, fair 150 ns | 0.15 (0.10 – 0.20) |  |
            | `group/behind` | that | 1.00 µs | JDK, fair 600 ns | 0.60 (0.40 – 0.80) |  |

            ## Where it is not: 1 of 3 rows

            | row | what is done once | Selvage | best other | best / us | others |
            |---|---|--:|---|---|---|
            | `group/ahead` | this | 10.0 ns | JDK, fair 30.0 ns | 3.00 (2.00 – 4.00) |  |
            """)
        .endsWith(
            """
            ### Things at once

            ![things at once](charts/growth-things-at-once.svg)

            | things | Selvage | JDK, fair | best / us |
            |--:|--:|--:|---|
            | 10 | 2.00 ns | 4.50 ns | 2.25 (1.50 – 3.00) |
            | 100 | 1.00 ns | 3.00 ns | 3.00 (2.00 – 4.00) |
            """);
  }

  @Test
  void aTerminalGetsColumns() {
    assertThat(REPORT.text())
        .contains(
            """
            row               Selvage  best other         best / us           others
            group/far-behind  1.00 µs  JDK, fair 150 ns   0.15 (0.10 – 0.20)
            group/behind      1.00 µs  JDK, fair 600 ns   0.60 (0.40 – 0.80)
            """);
  }

  @Test
  void everyFigureOfEveryForkIsInTheCsv() throws IOException {
    REPORT.write(folder);

    assertThat(Files.readString(folder.resolve("figures.csv")))
        .startsWith(
            """
            group,row,library,unit,fork,figure
            group,ahead,Selvage,ns,1,10.000
            group,ahead,Selvage,ns,2,10.000
            group,ahead,"JDK, fair",ns,1,20.000
            group,ahead,"JDK, fair",ns,2,40.000
            """)
        .hasLineCount(1 + 5 * 4);
  }

  @Test
  void chartsAreSvgWithTheNamesInThem()
      throws IOException, ParserConfigurationException, SAXException {
    Path stale = Files.writeString(folder.resolve("growth-of-last-time.svg"), "<svg/>");
    REPORT.write(folder);

    assertThat(stale).doesNotExist();
    assertThat(svg("growth-things-at-once.svg")).contains("things at once", "Selvage", "JDK, fair");
    assertThat(svg("ratios-group.svg")).contains("group", "far-behind", "ahead", "median");
  }

  private List<String> svg(String name)
      throws IOException, ParserConfigurationException, SAXException {
    DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
    factory.setFeature("http://apache.org/xml/features/nonvalidating/load-external-dtd", false);
    Document document = factory.newDocumentBuilder().parse(folder.resolve(name).toFile());
    assertThat(document.getDocumentElement().getNodeName()).isEqualTo("svg");
    var texts = document.getElementsByTagName("text");
    return IntStream.range(0, texts.getLength())
        .mapToObj(i -> texts.item(i).getTextContent())
        .toList();
  }

  @Test
  void onlyTheSectionOfThePageIsWritten() throws IOException {
    Path page =
        Files.writeString(
            folder.resolve("performance.md"),
            """
            # Before
            <!-- written by ./selvage bench --publish: begin -->
            old
            <!-- end -->
            after
            """);

    Publication.MAIN.check(folder);
    Publication.MAIN.write(REPORT, folder);
    Publication.MAIN.write(REPORT, folder); // the second time nothing is left of the first

    assertThat(Files.readString(page))
        .isEqualTo(
            "# Before\n<!-- written by ./selvage bench --publish: begin -->\n\n"
                + REPORT.markdown("performance/")
                + "\n<!-- end -->\nafter\n");
    assertThat(folder.resolve("performance/growth-things-at-once.svg")).exists();
  }

  @Test
  void aPageWithoutTheSectionIsLeftAlone() throws IOException {
    Path page = Files.writeString(folder.resolve("performance.md"), "nothing\n");

    assertThatThrownBy(() -> Publication.MAIN.check(folder)).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> Publication.MAIN.write(REPORT, folder))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("performance.md has no section between the lines");
    assertThat(page).hasContent("nothing");
  }

  @Test
  void theMachineIsDescribed() throws InterruptedException {
    assertThat(Machine.hardware()).matches("\\d+ processors? of .+, .+ .+");
    assertThat(Machine.jdk()).contains(System.getProperty("java.vm.version"));
    assertThat(Machine.libraries())
        .matches("Jox \\d.*, kotlinx.coroutines \\d.*, Netty \\d.*, Pekko \\d.*");
    assertThat(Machine.commit(folder)).isEqualTo("unknown");
  }
}
