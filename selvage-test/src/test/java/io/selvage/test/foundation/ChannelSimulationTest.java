package io.selvage.test.foundation;

import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selvage.BrokenResourceException;
import io.selvage.CancelScope;
import io.selvage.ClosedResourceException;
import io.selvage.EndOfStreamException;
import io.selvage.Selvage;
import io.selvage.Task;
import io.selvage.TaskGroup;
import io.selvage.channel.Channel;
import io.selvage.channel.ChannelStats;
import io.selvage.channel.LateSend;
import io.selvage.channel.PriorityChannel;
import io.selvage.test.SimulationRun;
import io.selvage.test.foundation.Explored.Scenario;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Channels: no item is lost or doubled, the order of each sender is kept, all waiting threads wake
 * up.
 */
class ChannelSimulationTest {
  private static final int SENDERS = 2;
  private static final int ITEMS = 3;

  /** What went in, what came out, and that it is the same. */
  private static final class Books {
    private final Channel<Integer> channel;
    private final List<Integer> accepted = new ArrayList<>();
    private final List<List<Integer>> taken = new ArrayList<>();
    private long refused;

    Books(SimulationRun run, Channel<Integer> channel) {
      this.channel = channel;
      run.invariant("sent = received + drained + queued", this::checkCounts);
    }

    private void checkCounts() {
      ChannelStats now = channel.stats();
      assertThat(now.sent()).isEqualTo(now.received() + now.drained() + now.queued());
    }

    void send(int sender, int item, boolean mayWait) throws InterruptedException {
      int value = sender * 100 + item;
      try {
        boolean sent = mayWait ? channel.send(value) > 0 : channel.trySend(value);
        if (sent) {
          accepted.add(value);
        } else {
          refused++;
        }
      } catch (ClosedResourceException e) {
        refused++;
      }
    }

    void receiveAll() throws InterruptedException {
      List<Integer> mine = newReceiver();
      try {
        channel.forEach(mine::add);
      } catch (BrokenResourceException e) {
        assertThat(e).hasCauseInstanceOf(IOException.class);
      }
    }

    void poll() throws InterruptedException {
      List<Integer> mine = newReceiver();
      try {
        for (int i = 0; i < ITEMS; i++) {
          channel.tryReceive().ifPresent(mine::add);
          Selvage.checkpoint();
          mine.addAll(channel.drain(1));
        }
      } catch (EndOfStreamException | BrokenResourceException e) {
        // the rest is for the others
      }
    }

    private List<Integer> newReceiver() {
      List<Integer> mine = new ArrayList<>();
      taken.add(mine);
      return mine;
    }

    void check() {
      taken.add(channel.drain());
      assertThat(Explored.concat(taken)).containsExactlyInAnyOrderElementsOf(accepted);
      ChannelStats end = channel.stats();
      assertThat(end.sent()).isEqualTo(accepted.size());
      assertThat(end.dropped()).isEqualTo(refused);
      assertThat(end.queued()).isZero();
      assertThat(end.waitingReceivers()).isZero();
    }

    void checkOrder() {
      for (List<Integer> each : taken) {
        for (int sender = 0; sender < SENDERS; sender++) {
          int from = sender * 100;
          assertThat(each).filteredOn(item -> item / 100 == from / 100).isSorted();
        }
      }
    }
  }

  enum Kind {
    RAISING(() -> Channel.unbounded()),
    DROPPING(() -> Channel.options().withLateSend(LateSend.DROP).unbounded()),
    PRIORITIZED(() -> Channel.prioritized(item -> item % 100 % 2));

    private final Supplier<Channel<Integer>> factory;

    Kind(Supplier<Channel<Integer>> factory) {
      this.factory = factory;
    }

    Channel<Integer> open() {
      return factory.get();
    }
  }

  /** Senders, receivers and a task that polls; the last sender closes or fails the channel. */
  private static Scenario trade(Kind kind, boolean early) {
    return run -> {
      Books books = new Books(run, kind.open());
      Channel<Integer> channel = books.channel;
      try {
        TaskGroup.run(
            group -> {
              group.launch("r1", books::receiveAll);
              group.launch("r2", books::receiveAll);
              group.launch("poll", books::poll);
              List<Task<?>> senders = new ArrayList<>();
              for (int s = 0; s < SENDERS; s++) {
                int sender = s;
                senders.add(
                    group.launch(
                        "s" + sender,
                        () -> {
                          for (int i = 0; i < ITEMS; i++) {
                            books.send(sender, i, (i & 1) == 0);
                          }
                        }));
              }
              if (early) {
                assertThat(channel.fail(new IOException("early"))).isTrue();
              }
              for (Task<?> sender : senders) {
                var unused = Explored.thrownBy(sender::join);
              }
              assertThat(channel.close("done")).isNotEqualTo(early);
            });
      } finally {
        channel.close();
        books.check();
        if (!(channel instanceof PriorityChannel)) {
          books.checkOrder();
        }
      }
    };
  }

