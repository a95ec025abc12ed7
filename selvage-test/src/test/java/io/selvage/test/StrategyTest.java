package io.selvage.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selvage.Selvage;
import io.selvage.TaskGroup;
import io.selvage.function.ThrowingRunnable;
import io.selvage.test.schedule.SplitMix;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class StrategyTest {

  /** Runs two tasks of two letters each, and adds what they wrote to {@code orders}. */
  private static ThrowingRunnable<Exception> letters(Map<String, Integer> orders) {
    return () -> {
      StringBuilder order = new StringBuilder();
      TaskGroup.run(
          group -> {
            for (String letter : new String[] {"a", "b"}) {
              group.launch(
                  letter,
                  () -> {
                    order.append(letter);
                    Selvage.checkpoint();
                    order.append(letter);
                  });
            }
          });
      orders.merge(order.toString(), 1, Integer::sum);
    };
  }

  private static Map<String, Integer> ordersUnder(Strategy strategy, int runs) {
    Map<String, Integer> orders = new HashMap<>();
    Simulation.options().withStrategy(strategy).explore(runs, letters(orders));
    return orders;
  }

  @Test
  void randomOnesFindAllOrders() {
    assertThat(ordersUnder(Strategy.random(), 500)).hasSize(6);
    assertThat(ordersUnder(Strategy.pos(), 500)).hasSize(6);
    assertThat(ordersUnder(Strategy.mixed(), 500)).hasSize(6);
    // a task that yields goes behind all others there, so that bbaa cannot come
    assertThat(ordersUnder(Strategy.pct(4), 1000)).hasSize(5);
  }

  @Test
  void pctOfDepthOneNeverLeavesATaskThatCanGoOn() {
    Map<String, Integer> orders = new HashMap<>();
    Simulation.options()
        .withStrategy(Strategy.pct(1))
        .explore(
            200,
            () -> {
              StringBuilder order = new StringBuilder();
              TaskGroup.run(
                  group -> {
                    for (String letter : new String[] {"a", "b", "c"}) {
                      group.launch(
                          letter,
                          () -> {
                            order.append(letter);
                            Selvage.throwIfCancelled();
                            order.append(letter);
                          });
                    }
                  });
              orders.merge(order.toString(), 1, Integer::sum);
            });
    assertThat(orders.keySet()).allMatch(order -> order.matches("(aa|bb|cc){3}")).hasSize(6);
  }

  /** A random walk leaves a task behind 20 steps of another one once in a million runs. */
  @Test
  void posHoldsATaskUpForLong() {
    int[] heldUp = {0};
    Simulation.options()
        .withStrategy(Strategy.pos())
        .explore(
            500,
            () -> {
              int[] steps = {0};
              TaskGroup.run(
                  group -> {
                    group.launch(
                        () -> {
                          for (int i = 0; i < 20; i++) {
                            Selvage.throwIfCancelled();
                            steps[0]++;
                          }
                        });
                    group.launch(
                        () -> {
                          int before = steps[0];
                          Selvage.throwIfCancelled();
                          heldUp[0] += steps[0] - before == 20 ? 1 : 0;
                        });
                  });
            });
    assertThat(heldUp[0]).isGreaterThan(5);
  }

  @Test
  void roundRobinHasOneOrder() {
    Map<String, Integer> orders = ordersUnder(Strategy.roundRobin(), 50);
    assertThat(orders).hasSize(1).containsKey("abab");
  }

  @Test
  void theExhaustiveOneRunsEachScheduleOnceAndEnds() {
    Map<String, Integer> orders = new HashMap<>();
    Exploration all =
        Simulation.options()
            .withStrategy(Strategy.exhaustive(3))
            .explore(1_000_000, letters(orders));
    assertThat(all.complete()).isTrue();
    assertThat(all.schedules()).isEqualTo(all.runs());
    assertThat(orders).hasSize(6);
  }

  @Test
  void morePreemptionsAreMoreSchedules() {
    long last = 0;
    for (int preemptions = 0; preemptions < 4; preemptions++) {
      Exploration all =
          Simulation.options()
              .withStrategy(Strategy.exhaustive(preemptions))
              .explore(1_000_000, letters(new HashMap<>()));
      assertThat(all.runs()).isGreaterThan(last);
      last = all.runs();
    }
  }

  @Test
  void withoutPreemptionsATaskThatCanGoOnDoes() {
    Set<String> orders = new TreeSet<>();
    Simulation.options()
        .withStrategy(Strategy.exhaustive(0))
        .explore(
            1000,
            () -> {
              StringBuilder order = new StringBuilder();
              TaskGroup.run(
                  group -> {
                    for (String letter : new String[] {"a", "b"}) {
                      group.launch(
                          () -> {
                            order.append(letter);
                            Selvage.throwIfCancelled();
                            order.append(letter);
                          });
                    }
                  });
              orders.add(order.toString());
            });
    assertThat(orders).containsExactly("aabb", "bbaa");
  }

  @Test
  void theExhaustiveOneBeginsWithFewPreemptions() {
    List<String> orders = new ArrayList<>();
    Simulation.options()
        .withStrategy(Strategy.exhaustive(2))
        .explore(
            1_000_000,
            () -> {
              StringBuilder order = new StringBuilder();
              TaskGroup.run(
                  group -> {
                    for (String letter : new String[] {"a", "b", "c"}) {
                      group.launch(
                          () -> {
                            order.append(letter);
                            Selvage.throwIfCancelled();
                            order.append(letter);
                          });
                    }
                  });
              orders.add(order.toString());
            });
    List<String> beforeTwo =
        orders.stream().takeWhile(order -> tasksThatWereLeft(order) < 2).toList();
    assertThat(beforeTwo).hasSizeLessThan(orders.size());
    assertThat(orders.stream().filter(order -> tasksThatWereLeft(order) < 2)).isSubsetOf(beforeTwo);
  }

  private static long tasksThatWereLeft(String order) {
    return Stream.of("aa", "bb", "cc").filter(whole -> !order.contains(whole)).count();
  }

  @Test
  void anExhaustiveSearchThatIsCutShortSaysSo() {
    Exploration some =
        Simulation.options()
            .withStrategy(Strategy.exhaustive(3))
            .explore(10, letters(new HashMap<>()));
    assertThat(some.complete()).isFalse();
    assertThat(some.runs()).isEqualTo(10);
  }

  @Test
  void seedsGiveDifferentRandomNumbersForEachPurpose() {
    Set<Long> seen = new HashSet<>();
    for (long seed = 0; seed < 100; seed++) {
      seen.add(new SplitMix(seed, "schedule").nextLong());
      seen.add(new SplitMix(seed, "program").nextLong());
    }
    assertThat(seen).hasSize(200);
    SplitMix random = new SplitMix(1);
    for (int i = 0; i < 1000; i++) {
      assertThat(random.below(7)).isBetween(0, 6);
    }
  }

  @Test
  void theyHaveNames() {
    assertThat(Strategy.pct(3)).hasToString("PCT of depth 3");
    assertThat(Strategy.pos()).hasToString("POS");
    assertThat(Strategy.exhaustive(2)).hasToString("exhaustive up to 2 preemptions");
    assertThatThrownBy(() -> Strategy.exhaustive(-1))
        .hasMessage("preemptions must be >= 0, was -1");
  }
}
