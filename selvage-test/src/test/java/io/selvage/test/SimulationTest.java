package io.selvage.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selvage.Selvage;
import io.selvage.Task;
import io.selvage.TaskGroup;
import io.selvage.channel.Channel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SimulationTest {

  @Test
  void theSameSeedGivesTheSameRun() {
    Set<Integer> prints = new HashSet<>();
    for (int i = 0; i < 20; i++) {
      prints.add(Simulation.run(42, SimulationTest::pingPong).fingerprint());
    }
    assertThat(prints).hasSize(1);
  }

  @Test
  void speed() {
    for (int i = 0; i < 5; i++) {
      long t = System.nanoTime();
      Exploration seen =
          Simulation.options()
              .withStrategy(Strategy.random())
              .explore(200, SimulationTest::pingPong);
      long d = System.nanoTime() - t;
      System.out.println(seen + " " + d / seen.steps() + " ns/step");
    }
  }

  @Test
  void lostUpdate() {
    assertThatThrownBy(
            () ->
                Simulation.explore(
                    100,
                    () -> {
                      int[] balance = {0};
                      TaskGroup.run(
                          group -> {
                            for (int i = 0; i < 3; i++) {
                              group.fork(
                                  () -> {
                                    int seen = balance[0];
                                    Selvage.checkpoint();
                                    balance[0] = seen + 1;
                                  });
                            }
                          });
                      assertThat(balance[0]).isEqualTo(3);
                    }))
        .isInstanceOf(SimulationFailure.class)
        .satisfies(e -> System.out.println(e.getMessage()));
  }

  static void pingPong() throws Exception {
    Channel<Integer> there = Channel.unbounded();
    Channel<Integer> back = Channel.unbounded();
    TaskGroup.run(
        group -> {
          List<Task<?>> tasks = new ArrayList<>();
          for (int t = 0; t < 3; t++) {
            tasks.add(
                group.fork(
                    () -> {
                      for (int i = 0; i < 100; i++) {
                        there.send(i);
                        back.receive();
                        Selvage.sleep(Duration.ofSeconds(i % 3));
                      }
                    }));
          }
          group.fork("echo", () -> there.forEach(back::send));
          for (Task<?> task : tasks) {
            task.join();
          }
          there.close();
        });
  }
}