  @ParameterizedTest
  @EnumSource
  void nothingIsLostOrDoubled(Kind kind) {
    Explored.inManyOrders(trade(kind, false));
    Explored.inManyOrders(trade(kind, true));
  }

  @ParameterizedTest
  @EnumSource
  void nothingIsLostOrDoubledWhoeverIsCancelledWherever(Kind kind) {
    Explored.cancelledEverywhere(trade(kind, false));
    Explored.cancelledEverywhere(trade(kind, true));
  }

  @ParameterizedTest
  @EnumSource
  void aTimeLimitThatRacesWithTheItemEitherHasItOrLeavesIt(Kind kind) {
    Scenario scenario =
        run -> {
          Books books = new Books(run, kind.open());
          List<Integer> mine = books.newReceiver();
          TaskGroup.run(
              group -> {
                for (int r = 0; r < 2; r++) {
                  group.launch(
                      () -> {
                        for (int i = 0; i < ITEMS; i++) {
                          Optional<Integer> got =
                              CancelScope.moveOnAfter(ofSeconds(1)).call(books.channel::receive);
                          got.ifPresent(mine::add);
                        }
                      });
                }
                for (int i = 0; i < ITEMS; i++) {
                  Selvage.sleep(ofSeconds(1));
                  books.send(0, i, true);
                }
              });
          books.check();
        };
    Explored.inManyOrders(scenario);
    Explored.withDelays(ofSeconds(2), scenario);
  }

  @Test
  void oneReceiverGetsTheItemsInTheOrderOfTheirNumbers() {
    Explored.inManyOrders(
        run -> {
          Channel<Long> numbers = Channel.unbounded();
          Channel<String> items = Channel.unbounded();
          List<String> received = new ArrayList<>();
          String[] sent = new String[6];
          TaskGroup.run(
              group -> {
                group.launch(() -> items.forEach(received::add));
                TaskGroup.run(
                    senders -> {
                      for (int s = 0; s < 3; s++) {
                        int sender = s;
                        senders.launch(
                            () -> {
                              for (int i = 0; i < 2; i++) {
                                String item = sender + "." + i;
                                int number = (int) items.send(item);
                                sent[number - 1] = item;
                                numbers.send((long) number);
                              }
                            });
                      }
                    });
                items.close();
              });
          assertThat(received).containsExactly(sent);
          assertThat(numbers.drain()).containsExactlyInAnyOrder(1L, 2L, 3L, 4L, 5L, 6L);
        });
  }

  @Test
  void theLongestWaitingReceiverIsFirst() {
    Explored.inManyOrders(
        run -> {
          Channel<Integer> channel = Channel.unbounded();
          List<String> order = new ArrayList<>();
          TaskGroup.run(
              group -> {
                for (String name : List.of("a", "b", "c")) {
                  group.fork(name, () -> order.add(name + channel.receive()));
                  run.awaitAllBlocked();
                }
                assertThat(channel.stats().waitingReceivers()).isEqualTo(3);
                channel.send(1);
                run.awaitAllBlocked();
                channel.send(2);
                run.awaitAllBlocked();
                channel.send(3);
              });
          assertThat(order).containsExactly("a1", "b2", "c3");
        });
  }

  @Test
  void aReceiverThatWasWithdrawnIsSkipped() {
    Explored.inAllOrders(
        2,
        run -> {
          Channel<Integer> channel = Channel.unbounded();
          CancelScope[] around = {CancelScope.create()};
          List<Integer> second = new ArrayList<>();
          TaskGroup.run(
              group -> {
                Task<Boolean> first = group.fork(() -> around[0].run(channel::receive));
                run.awaitAllBlocked();
                Task<?> other = group.fork(() -> second.add(channel.receive()));
                run.awaitAllBlocked();
                group.fork(() -> around[0].cancel());
                channel.send(1);
                if (first.join()) { // it had the item already: the other one gets the next
                  channel.send(2);
                }
                other.join();
                assertThat(second).containsExactly(first.join() ? 2 : 1);
              });
          assertThat(channel.stats().waitingReceivers()).isZero();
        });
  }

  @Test
  void exactlyOneOfManyClosesAndItsReasonStands() {
    Explored.inAllOrders(
        2,
        run -> {
          Channel<Integer> channel = Channel.unbounded();
          List<String> first = new ArrayList<>();
          List<Throwable> ends = new ArrayList<>();
          TaskGroup.run(
              group -> {
                group.fork(() -> ends.add(Explored.thrownBy(channel::receive)));
                group.launch(() -> closing(first, "a", channel.close("a")));
                group.launch(() -> closing(first, "b", channel.fail(new IOException("b"))));
              });
          assertThat(first).hasSize(1);
          Throwable end = Explored.thrownBy(channel::tryReceive);
          assertThat(end).hasMessageContaining(first.getFirst());
          assertThat(ends.getFirst()).hasSameClassAs(end).hasMessage(end.getMessage());
          assertThatThrownBy(() -> channel.send(1)).isInstanceOf(ClosedResourceException.class);
        });
  }

