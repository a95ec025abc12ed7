package io.selvage.test.foundation;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import io.selvage.CancelScope;
import io.selvage.Loop;
import io.selvage.Selvage;
import io.selvage.TaskGroup;
import io.selvage.ThreadPool;
import io.selvage.service.CloseSignal;
import io.selvage.test.foundation.Explored.Scenario;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Calls that block apart: within the limit, cancelled with their caller, their results not lost.
 */
class BlockingSimulationTest {

  @Test
  void noMoreCallsRunThanTheLimitAllows() {
    Scenario scenario =
        run -> {
          ThreadPool pool = new ThreadPool(2);
          int[] running = {0};
          List<Integer> results = new ArrayList<>();
          TaskGroup.run(
              group -> {
                for (int i = 0; i < 4; i++) {
                  int number = i;
                  group.fork(
                      () ->
                          results.add(
                              pool.<Integer, InterruptedException>call(
                                  () -> {
                                    assertThat(++running[0]).isLessThanOrEqualTo(2);
                                    Selvage.sleep(ofMillis(number));
                                    running[0]--;
                                    return number;
                                  })));
                }
              });
          assertThat(results).containsExactlyInAnyOrder(0, 1, 2, 3);
          assertThat(pool).hasToString("ThreadPool[2 free, 0 waiting]");
        };
    Explored.inManyOrders(scenario);
    Explored.inAllOrders(1, scenario);
  }

  @Test
  void aFullPoolIsNoDeadlockForCallsWithinItsCalls() {
    Scenario scenario =
        run -> {
          ThreadPool pool = new ThreadPool(2);
          List<Integer> results = new ArrayList<>();
          TaskGroup.run(
              group -> {
                for (int i = 0; i < 4; i++) {
                  int number = i;
                  group.fork(
                      () ->
                          results.add(
                              pool.<Integer, InterruptedException>call(
                                  () -> {
                                    Selvage.sleep(ofMillis(1));
                                    return pool.call(() -> number);
                                  })));
                }
              });
          assertThat(results).containsExactlyInAnyOrder(0, 1, 2, 3);
        };
    Explored.inManyOrders(scenario);
    Explored.inAllOrders(1, scenario);
  }

  @Test
  void inALoopTheOthersRunMeanwhile() {
    Scenario scenario =
        run -> {
          Loop loop = new Loop();
          CloseSignal done = new CloseSignal();
          loop.run(
              () -> {
                loop.fork(() -> done.close());
                Selvage.runBlocking(() -> done.await());
                assertThat(loop.isOnLoop()).isTrue();
              });
        };
    Explored.inManyOrders(scenario);
    Explored.inAllOrders(2, scenario);
  }

  @Test
  void aDeadlineEndsTheCallAndItsResultIsReturnedOrThereIsNone() {
    Scenario scenario =
        run -> {
          boolean[] ended = {false};
          var result =
              CancelScope.moveOnAfter(ofSeconds(1))
                  .call(
                      () ->
                          Selvage.<String, RuntimeException>callBlocking(
                              () -> {
                                try {
                                  Selvage.sleep(ofSeconds(1));
                                  return "in time";
                                } finally {
                                  ended[0] = true;
                                }
                              }));
          assertThat(result.orElse("in time")).isEqualTo("in time");
          assertThat(ended[0] || result.isEmpty()).isTrue();
        };
    Explored.inManyOrders(scenario);
    Explored.withDelays(ofSeconds(1), scenario);
  }

  @Test
  void cancelledAnywhereNoRoomIsLostAndNoCallIsLeftBehind() {
    Explored.cancelledEverywhere(
        run -> {
          ThreadPool pool = new ThreadPool(1);
          int[] begun = {0};
          int[] ended = {0};
          TaskGroup.run(
              group -> {
                for (int i = 0; i < 3; i++) {
                  group.launch(
                      () ->
                          pool.run(
                              () -> {
                                assertThat(++begun[0] - ended[0]).isEqualTo(1);
                                try {
                                  Selvage.sleep(ofMillis(1));
                                } finally {
                                  ended[0]++;
                                }
                              }));
                }
              });
          assertThat(ended[0]).isEqualTo(begun[0]);
          assertThat(pool).hasToString("ThreadPool[1 free, 0 waiting]");
        });
  }
}
