package io.selvage.bench;

import io.selvage.bench.harness.Forks;
import io.selvage.bench.harness.Growth;
import io.selvage.bench.harness.Pace;
import io.selvage.bench.harness.Row;
import io.selvage.bench.report.Facts;
import io.selvage.bench.report.Machine;
import io.selvage.bench.report.Publication;
import io.selvage.bench.report.Report;
import io.selvage.bench.rows.Catalogue;
import java.io.IOException;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;

/**
 * Selvage beside other libraries: measures rows in processes of their own, and writes a table, CSV
 * and charts.
 */
public final class Bench {
  private static final int FORKS = 3;

  /** A quick run leaves the larger points of the charts out. */
  private static final long MOST_WHEN_QUICK = 1_000;

  private final Options options;
  private final Path root;

  private Bench(Options options, Path root) {
    this.options = options;
    this.root = root;
  }

  /**
   * Measures.
   *
   * @param arguments the folder of the project, and what the command line has; {@code ./selvage
   *     help bench} explains it
   * @throws InterruptedException if it is interrupted
   */
  public static void main(String[] arguments) throws InterruptedException {
    List<String> all = List.of(arguments);
    Options options;
    try {
      options = Options.of(all.subList(1, all.size()));
    } catch (IllegalArgumentException e) {
      System.err.println("selvage: " + e.getMessage() + ".");
      System.err.println("selvage: './selvage help bench' says more.");
      System.exit(2);
      return;
    }
    int status = 1;
    try {
      status = new Bench(options, Path.of(all.getFirst())).run();
    } catch (IOException e) {
      System.err.println("selvage: " + e.getMessage() + ".");
    }
    System.exit(status);
  }

  private int run() throws IOException, InterruptedException {
    List<Row> rows =
        Catalogue.matching(options.names()).stream()
            .filter(
                row ->
                    !options.quick() || row.growth().map(Growth::at).orElse(0L) <= MOST_WHEN_QUICK)
            .toList();
    if (rows.isEmpty()) {
      System.err.println(
          "selvage: no row has this in its name; './selvage bench --list' lists all of them.");
      return 2;
    }
    if (options.list()) {
      rows.forEach(row -> System.out.printf("%-36s %s%n", row.title(), row.operation()));
      return 0;
    }
    Path docs = root.resolve("docs");
    if (options.publish()) {
      publication().check(docs); // before it measures for long
    }
    String loadBefore = Machine.load();
    Forks forks = measure(rows);
    Report report =
        new Report(
            forks.results(),
            new Facts(
                LocalDate.now(ZoneOffset.UTC).toString(),
                Machine.hardware(),
                Machine.jdk(),
                Machine.commit(root),
                Machine.libraries(),
                Facts.run(pace(), loadBefore),
                forks.absent()));
    Path folder = root.resolve("bench/target/report");
    report.write(folder);
    System.out.print(report.text());
    System.out.println("The table, the figures and the charts are in " + folder + ".");
    forks
        .failures()
        .forEach((row, why) -> System.err.println("selvage: " + row.title() + " failed: " + why));
    if (!forks.failures().isEmpty()) {
      return 1;
    }
    if (options.publish()) {
      publication().write(report, docs);
      System.out.println("docs/performance.md is written.");
    }
    return 0;
  }

  private Publication publication() {
    return options.ownCarriers() ? Publication.OWN_CARRIERS : Publication.MAIN;
  }

  private int count() {
    return options.forks().orElse(options.quick() ? 1 : FORKS);
  }

  private String pace() {
    return (count() == 1 ? "1 process" : count() + " processes")
        + " for each row"
        + (options.ownCarriers() ? ", Selvage on carriers of its own" : "")
        + (options.quick() ? ", a quick run, whose figures say nothing" : "");
  }

  private Forks measure(List<Row> rows) throws InterruptedException {
    Pace pace = options.quick() ? Pace.QUICK : Pace.FULL;
    Forks forks =
        new Forks(
            root.resolve("bench"),
            Worker.class,
            Worker.arguments(pace),
            options.ownCarriers() ? List.of(Forks.OWN_CARRIERS) : List.of());
    try (Progress progress = new Progress(count() * rows.size())) {
      for (int fork = 1; fork <= count(); fork++) {
        String which = "fork " + fork + " of " + count() + ", ";
        forks.measure(rows, row -> progress.begin(which + row.title()), progress::end);
      }
    }
    return forks;
  }
}
