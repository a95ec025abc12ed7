package io.selvage.test;

import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import io.selvage.FaultPoint;
import io.selvage.Selvage;
import io.selvage.TaskGroup;
import io.selvage.channel.Channel;
import io.selvage.test.SimulationFailure.Kind;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is a choice of a run, and what is not. */
@Timeout(60)
class ChoicesTest {
  @Test
  void aSureFaultIsNoChoice() {
    Exploration all =
        Simulation.options()
            .withFault("sure", 1)
            .withStrategy(Strategy.exhaustive(0))
            .explore(100, () -> assertThat(FaultPoint.fails("sure")).isTrue());
    assertThat(all.complete()).isTrue();
  }

  @Test
  void aYieldingTaskGoesBehindTheOthersAndAnotherOrderIsAPreemption() {
    assertThat(ordersOfYielding(0)).contains("abcabc", "cabcab").doesNotContain("aabbcc");
    assertThat(ordersOfYielding(2)).contains("abcabc", "abacbc", "abcacb", "cbabac", "aabbcc");
  }

  private static Set<String> ordersOfYielding(int preemptions) {
    Set<String> orders = new HashSet<>();
    Simulation.options()
        .withStrategy(Strategy.exhaustive(preemptions))
        .explore(
            100_000,
            () -> {
              StringBuilder order = new StringBuilder();
              TaskGroup.run(
                  group -> {
                    for (String letter : List.of("a", "b", "c")) {
                      group.launch(
                          () -> {
                            order.append(letter);
                            Selvage.checkpoint();
                            order.append(letter);
                          });
                    }
                  });
              orders.add(order.toString());
            });
    return orders;
  }

  @Test
  void pollingUnderAPriorityDoesNotKeepTheOthersOut() {
    Simulation.options()
        .withStrategy(Strategy.pct(1))
        .withStepLimit(20_000)
        .explore(
            50,
            () ->
                TaskGroup.run(
                    group -> {
                      Channel<Integer> channel = Channel.unbounded();
                      group.fork(() -> channel.send(1));
                      boolean received = false;
                      while (!received) {
                        received = channel.tryReceive().isPresent();
                      }
                    }));
  }

  @Test
  void aSearchSeesThatTheProgramDoesNotRepeatItself() {
    Random random = new Random(5);
    SimulationFailure failure =
        Failures.thrownBy(
            () ->
                Simulation.options()
                    .withStrategy(Strategy.exhaustive(1))
                    .explore(
                        10_000,
                        () ->
                            TaskGroup.run(
                                group -> {
                                  for (int i = random.nextInt(4); i >= 0; i--) {
                                    group.launch(() -> Selvage.throwIfCancelled());
                                  }
                                })));
    assertThat(failure.kind()).isEqualTo(Kind.NOT_DETERMINISTIC);
  }

  @Test
  void oneRunIsOneRun() {
    int[] runs = {0};
    assertThat(
            Failures.ofRun(
                Simulation.options(),
                run -> {
                  runs[0]++;
                  throw new IOException("no");
                }))
        .hasMessageContaining("as it was found");
    assertThat(runs[0]).isEqualTo(1);
  }

  @Test
  void anInvariantThatYieldsIsRefused() {
    SimulationFailure failure =
        Failures.ofRun(
            Simulation.options(),
            run -> {
              run.invariant("silly", () -> Selvage.checkpoint());
              Selvage.sleep(ofSeconds(1));
            });
    assertThat(failure.kind()).isEqualTo(Kind.INVARIANT);
    assertThat(failure.getCause()).hasMessageContaining("an invariant must not wait");
  }
}
