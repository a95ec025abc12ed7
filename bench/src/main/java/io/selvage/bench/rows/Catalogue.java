package io.selvage.bench.rows;

import io.selvage.bench.channels.ChannelRows;
import io.selvage.bench.harness.Row;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** All rows. */
public final class Catalogue {
  private static final List<Row> ROWS =
      Stream.of(
              GroupRows.all(),
              TasksRows.all(),
              ScopeRows.all(),
              TimerRows.all(),
              SyncRows.all(),
              EventRows.all(),
              ActorRows.all(),
              LoopRows.all(),
              CancelRows.all(),
              MemoryRows.all(),
              ChannelRows.all())
          .flatMap(List::stream)
          .toList();

  private Catalogue() {}

  /** {@return all rows} */
  public static List<Row> all() {
    return ROWS;
  }

  /**
   * {@return the rows whose titles contain all of the names}
   *
   * @param names regular expressions
   */
  public static List<Row> matching(List<Pattern> names) {
    return ROWS.stream()
        .filter(row -> names.stream().allMatch(name -> name.matcher(row.title()).find()))
        .toList();
  }

  /**
   * {@return the row with this title}
   *
   * @param title of the group and the row
   */
  public static Row named(String title) {
    return ROWS.stream()
        .filter(row -> row.title().equals(title))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("there is no row " + title));
  }
}
