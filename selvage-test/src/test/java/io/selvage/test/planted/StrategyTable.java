package io.selvage.test.planted;

import io.selvage.test.SimulationFailure;
import io.selvage.test.SimulationOptions;
import io.selvage.test.Strategy;
import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;
import org.junit.jupiter.api.Test;

/**
 * Measures how many runs each strategy needs to find each planted bug, and prints the table of
 * docs/testing.md. No test of its own name, so that it runs only when asked for:
 *
 * <pre>mvn -pl selvage-core,selvage-test test -Djacoco.skip=true \
 *     -Dtest=StrategyTable -Dsurefire.failIfNoSpecifiedTests=false</pre>
 */
class StrategyTable {
  private static final int TRIES = 20;
  private static final int MOST = 10_000;

  /** What a strategy that finds nothing is measured with: its seeds give the same run. */
  private static final int ONCE = 1;

  private record Column(String title, Strategy strategy, int tries, int most) {}

  private static final List<Column> COLUMNS =
      List.of(
          new Column("random", Strategy.random(), TRIES, MOST),
          new Column("POS", Strategy.pos(), TRIES, MOST),
          new Column("PCT(3)", Strategy.pct(3), TRIES, MOST),
          new Column("round robin", Strategy.roundRobin(), TRIES, 100),
          new Column("mixed", Strategy.mixed(), TRIES, MOST),
          new Column("exhaustive(2)", Strategy.exhaustive(2), ONCE, MOST));

  @Test
  void print() {
    StringJoiner table = new StringJoiner("\n", "\n", "\n");
    StringJoiner head = new StringJoiner(" | ", "| bug | found as | ", " |");
    COLUMNS.forEach(column -> head.add(column.title()));
    table.add(head.toString()).add("|---|---" + "|--:".repeat(COLUMNS.size()) + "|");
    for (Bug bug : Bug.ALL) {
      StringJoiner row = new StringJoiner(" | ", "| " + bug + " | " + bug.kind() + " | ", " |");
      COLUMNS.forEach(column -> row.add(cell(bug, column)));
      table.add(row.toString());
    }
    System.out.println(table);
  }

  /** The median, and the worst in brackets. */
  private static String cell(Bug bug, Column column) {
    List<Integer> runs = new ArrayList<>();
    for (int i = 0; i < column.tries(); i++) {
      runs.add(runsUntilFound(bug, column, i * 1_000_003L));
      if (i == 2 && runs.stream().allMatch(each -> each > column.most())) {
        break;
      }
    }
    runs.sort(null);
    String median = text(runs.get(runs.size() / 2), column.most());
    return runs.size() == ONCE ? median : median + " (" + text(runs.getLast(), column.most()) + ")";
  }

  private static String text(int runs, int most) {
    return runs > most ? "–" : String.valueOf(runs);
  }

  private static int runsUntilFound(Bug bug, Column column, long firstSeed) {
    int[] runs = {0};
    SimulationOptions options =
        bug.options().withStrategy(column.strategy()).withFirstSeed(firstSeed).withoutShortening();
    try {
      var unused =
          options.explore(
              column.most(),
              run -> {
                runs[0]++;
                bug.buggy().accept(run);
              });
      return column.most() + 1;
    } catch (SimulationFailure found) {
      if (found.kind() != bug.kind()) {
        throw found;
      }
      return runs[0];
    }
  }
}
