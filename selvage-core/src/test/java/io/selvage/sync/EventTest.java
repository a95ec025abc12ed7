package io.selvage.sync;

import static io.selvage.Bodies.runInLoop;
import static io.selvage.Threads.LONG;
import static io.selvage.Threads.awaitCondition;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selvage.CancelScope;
import io.selvage.CancelledException;
import io.selvage.LeakCheck;
import io.selvage.Loop;
import io.selvage.Selvage;
import io.selvage.TaskGroup;
import io.selvage.Threads;
import io.selvage.Threads.Kind;
import io.selvage.Threads.Running;
import io.selvage.observe.Dump;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@ExtendWith(LeakCheck.class)
class EventTest {
  private final Event event = new Event();

  private void awaitWaiting(int howMany) {
    awaitCondition(howMany + " wait", () -> event.waiting() == howMany);
  }

  @Test
  void isNotSetAtFirst() {
    assertThat(event.isSet()).isFalse();
    assertThat(event).hasToString("Event[not set, 0 waiting]");
  }

  @Test
  void setAndClearSayWhetherTheyChangedIt() {
    assertThat(event.clear()).isFalse();
    assertThat(event.set()).isTrue();
    assertThat(event.set()).isFalse();
    assertThat(event.isSet()).isTrue();
    assertThat(event).hasToString("Event[set]");
    assertThat(event.clear()).isTrue();
    assertThat(event.clear()).isFalse();
    assertThat(event.isSet()).isFalse();
    assertThat(event.set()).isTrue();
  }

