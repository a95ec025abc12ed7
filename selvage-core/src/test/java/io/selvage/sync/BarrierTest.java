package io.selvage.sync;

import static io.selvage.Bodies.runInLoop;
import static io.selvage.Threads.LONG;
import static io.selvage.Threads.awaitCondition;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selvage.CancelScope;
import io.selvage.CancelledException;
import io.selvage.LeakCheck;
import io.selvage.Selvage;
import io.selvage.Task;
import io.selvage.TaskGroup;
import io.selvage.Threads.Kind;
import io.selvage.Threads.Running;
import io.selvage.observe.Dump;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(LeakCheck.class)
class BarrierTest {
  private final Barrier barrier = new Barrier(3);

  /** Starts a thread that arrives, and waits until it is counted. */
  private Running<Integer> arrives(Kind kind) {
    int before = barrier.value();
    Running<Integer> running = kind.start(() -> barrier.await());
    awaitCondition("arrives", () -> barrier.value() == before + 1);
    return running;
  }

  @ParameterizedTest
  @EnumSource
  void noThreadPassesBeforeAllHaveArrived(Kind kind) throws Exception {
    AtomicInteger arrived = new AtomicInteger();
    List<Running<Integer>> parties = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      parties.add(
          kind.start(
              () -> {
                arrived.incrementAndGet();
                int place = barrier.await();
                assertThat(arrived).hasValue(3);
                return place;
              }));
    }
    List<Integer> places = new ArrayList<>();
    for (Running<Integer> party : parties) {
      places.add(party.get());
    }
    assertThat(places).containsExactlyInAnyOrder(0, 1, 2);
    assertThat(barrier.value()).isEqualTo(3);
  }

  @Test
  void onALoopNoTaskPassesBeforeAllHaveArrived() throws Exception {
    List<String> order = new ArrayList<>();
    runInLoop(
        group -> {
          for (int i = 0; i < 3; i++) {
            group.launch(
                () -> {
                  order.add("arrives");
                  order.add("passes " + barrier.await());
                });
          }
        });
    assertThat(order.subList(0, 3)).containsOnly("arrives");
    assertThat(order.subList(3, 6)).containsExactlyInAnyOrder("passes 0", "passes 1", "passes 2");
  }

  @Test
  void placesAreGivenInTheOrderOfArrival() throws Exception {
    Running<Integer> first = arrives(Kind.VIRTUAL);
    Running<Integer> second = arrives(Kind.PLATFORM);
    assertThat(barrier).hasToString("Barrier[2 of 3 have arrived]");
    assertThat(barrier.await()).isEqualTo(2);
    assertThat(first.get()).isZero();
    assertThat(second.get()).isEqualTo(1);
  }

  @Test
  void aLaterThreadPassesAtOnce() throws Exception {
    Barrier two = new Barrier(2);
    Running<Integer> first = Kind.VIRTUAL.start(() -> two.await());
    awaitCondition("arrives", () -> two.value() == 1);
    assertThat(two.await()).isEqualTo(1);
    assertThat(first.get()).isZero();
    assertThat(two.await()).isEqualTo(2);
    assertThat(two.await(Duration.ZERO)).hasValue(3);
    assertThat(two.value()).isEqualTo(4);
    assertThat(two).hasToString("Barrier[4 of 2 have arrived]");
  }

  @Test
  void oneIsNeverHeldUp() throws Exception {
    Barrier one = new Barrier(1);
    assertThat(one.value()).isZero();
    assertThat(one.await()).isZero();
    assertThat(one.await()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, -1})
  void lessThanOneIsRefused(int parties) {
    assertThatThrownBy(() -> new Barrier(parties))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("parties must be >= 1, was " + parties);
  }

  @ParameterizedTest
  @EnumSource
  void aCancelledThreadHasNotArrivedAndThoseBehindItMoveUp(Kind kind) throws Exception {
    CancelScope scope = CancelScope.create();
    Running<Boolean> gone = kind.start(() -> scope.run(barrier::await));
    awaitCondition("arrives", () -> barrier.value() == 1);
    Running<Integer> second = arrives(kind);
    scope.cancel();
    assertThat(gone.get()).isFalse();
    assertThat(barrier.value()).isEqualTo(1);
    Running<Integer> third = arrives(kind);
    assertThat(barrier.await(LONG)).hasValue(2);
    assertThat(second.get()).isZero();
    assertThat(third.get()).isEqualTo(1);
  }

  @Test
  void aThreadThatIsOutOfTimeHasNotArrived() throws Exception {
    assertThat(barrier.await(Duration.ZERO)).isEmpty();
    assertThat(barrier.await(Duration.ofMillis(1))).isEmpty();
    assertThat(barrier.value()).isZero();
    assertThatThrownBy(() -> barrier.await(Duration.ofSeconds(-1)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(barrier.value()).isZero();
  }

  @Test
  void aCancelledThreadDoesNotArrive() throws Exception {
    Barrier one = new Barrier(1);
    CancelScope scope = CancelScope.create();
    scope.run(
        () -> {
          scope.cancel();
          assertThatThrownBy(one::await).isInstanceOf(CancelledException.class);
        });
    assertThat(one.value()).isZero();
  }

  @Test
  void aThreadCancelledAfterTheBarrierOpenedPassesAndIsToldByItsNextOperation() throws Exception {
    Barrier two = new Barrier(2);
    CancelScope scope = CancelScope.create();
    List<Object> seen = new ArrayList<>();
    runInLoop(
        group -> {
          Task<Boolean> cancelled =
              group.fork(
                  () ->
                      scope.run(
                          () -> {
                            seen.add(two.await());
                            Selvage.checkpoint();
                            seen.add("not told");
                          }));
          while (two.value() == 0) {
            Selvage.checkpoint();
          }
          scope.cancel(); // it has no turn to leave
          OptionalInt own = two.await(LONG);
          assertThat(own).hasValue(1);
          assertThat(cancelled.join()).isFalse();
        });
    assertThat(seen).containsExactly(0);
    assertThat(two.value()).isEqualTo(2);
  }

  @Test
  void aDumpShowsTheThreadsThatWaitForIt() throws Exception {
    TaskGroup.run(
        group -> {
          group.fork("worker", () -> barrier.await());
          awaitCondition(
              "is shown", () -> Dump.take().toString().contains("Barrier[1 of 3 have arrived]"));
          assertThat(Dump.take().toString()).contains("worker").contains("Barrier.await");
          group.fork(() -> barrier.await());
          barrier.await();
        });
  }

  @Test
  void anArrivalWithoutWaitingCountsAndOpensTheBarrier() throws Exception {
    assertThat(barrier.arrive()).isFalse();
    Running<Integer> waiting = Kind.VIRTUAL.start(barrier::await);
    awaitCondition("it waits", () -> barrier.value() == 2);
    assertThat(barrier.arrive()).isTrue();
    assertThat(waiting.get()).isZero();
    assertThat(barrier.value()).isEqualTo(3);
    assertThat(barrier.arrive()).isTrue();
    assertThat(barrier.await()).isEqualTo(4);
  }

  @Test
  void aWaitingThreadMayBeTheLastOfThreeOfWhichTwoDidNotWait() throws Exception {
    barrier.arrive();
    barrier.arrive();
    assertThat(barrier.await()).isEqualTo(2);
    assertThat(barrier.value()).isEqualTo(3);
  }

  @Test
  void anArrivalWithoutWaitingIsNotWithdrawnByACancel() throws Exception {
    CancelScope scope = CancelScope.create();
    scope.run(
        () -> {
          scope.cancel("no longer wanted");
          barrier.arrive();
        });
    assertThat(barrier.value()).isEqualTo(1);
  }
}
