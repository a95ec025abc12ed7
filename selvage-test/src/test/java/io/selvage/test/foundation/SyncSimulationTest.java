package io.selvage.test.foundation;

import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import io.selvage.CancelScope;
import io.selvage.Selvage;
import io.selvage.Task;
import io.selvage.TaskGroup;
import io.selvage.sync.Barrier;
import io.selvage.sync.Event;
import io.selvage.sync.Lock;
import io.selvage.sync.Lock.Guard;
import io.selvage.sync.Semaphore;
import io.selvage.sync.Semaphore.Permit;
import io.selvage.test.foundation.Explored.Scenario;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

/** Events, locks, semaphores, barriers: whatever is cancelled where, nothing is lost. */
class SyncSimulationTest {

  // ---- semaphores and locks

  @Test
  void noPermitIsLostWhoeverIsCancelledWherever() {
    Scenario scenario =
        run -> {
          Semaphore semaphore = new Semaphore(2);
          int[] inside = {0};
          run.invariant("at most two", () -> assertThat(inside[0]).isBetween(0, 2));
          try {
            TaskGroup.run(
                group -> {
                  for (int i = 0; i < 3; i++) {
                    group.launch(() -> use(semaphore.acquire(), inside));
                  }
                  group.launch(
                      () -> {
                        Optional<Permit> permit = semaphore.acquire(ofSeconds(1));
                        if (permit.isPresent()) {
                          use(permit.get(), inside);
                        }
                      });
                });
          } finally {
            assertThat(semaphore).hasToString("Semaphore[2 free, 0 waiting]");
          }
        };
    Explored.inManyOrders(scenario);
    Explored.withDelays(ofSeconds(2), scenario);
    Explored.cancelledEverywhere(scenario);
  }

  private static void use(Permit permit, int[] inside) throws InterruptedException {
    try (permit) {
      inside[0]++;
      try {
        Selvage.sleep(ofSeconds(1));
      } finally {
        inside[0]--;
      }
    }
  }

  @Test
  void aLockKeepsAPlainCounterWhoeverIsCancelledWherever() {
    Scenario scenario =
        run -> {
          Lock lock = new Lock();
          int[] counter = {0};
          int[] done = {0};
          try {
            TaskGroup.run(
                group -> {
                  for (int i = 0; i < 3; i++) {
                    group.launch(
                        () -> {
                          try (Guard guard = lock.acquire()) {
                            int now = counter[0];
                            Selvage.sleep(ofSeconds(1));
                            counter[0] = now + 1;
                            done[0]++;
                          }
                        });
                  }
                });
          } finally {
            assertThat(counter[0]).isEqualTo(done[0]);
            assertThat(lock).hasToString("Lock[free]");
          }
        };
    Explored.inManyOrders(scenario);
    Explored.inAllOrders(2, scenario);
    Explored.cancelledEverywhere(scenario);
  }

  @Test
  void aGuardIsHandedOverThroughAnotherTask() {
    Explored.inAllOrders(
        2,
        run -> {
          Lock lock = new Lock();
          List<String> order = new ArrayList<>();
          TaskGroup.run(
              group -> {
                Guard guard = lock.acquire().handOver();
                order.add("first");
                group.launch(
                    () -> {
                      try (guard) {
                        order.add("other");
                      }
                    });
                try (Guard again = lock.acquire()) {
                  order.add("again");
                }
              });
          assertThat(order).containsExactly("first", "other", "again");
        });
  }

  // ---- events

  @Test
  void aSetReleasesAllWaitingThreadsAlsoIfAClearFollows() {
    Scenario scenario =
        run -> {
          Event event = new Event();
          List<String> released = new ArrayList<>();
          TaskGroup.run(
              group -> {
                for (int i = 0; i < 2; i++) {
                  group.launch(
                      () -> {
                        event.await();
                        released.add("early");
                      });
                }
                run.awaitAllBlocked();
                group.launch(
                    () -> {
                      if (event.await(ofSeconds(1))) {
                        released.add("late");
                      }
                    });
                assertThat(event.set()).isTrue();
                assertThat(event.clear()).isTrue();
              });
          assertThat(released).contains("early", "early").hasSizeBetween(2, 3);
          assertThat(event.isSet()).isFalse();
          assertThat(event.waiting()).isZero();
        };
    Explored.inManyOrders(scenario);
    Explored.inAllOrders(2, scenario);
  }