  @ParameterizedTest
  @EnumSource
  void oneSetReleasesAllWaiters(Kind kind) throws Exception {
    List<Running<Boolean>> waiters = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      waiters.add(kind.start(() -> event.await(LONG)));
    }
    Running<Void> untimed = kind.run(event::await);
    awaitWaiting(5);
    event.set();
    for (Running<Boolean> waiter : waiters) {
      assertThat(waiter.get()).isTrue();
    }
    untimed.get();
    assertThat(event.waiting()).isZero();
  }

  @Test
  void anEventThatIsSetIsNotWaitedFor() throws Exception {
    event.set();
    event.await();
    event.await();
    assertThat(event.await(Duration.ZERO)).isTrue();
    assertThat(event.await(LONG)).isTrue();
  }

  @Test
  void aCancelledThreadIsToldSoAlsoIfItIsSet() throws Exception {
    event.set();
    CancelScope scope = CancelScope.create();
    scope.run(
        () -> {
          scope.cancel();
          assertThatThrownBy(event::await).isInstanceOf(CancelledException.class);
          assertThatThrownBy(() -> event.await(Duration.ZERO))
              .isInstanceOf(CancelledException.class);
          assertThat(event.clear()).isTrue(); // these never throw for it
          assertThat(event.set()).isTrue();
        });
  }

  @Test
  void aTimedWaitSaysWhetherItWasSet() throws Exception {
    assertThat(event.await(Duration.ZERO)).isFalse();
    assertThat(event.await(Duration.ofMillis(1))).isFalse();
    assertThat(event.waiting()).isZero();
    event.set();
    assertThat(event.await(Duration.ofMillis(1))).isTrue();
    assertThatThrownBy(() -> event.await(Duration.ofSeconds(-1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("timeout must be >= 0, was PT-1S");
  }

  @Test
  void aTimeoutOfAnEndlessWaitWithdrawsIt() throws Exception {
    boolean completed = CancelScope.moveOnAfter(Duration.ofMillis(1)).run(() -> event.await());
    assertThat(completed).isFalse();
    assertThat(event.waiting()).isZero();
  }

  @ParameterizedTest
  @EnumSource
  void aCancelledWaiterLeavesNothingBehind(Kind kind) throws Exception {
    CancelScope scope = CancelScope.create();
    Running<Boolean> gone = kind.start(() -> scope.run(event::await));
    Running<Void> stays = kind.run(event::await);
    awaitWaiting(2);
    scope.cancel();
    assertThat(gone.get()).isFalse();
    assertThat(event.waiting()).isEqualTo(1);
    event.set();
    stays.get();
  }

  @Test
  void aWaiterAtASetIsReleasedAlsoIfAClearFollows() throws Exception {
    List<Integer> order = new ArrayList<>();
    new Loop()
        .run(
            () -> {
              TaskGroup.run(
                  group -> {
                    for (int i = 0; i < 2; i++) {
                      group.launch(
                          () -> {
                            event.await();
                            assertThat(event.isSet()).isFalse();
                            order.add(2);
                          });
                    }
                    while (event.waiting() < 2) {
                      Selvage.checkpoint();
                    }
                    order.add(1);
                    event.set();
                    event.clear();
                  });
              order.add(3);
            });
    assertThat(order).containsExactly(1, 2, 2, 3);
    assertThat(event.await(Duration.ZERO)).isFalse();
  }

  @Test
  void eachWaitIsOneOfItsOwn() throws Exception {
    for (int round = 0; round < 3; round++) {
      Running<Void> waiter = Kind.VIRTUAL.run(event::await);
      awaitWaiting(1);
      event.set();
      waiter.get();
      event.clear();
    }
  }

  @ParameterizedTest
  @EnumSource
  void exactlyOneOfAHundredThreadsThatSetItAtOnceChangesIt(Kind kind) throws Exception {
    Running<Void> waiter = Kind.VIRTUAL.run(event::await);
    awaitWaiting(1);
    CountDownLatch go = new CountDownLatch(1);
    AtomicInteger changed = new AtomicInteger();
    List<Running<Void>> setters = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      setters.add(
          kind.run(
              () -> {
                Threads.await(go);
                if (event.set()) {
                  changed.incrementAndGet();
                }
              }));
    }
    go.countDown();
    for (Running<Void> setter : setters) {
      setter.get();
    }
    waiter.get();
    assertThat(changed).hasValue(1);
  }

  @Test
  void aThousandWaitersAreAllReleased() throws Exception {
    AtomicInteger released = new AtomicInteger();
    TaskGroup.run(
        group -> {
          for (int i = 0; i < 1_000; i++) {
            group.launch(
                () -> {
                  event.await();
                  released.incrementAndGet();
                });
          }
          awaitWaiting(1_000);
          event.set();
        });
    assertThat(released).hasValue(1_000);
  }

  @Test
  void oneEventReleasesTasksOfSeveralLoopsAndThreads() throws Exception {
    List<Running<Boolean>> loops = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      loops.add(
          Kind.PLATFORM.start(
              () -> {
                return new Loop().call(() -> event.await(LONG));
              }));
    }
    Running<Void> thread = Kind.VIRTUAL.run(event::await);
    awaitWaiting(4);
    Kind.PLATFORM.complete(event::set);
    for (Running<Boolean> loop : loops) {
      assertThat(loop.get()).isTrue();
    }
    thread.get();
  }

  @Test
  void aLoopWhoseOnlyTasksWaitIsWokenFromOutside() throws Exception {
    Event never = new Event();
    Running<List<Boolean>> loop =
        Kind.PLATFORM.start(
            () ->
                new Loop()
                    .call(
                        () -> {
                          boolean first = never.await(Duration.ZERO);
                          return List.of(first, event.await(LONG));
                        }));
    awaitWaiting(1);
    event.set();
    assertThat(loop.get()).containsExactly(false, true);
  }

  @Test
  void aWaitOfZeroLetsTheOthersOfItsLoopRun() throws Exception {
    List<String> order = new ArrayList<>();
    runInLoop(
        group -> {
          group.fork(() -> order.add("other"));
          assertThat(event.await(Duration.ZERO)).isFalse();
          order.add("main");
        });
    assertThat(order).containsExactly("other", "main");
  }

  @ParameterizedTest
  @EnumSource(SetAndTimeout.class)
  void aWaitThatTimedOutAndASetCountOnce(SetAndTimeout order) throws Exception {
    Event other = new Event();
    TaskGroup.run(
        group -> {
          var waiting = group.fork(() -> other.await(LONG));
          if (order == SetAndTimeout.SET_FIRST) {
            event.set();
          }
          assertThat(event.await(Duration.ZERO)).isEqualTo(order == SetAndTimeout.SET_FIRST);
          switch (order) {
            case SET_FIRST, NEVER_SET -> {}
            case SET_LATER -> event.set();
            case CLEARED_LATER -> event.clear();
            case CLEARED_AND_SET_LATER -> {
              event.clear();
              event.set();
            }
          }
          assertThat(event.waiting()).isZero();
          assertThat(waiting.isDone()).isFalse(); // it was not this one
          other.set();
          assertThat(waiting.join()).isTrue();
        });
  }

  enum SetAndTimeout {
    NEVER_SET,
    SET_FIRST,
    SET_LATER,
    CLEARED_LATER,
    CLEARED_AND_SET_LATER
  }

  /** A semaphore as a user builds one from an event, on a loop. */
  private static final class OfEvents {
    private final Event free = new Event();
    private int permits;

    OfEvents(int permits) {
      this.permits = permits;
      free.set();
    }

    void acquire() throws InterruptedException {
      while (permits == 0) {
        free.clear();
        free.await();
      }
      permits--;
    }

    void release() {
      permits++;
      free.set();
    }
  }

  @Test
  void usersCanBuildASemaphoreOfIt() throws Exception {
    OfEvents semaphore = new OfEvents(2);
    int[] inside = {0, 0};
    runInLoop(
        group -> {
          for (int i = 0; i < 50; i++) {
            group.launch(
                () -> {
                  semaphore.acquire();
                  inside[0]++;
                  inside[1] = Math.max(inside[1], inside[0]);
                  Selvage.sleep(Duration.ofNanos(1));
                  inside[0]--;
                  semaphore.release();
                });
          }
        });
    assertThat(inside).containsExactly(0, 2);
  }

  @Test
  void aDumpShowsTheThreadsThatWaitForIt() throws Exception {
    TaskGroup.run(
        group -> {
          group.launch("client", () -> event.await());
          awaitWaiting(1);
          awaitCondition(
              "is shown", () -> Dump.take().toString().contains("Event[not set, 1 waiting]"));
          assertThat(Dump.take().toString()).contains("client").contains("Event.await");
          event.set();
        });
  }
}
