package io.selvage.test.foundation;

import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import io.selvage.CancelScope;
import io.selvage.Selvage;
import io.selvage.Task;
import io.selvage.TaskGroup;
import io.selvage.kernel.Permits;
import io.selvage.kernel.ThreadRecord;
import io.selvage.test.foundation.Explored.Scenario;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Permits: never too many, none lost, and in the order of the waits. */
class PermitsSimulationTest {
  private static void acquire(Permits permits) throws InterruptedException {
    permits.acquire("acquire", "permits");
  }

  @Test
  void thereAreNeverMoreAndNeverFewerInTheEnd() {
    Scenario scenario =
        run -> {
          Permits permits = new Permits(2);
          int[] held = {0};
          run.invariant("at most two", () -> assertThat(held[0]).isBetween(0, 2));
          try {
            TaskGroup.run(
                group -> {
                  for (int i = 0; i < 4; i++) {
                    long deadline = i == 0 ? 1 : Long.MAX_VALUE;
                    group.launch(() -> use(permits, held, deadline));
                  }
                });
          } finally {
            assertThat(held[0]).isZero();
            assertThat(permits).hasToString("Permits[2 free, 0 waiting]");
          }
        };
    Explored.inManyOrders(scenario);
    Explored.inAllOrders(2, scenario);
    Explored.withDelays(ofSeconds(1), scenario);
    Explored.cancelledEverywhere(scenario);
  }

  private static void use(Permits permits, int[] held, long deadline) throws InterruptedException {
    if (!permits.acquire("acquire", "permits", deadline)) {
      return;
    }
    held[0]++;
    try {
      Selvage.sleep(ofSeconds(1));
    } finally {
      held[0]--;
      permits.release();
    }
  }

  @Test
  void nobodyGetsPastAWaiter() {
    Explored.inManyOrders(
        run -> {
          Permits permits = new Permits(1);
          List<String> order = new ArrayList<>();
          acquire(permits);
          TaskGroup.run(
              group -> {
                for (String name : List.of("a", "b", "c")) {
                  group.launch(
                      name,
                      () -> {
                        acquire(permits);
                        order.add(name);
                        Selvage.checkpoint();
                        permits.release();
                      });
                  run.awaitAllBlocked();
                }
                group.fork("thief", () -> assertThat(permits.tryAcquire()).isFalse());
                run.awaitAllBlocked();
                group.launch("late", () -> acquire(permits));
                permits.release();
              });
          assertThat(order).containsExactly("a", "b", "c");
          assertThat(permits).hasToString("Permits[0 free, 0 waiting]");
        });
  }

  @Test
  void aReleaseThatRacesWithACancelGoesToTheOneOrTheOther() {
    Explored.inAllOrders(
        2,
        run -> {
          Permits permits = new Permits(0);
          CancelScope around = CancelScope.create();
          TaskGroup.run(
              group -> {
                Task<Boolean> first = group.fork(() -> around.run(() -> acquire(permits)));
                run.awaitAllBlocked();
                Task<Boolean> second =
                    group.fork(
                        () ->
                            permits.acquire(
                                "acquire",
                                "permits",
                                ThreadRecord.current().scheduler().now() + 1_000));
                run.awaitAllBlocked();
                group.fork(() -> around.cancel());
                permits.release();
                int got = (first.join() ? 1 : 0) + (second.join() ? 1 : 0);
                assertThat(got + permits.available()).isEqualTo(1);
                assertThat(got).isEqualTo(1);
              });
          assertThat(permits.waiting()).isZero();
        });
  }

  @Test
  void aReleaseAtTheDeadlineIsTakenOrLeft() {
    Scenario scenario =
        run -> {
          Permits permits = new Permits(0);
          TaskGroup.run(
              group -> {
                long deadline = ThreadRecord.current().scheduler().now() + 1_000_000_000;
                Task<Boolean> got =
                    group.fork(() -> permits.acquire("acquire", "permits", deadline));
                group.launch(
                    () -> {
                      Selvage.sleep(ofSeconds(1));
                      permits.release();
                    });
                got.join();
                Selvage.sleep(ofSeconds(5)); // released by now
                assertThat(permits.available()).isEqualTo(got.join() ? 0 : 1);
              });
          assertThat(permits.waiting()).isZero();
        };
    Explored.inManyOrders(scenario);
    Explored.inAllOrders(2, scenario);
    Explored.withDelays(ofSeconds(2), scenario);
  }
}