  @Test
  void aTimeoutASetAndAClearCountOnce() {
    Scenario scenario =
        run -> {
          Event first = new Event();
          Event second = new Event();
          TaskGroup.run(
              group -> {
                Task<Boolean> timed = group.fork(() -> first.await(ofSeconds(1)));
                Task<?> waits = group.launch(() -> second.await());
                group.launch(
                    () -> {
                      Selvage.sleep(ofSeconds(1));
                      first.set();
                      first.clear();
                      first.set();
                    });
                timed.join();
                assertThat(run.elapsed()).isGreaterThanOrEqualTo(ofSeconds(1));
                assertThat(waits.isDone()).isFalse();
                second.set();
                waits.join();
              });
          assertThat(first.waiting() + second.waiting()).isZero();
        };
    Explored.inManyOrders(scenario);
    Explored.withDelays(ofSeconds(1), scenario);
  }

  @Test
  void anEventKeepsNoThreadWhateverCancelComes() {
    Explored.cancelledEverywhere(
        run -> {
          Event event = new Event();
          try {
            TaskGroup.run(
                group -> {
                  group.launch(() -> event.await());
                  group.fork(() -> event.await(ofSeconds(1)));
                  try {
                    Selvage.sleep(ofSeconds(1));
                  } finally {
                    event.set();
                  }
                });
          } finally {
            assertThat(event.waiting()).isZero();
          }
        });
  }

  // ---- barriers

  @Test
  void nobodyPassesBeforeAllHaveArrivedAndEachHasAPlaceOfItsOwn() {
    Scenario scenario =
        run -> {
          Barrier barrier = new Barrier(3);
          int[] arrived = {0};
          List<Integer> places = new ArrayList<>();
          TaskGroup.run(
              group -> {
                for (int i = 0; i < 4; i++) {
                  group.launch(
                      () -> {
                        arrived[0]++;
                        int place = barrier.await();
                        assertThat(arrived[0]).isGreaterThanOrEqualTo(3);
                        places.add(place);
                      });
                }
              });
          assertThat(places).containsExactlyInAnyOrder(0, 1, 2, 3);
          assertThat(barrier.value()).isEqualTo(4);
        };
    Explored.inManyOrders(scenario);
    Explored.inAllOrders(1, scenario);
  }

  @Test
  void anArrivalThatIsCancelledOrOutOfTimeCountsIfTheBarrierHasOpenedWithIt() {
    Scenario scenario =
        run -> {
          Barrier barrier = new Barrier(3);
          CancelScope around = CancelScope.create();
          List<Integer> passed = new ArrayList<>();
          boolean[] sawIt = {false};
          TaskGroup.run(
              group -> {
                group.fork(
                    () ->
                        around.run(
                            () -> {
                              passed.add(barrier.await());
                              sawIt[0] = true;
                            }));
                Task<OptionalInt> timed = group.fork(() -> barrier.await(ofSeconds(1)));
                group.launch(
                    () -> {
                      Selvage.sleep(ofSeconds(1));
                      around.cancel();
                    });
                group.launch(
                    () -> {
                      Selvage.sleep(ofSeconds(1));
                      barrier.await(ofSeconds(1)).ifPresent(passed::add);
                    });
                timed.join().ifPresent(passed::add);
              });
          if (passed.isEmpty()) {
            assertThat(barrier.value()).isZero();
          } else {
            assertThat(passed).containsExactlyInAnyOrder(0, 1, 2);
            assertThat(sawIt[0]).isTrue();
            assertThat(barrier.value()).isEqualTo(3);
          }
        };
    Explored.inManyOrders(scenario);
    Explored.inAllOrders(2, scenario);
    Explored.withDelays(ofSeconds(1), scenario);
  }

  @Test
  void aBarrierOpensForAllOrForNoneWhateverCancelComes() {
    Explored.cancelledEverywhere(
        run -> {
          Barrier barrier = new Barrier(3);
          List<Integer> places = new ArrayList<>();
          try {
            TaskGroup.run(
                group -> {
                  for (int i = 0; i < 3; i++) {
                    group.launch(() -> barrier.await(ofSeconds(5)).ifPresent(places::add));
                  }
                });
          } finally {
            assertThat(places.stream().sorted().toList()).isIn(List.of(), List.of(0, 1, 2));
            assertThat(barrier.value()).isEqualTo(places.size());
          }
        });
  }
}
