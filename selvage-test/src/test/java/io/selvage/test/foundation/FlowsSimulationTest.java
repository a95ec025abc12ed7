package io.selvage.test.foundation;

import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import io.selvage.BrokenResourceException;
import io.selvage.EndOfStreamException;
import io.selvage.Selvage;
import io.selvage.TaskGroup;
import io.selvage.channel.Channel;
import io.selvage.interop.FlowReceiver;
import io.selvage.interop.Flows;
import io.selvage.test.SimulationRun;
import io.selvage.test.foundation.Explored.Scenario;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Flow;
import org.junit.jupiter.api.Test;

/** Reactive streams: no item is lost or doubled on its way, whichever task is cancelled. */
class FlowsSimulationTest {
  private static final int ITEMS = 4;

  /** Notes what a subscriber is told on its way, and holds it against the rules. */
  private static final class Watched implements Flow.Subscriber<Integer> {
    private final Flow.Subscriber<Integer> inner;
    private final List<Integer> delivered = new ArrayList<>();
    private long asked;
    private int inside;
    private int ends;

    Watched(SimulationRun run, Flow.Subscriber<Integer> inner) {
      this.inner = inner;
      run.invariant("no more is delivered than was asked for", this::check);
    }

    private void check() {
      assertThat((long) delivered.size()).isLessThanOrEqualTo(asked);
      assertThat(ends).isLessThanOrEqualTo(1);
    }

    private void enter() {
      assertThat(++inside).as("signals do not overlap").isEqualTo(1);
      assertThat(ends).isZero();
    }

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
      inner.onSubscribe(
          new Flow.Subscription() {
            @Override
            public void request(long n) {
              asked += n;
              subscription.request(n);
            }

            @Override
            public void cancel() {
              subscription.cancel();
            }
          });
    }

    @Override
    public void onNext(Integer item) {
      enter();
      delivered.add(item);
      inner.onNext(item);
      inside--;
    }

    @Override
    public void onError(Throwable failure) {
      enter();
      ends++;
      inner.onError(failure);
      inside--;
    }

