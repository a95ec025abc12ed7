package io.selvage.test.foundation;

import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import io.selvage.EndOfStreamException;
import io.selvage.Selvage;
import io.selvage.TaskGroup;
import io.selvage.channel.Broadcast;
import io.selvage.channel.Lag;
import io.selvage.channel.Latest;
import io.selvage.channel.Subscription;
import io.selvage.select.Select;
import io.selvage.sync.Event;
import io.selvage.test.SimulationRun;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** One to many: each subscriber sees each item once and in the same order, and the last value. */
class BroadcastSimulationTest {
  private static final int SUBSCRIBERS = 2;
  private static final int SENDERS = 2;
  private static final int ITEMS = 3;

  /** Senders and subscribers of one broadcast, and what each of them has seen. */
  private static final class Books {
    private final Broadcast<Integer> broadcast;
    private final boolean selecting;
    private final Set<Integer> accepted = new HashSet<>();
    private final List<List<Integer>> seen = new ArrayList<>();
    private final List<Long> missed = new ArrayList<>();
    private final List<Boolean> toTheEnd = new ArrayList<>();

    Books(Broadcast<Integer> broadcast, boolean selecting) {
      this.broadcast = broadcast;
      this.selecting = selecting;
    }

    void run() throws InterruptedException {
      List<Subscription<Integer>> subscriptions = new ArrayList<>();
      for (int i = 0; i < SUBSCRIBERS; i++) {
        subscriptions.add(broadcast.subscribe());
        seen.add(new ArrayList<>());
        missed.add(0L);
        toTheEnd.add(false);
      }
      TaskGroup.run(
          group -> {
            for (int i = 0; i < SUBSCRIBERS; i++) {
              int number = i;
              Subscription<Integer> subscription = subscriptions.get(i);
              group
                  .launch("subscriber " + i, () -> subscribe(number, subscription))
                  .onEnd(subscription::close); // also if it is cancelled before it begins
            }
            TaskGroup.run(
                senders -> {
                  for (int i = 0; i < SENDERS; i++) {
                    int from = i * 100;
                    senders.launch("sender " + i, () -> sendFrom(from));
                  }
                });
            broadcast.close();
          });
      check();
    }

    private void sendFrom(int from) throws InterruptedException {
      for (int item = from; item < from + ITEMS; item++) {
        int sent = item;
        if (selecting) {
          Select.first(broadcast.onSend(item).run(() -> accepted.add(sent)));
        } else {
          broadcast.send(item);
          accepted.add(sent);
        }
      }
    }

    private void subscribe(int number, Subscription<Integer> subscription)
        throws InterruptedException {
      List<Integer> mine = seen.get(number);
      try (subscription) {
        if (selecting) {
          while (true) {
            Select.first(subscription.onReceive().run(mine::add));
          }
        }
        subscription.forEach(mine::add);
        toTheEnd.set(number, true);
      } catch (EndOfStreamException e) {
        toTheEnd.set(number, true);
      } finally {
        missed.set(number, subscription.missed());
      }
    }

    private void check() {
      assertThat(broadcast.subscribers()).isZero();
      assertThat(broadcast.waitingSenders()).isZero();
      for (int i = 0; i < SUBSCRIBERS; i++) {
        assertThat(seen.get(i)).doesNotHaveDuplicates();
        if (toTheEnd.get(i)) {
          assertThat(seen.get(i).size() + missed.get(i)).isEqualTo(accepted.size());
          assertThat(accepted).containsAll(seen.get(i));
        }
      }
      List<Integer> one = new ArrayList<>(seen.get(0));
      List<Integer> other = new ArrayList<>(seen.get(1));
      one.retainAll(other);
      other.retainAll(seen.get(0));
      assertThat(one).isEqualTo(other); // the same order
    }
  }

  private static void waiting(SimulationRun run) throws InterruptedException {
    new Books(Broadcast.bounded(1), false).run();
  }

  private static void selecting(SimulationRun run) throws InterruptedException {
    new Books(Broadcast.bounded(2), true).run();
  }

  private static void dropping(SimulationRun run) throws InterruptedException {
    new Books(Broadcast.bounded(2, Lag.DROP_OLDEST), false).run();
  }

  @Test
  void eachSubscriberSeesEachItemInTheSameOrder() {
    Explored.inManyOrders(BroadcastSimulationTest::waiting);
    Explored.inAllOrders(2, BroadcastSimulationTest::waiting);
    Explored.inManyOrders(BroadcastSimulationTest::selecting);
    Explored.inManyOrders(BroadcastSimulationTest::dropping);
  }

  @Test
  void cancelsLoseNothingAndLeaveNothing() {
    Explored.cancelledEverywhere(BroadcastSimulationTest::waiting);
    Explored.cancelledEverywhere(BroadcastSimulationTest::selecting);
    Explored.cancelledEverywhere(BroadcastSimulationTest::dropping);
  }

  // ---- a value that changes

  private static void values(SimulationRun run) throws InterruptedException {
    Latest<Integer> latest = new Latest<>(0);
    List<Integer> seen = new ArrayList<>();
    List<Integer> selected = new ArrayList<>();
    Event never = new Event();
    TaskGroup.run(
        group -> {
          Latest.Watcher<Integer> watcher = latest.watch();
          Latest.Watcher<Integer> other = latest.watch();
          group.launch("watcher", () -> watchAll(watcher, seen));
          group.launch(
              "select",
              () -> {
                while (selected.isEmpty() || selected.getLast() < ITEMS) {
                  selected.add(Select.first(never.onSet().call(() -> -1), other.onNext()));
                }
              });
          group.launch(
              "setter",
              () -> {
                for (int i = 1; i <= ITEMS; i++) {
                  latest.set(i);
                  Selvage.sleep(ofSeconds(run.random().nextInt(2)));
                }
                latest.close();
              });
        });
    assertThat(seen).isSorted().doesNotHaveDuplicates().endsWith(ITEMS);
    assertThat(selected).isSorted().doesNotHaveDuplicates().endsWith(ITEMS);
    assertThat(latest.waiting()).isZero();
  }

  private static void watchAll(Latest.Watcher<Integer> watcher, List<Integer> seen)
      throws InterruptedException {
    try {
      while (true) {
        seen.add(watcher.next());
      }
    } catch (EndOfStreamException e) {
      return;
    }
  }

  @Test
  void watchersSeeValuesInOrderAndAlwaysTheLastOne() {
    Explored.inManyOrders(BroadcastSimulationTest::values);
    Explored.inAllOrders(2, BroadcastSimulationTest::values);
  }

  @Test
  void aCancelledWatcherLeavesNothing() {
    Explored.cancelledEverywhere(
        run -> {
          Latest<Integer> latest = new Latest<>(0);
          try {
            TaskGroup.run(
                group -> {
                  group.launch("watcher", latest.watchChanges()::next);
                  latest.set(1);
                });
          } finally {
            assertThat(latest.waiting()).isZero();
          }
        });
  }
}