  private static void closing(List<String> first, String name, boolean won) {
    if (won) {
      first.add(name);
    }
  }

  @Test
  void closeAndFailWakeAllWaitingThreadsAfterTheItems() {
    Explored.inManyOrders(
        run -> {
          for (boolean fails : new boolean[] {false, true}) {
            Channel<Integer> channel = Channel.unbounded();
            List<Object> outcomes = new ArrayList<>();
            TaskGroup.run(
                group -> {
                  for (int i = 0; i < 3; i++) {
                    group.launch(
                        () -> {
                          Object[] got = new Object[1];
                          Throwable end = Explored.thrownBy(() -> got[0] = channel.receive());
                          outcomes.add(end == null ? got[0] : end.getClass());
                        });
                  }
                  channel.send(7);
                  Object unused =
                      fails ? channel.fail(new IOException("x")) : channel.close("over");
                });
            Class<?> end = fails ? BrokenResourceException.class : EndOfStreamException.class;
            assertThat(outcomes).containsExactlyInAnyOrder(7, end, end);
          }
        });
  }

  @Test
  void priorityWithinWhatIsThereAndTheFloorParks() {
    Explored.inManyOrders(
        run -> {
          PriorityChannel<Integer> channel =
              Channel.options().withLateSend(LateSend.DROP).prioritized(item -> item / 10);
          List<Integer> received = new ArrayList<>();
          channel.setFloor(4);
          TaskGroup.run(
              group -> {
                group.launch("reader", () -> channel.forEach(received::add));
                group.launch("low", () -> sendAll(channel, List.of(11, 12, 21)));
                group.launch("high", () -> sendAll(channel, List.of(51, 52)));
                run.awaitAllBlocked();
                assertThat(received).containsExactly(51, 52);
                assertThat(channel.stats().queued()).isEqualTo(3);
                group.launch("lift", channel::liftFloor);
                run.awaitAllBlocked();
                assertThat(received).containsExactly(51, 52, 21, 11, 12);
                channel.setFloor(4);
                channel.send(31);
                channel.close();
              });
          assertThat(received).endsWith(31).hasSize(6);
        });
  }

  private static void sendAll(Channel<Integer> channel, Collection<Integer> items)
      throws InterruptedException {
    for (Integer item : items) {
      channel.send(item);
    }
  }

  @Test
  void floorsThatMoveLoseNothing() {
    Scenario scenario =
        run -> {
          PriorityChannel<Integer> channel = Channel.prioritized(item -> item % 100);
          Books books = new Books(run, channel);
          try {
            TaskGroup.run(
                group -> {
                  group.launch("reader", books::receiveAll);
                  group.launch(
                      "floor",
                      () -> {
                        channel.setFloor(1);
                        channel.setFloor(0);
                        channel.liftFloor();
                        channel.setFloor(2);
                      });
                  Task<?> sender =
                      group.launch(
                          "sender",
                          () -> {
                            for (int i = 0; i < ITEMS; i++) {
                              books.send(0, i, true);
                            }
                          });
                  var unused = Explored.thrownBy(sender::join);
                  channel.close();
                });
          } finally {
            channel.close();
            books.check();
          }
        };
    Explored.inManyOrders(scenario);
    Explored.cancelledEverywhere(scenario);
  }

  @Test
  void aSenderThatIsCancelledHasNotSent() {
    Explored.cancelledEverywhere(
        run -> {
          Channel<Integer> channel = Channel.unbounded();
          int[] sent = {0};
          try {
            while (sent[0] < 5) {
              channel.send(sent[0]);
              sent[0]++;
            }
          } finally {
            assertThat(channel.stats().sent()).isEqualTo(sent[0]);
          }
        });
  }

  @Test
  void whatTheActionThrowsLeavesTheRest() {
    Explored.inManyOrders(
        run -> {
          Channel<Integer> channel = Channel.unbounded();
          TaskGroup.run(
              group -> {
                group.launch(() -> sendAll(channel, List.of(1, 2, 3)));
                Throwable thrown =
                    Explored.thrownBy(
                        () -> {
                          channel.forEach(
                              item -> {
                                throw new IOException("at " + item);
                              });
                          return null;
                        });
                assertThat(thrown).isInstanceOf(IOException.class).hasMessage("at 1");
              });
          assertThat(channel.isClosed()).isFalse();
          assertThat(channel.drain()).containsExactly(2, 3);
        });
  }
}
