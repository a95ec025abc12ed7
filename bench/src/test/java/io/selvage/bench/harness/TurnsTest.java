package io.selvage.bench.harness;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;

class TurnsTest {
  private final List<String> order = new ArrayList<>();

  private Sample sample(String name, double... figures) {
    int[] next = new int[1];
    return atLeastNanos -> {
      order.add(name + atLeastNanos);
      return figures[next[0]++];
    };
  }

  @Test
  void librariesTakeTurnsAndTheFirstQuartileCounts()
      throws InterruptedException, ExecutionException {
    Row row =
        Row.timed("group", "row", "nothing")
            .withSample("a", () -> sample("a", 1000, 4, 1, 3, 2))
            .withSample("b", () -> sample("b", 2000, 10, 40, 20, 30));

    Map<String, Double> figures =
        Turns.measure(row, new Pace(4, Duration.ofNanos(3), Duration.ofNanos(7)));

    assertThat(order).containsExactly("a7", "b7", "a3", "b3", "b3", "a3", "a3", "b3", "b3", "a3");
    assertThat(figures).containsEntry("a", 2.0).containsEntry("b", 20.0);
    assertThat(figures.keySet()).containsExactly("a", "b");
  }

  @Test
  void preparationIsNotTimed() throws InterruptedException, ExecutionException {
    List<String> calls = new ArrayList<>();
    Body body =
        new Body() {
          @Override
          public void prepare() {
            calls.add("prepare");
          }

          @Override
          public int run() {
            calls.add("run");
            return 1_000_000_000; // a batch takes less than a second, so an operation takes less
            // than a ns
          }
        };

    assertThat(Sample.timed(body).take(0)).isBetween(0.0, 1.0);
    assertThat(calls).containsExactly("prepare", "run");
  }
}