    @Override
    public void onComplete() {
      enter();
      ends++;
      inner.onComplete();
      inside--;
    }
  }

  private static void receive(FlowReceiver<Integer> receiver, int howMany, List<Integer> got)
      throws InterruptedException {
    try {
      for (int i = 0; i < howMany; i++) {
        got.add(receiver.receive());
      }
    } catch (EndOfStreamException | BrokenResourceException e) {
      // there is no more
    }
  }

  /**
   * A channel, published, received by a subscriber that wants so many of the items and then leaves.
   */
  private static Scenario pipe(int wanted) {
    return run -> {
      Channel<Integer> channel = Channel.unbounded();
      FlowReceiver<Integer> receiver = FlowReceiver.create(2);
      Watched watched = new Watched(run, receiver.subscriber());
      List<Integer> sent = new ArrayList<>();
      List<Integer> got = new ArrayList<>();
      try {
        TaskGroup.run(
            group -> {
              Flows.publish(group, channel).subscribe(watched);
              group
                  .launch("consumer", () -> receive(receiver, wanted, got))
                  .onEnd(receiver::close); // also if it never begins
              group
                  .launch(
                      "sender",
                      () -> {
                        for (int i = 0; i < ITEMS; i++) {
                          channel.send(i);
                          sent.add(i);
                        }
                      })
                  .onEnd(channel::close);
            });
      } finally {
        channel.close();
        receiver.close();
        List<Integer> all = new ArrayList<>(watched.delivered);
        all.addAll(channel.drain());
        assertThat(all).as("delivered, or still in the channel").isEqualTo(sent);
        got.addAll(receiver.drain());
        assertThat(watched.delivered.subList(0, got.size())).isEqualTo(got);
      }
    };
  }

  @Test
  void noItemIsLostBetweenTheChannelAndItsSubscriber() {
    Explored.inManyOrders(pipe(2));
    Explored.inManyOrders(pipe(ITEMS + 1));
    Explored.inAllOrders(1, pipe(2));
  }

  @Test
  void noItemIsLostWhoeverIsCancelledWherever() {
    Explored.cancelledEverywhere(pipe(2));
    Explored.cancelledEverywhere(pipe(ITEMS + 1));
  }

  @Test
  void subscribersShareTheItemsOfAChannel() {
    Scenario scenario =
        run -> {
          Channel<Integer> channel = Channel.unbounded();
          List<List<Integer>> got = new ArrayList<>();
          TaskGroup.run(
              group -> {
                Flow.Publisher<Integer> publisher = Flows.publish(group, channel);
                for (int s = 0; s < 2; s++) {
                  FlowReceiver<Integer> receiver = FlowReceiver.create(1);
                  publisher.subscribe(new Watched(run, receiver.subscriber()));
                  List<Integer> mine = new ArrayList<>();
                  got.add(mine);
                  group.launch(() -> receive(receiver, ITEMS + 1, mine));
                }
                for (int i = 0; i < ITEMS; i++) {
                  channel.send(i);
                }
                channel.close();
              });
          assertThat(Explored.concat(got)).containsExactlyInAnyOrder(0, 1, 2, 3);
        };
    Explored.inManyOrders(scenario);
  }

  /**
   * A body that emits, received by a subscriber that wants so many of the items and then leaves.
   */
  private static Scenario generated(int wanted) {
    return run -> {
      FlowReceiver<Integer> receiver = FlowReceiver.create(1);
      Watched watched = new Watched(run, receiver.subscriber());
      List<Integer> emitted = new ArrayList<>();
      List<Integer> got = new ArrayList<>();
      int[] open = {0};
      try {
        TaskGroup.run(
            group -> {
              Flow.Publisher<Integer> publisher =
                  Flows.generate(
                      group,
                      emitter -> {
                        open[0]++;
                        try {
                          for (int i = 0; i < ITEMS; i++) {
                            emitter.emit(i);
                            emitted.add(i);
                            Selvage.sleep(ofSeconds(1));
                          }
                        } finally {
                          open[0]--;
                        }
                      });
              publisher.subscribe(watched);
              group.launch("consumer", () -> receive(receiver, wanted, got)).onEnd(receiver::close);
            });
      } finally {
        receiver.close();
        assertThat(open[0]).as("bodies that have not cleaned up").isZero();
        assertThat(watched.delivered).as("emit returns if and only if").isEqualTo(emitted);
        got.addAll(receiver.drain());
        assertThat(emitted.subList(0, got.size())).isEqualTo(got);
      }
    };
  }

  @Test
  void anItemIsDeliveredIfAndOnlyIfItsEmitReturns() {
    Explored.inManyOrders(generated(2));
    Explored.inManyOrders(generated(ITEMS + 1));
    Explored.inAllOrders(1, generated(2));
    Explored.cancelledEverywhere(generated(2));
    Explored.cancelledEverywhere(generated(ITEMS + 1));
  }

  @Test
  void aSubscriptionThatIsCancelledFromElsewhereNeverInterruptsItsSubscriber() {
    Scenario scenario =
        run -> {
          Flow.Subscription[] subscription = new Flow.Subscription[1];
          Flow.Subscriber<Integer> waits =
              new Flow.Subscriber<>() {
                @Override
                public void onSubscribe(Flow.Subscription from) {
                  subscription[0] = from;
                  from.request(Long.MAX_VALUE);
                }

                @Override
                public void onNext(Integer item) {
                  for (int i = 0; i < 3; i++) {
                    assertThat(Explored.thrownBy(this::checkpoint)).isNull();
                  }
                }

                private Void checkpoint() throws InterruptedException {
                  Selvage.checkpoint();
                  return null;
                }

                @Override
                public void onError(Throwable failure) {}

                @Override
                public void onComplete() {}
              };
          TaskGroup.run(
              group -> {
                Flows.<Integer>generate(
                        group,
                        emitter -> {
                          emitter.emit(1);
                          emitter.emit(2);
                        })
                    .subscribe(waits);
                group.launch("canceller", () -> subscription[0].cancel());
              });
        };
    Explored.inManyOrders(scenario);
    Explored.inAllOrders(2, scenario);
  }
}
