package io.selvage;

import static io.selvage.Bodies.sleepThenCleanUp;
import static io.selvage.Threads.LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selvage.sync.Event;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** {@code Tasks.map} and {@code Tasks.mapBlocking}. */
@ExtendWith(LeakCheck.class)
class TasksMapTest {
  private static final List<Integer> MANY = IntStream.range(0, 60).boxed().toList();

  private final List<Object> log = Collections.synchronizedList(new ArrayList<>());
  private final AtomicInteger inFlight = new AtomicInteger();
  private final AtomicInteger most = new AtomicInteger();

  private int doubled(int item) throws InterruptedException {
    most.accumulateAndGet(inFlight.incrementAndGet(), Math::max);
    for (int i = 0; i < item % 3; i++) {
      Selvage.checkpoint();
    }
    inFlight.decrementAndGet();
    return 2 * item;
  }

  private static List<Integer> doubles() {
    return MANY.stream().map(item -> 2 * item).toList();
  }

  @Test
  void resultsAreInTheOrderOfTheItems() throws Exception {
    assertThat(Tasks.map(MANY, this::doubled)).isEqualTo(doubles());
    assertThat(Tasks.map(MANY, 7, this::doubled)).isEqualTo(doubles());
    assertThat(Tasks.map(MANY, 1000, this::doubled)).isEqualTo(doubles());
    assertThat(Tasks.map(List.of(), 3, this::doubled)).isEmpty();
  }

  @Test
  void atMostSoManyAreInFlightAndSoManyReallyAre() throws Exception {
    for (int limit : new int[] {1, 2, 3}) {
      most.set(0);
      new Loop().call(() -> Tasks.map(MANY, limit, this::meeting));
      assertThat(most).hasValue(limit);
    }
  }

  /** Waits in the middle, so that all for which there is room are inside. */
  private int meeting(int item) throws InterruptedException {
    most.accumulateAndGet(inFlight.incrementAndGet(), Math::max);
    for (int i = 0; i < 5; i++) {
      Selvage.checkpoint();
    }
    inFlight.decrementAndGet();
    return item;
  }

  @Test
  void theNextItemIsTakenWhenThereIsRoomForIt() throws Exception {
    Iterator<Integer> numbers = IntStream.iterate(0, i -> i + 1).iterator();
    Iterable<Integer> endless = () -> numbers;
    assertThatThrownBy(
            () ->
                Tasks.map(
                    endless,
                    2,
                    item -> {
                      if (item == 5) {
                        throw new IOException("enough");
                      }
                      if (item > 5) {
                        Selvage.sleep(LONG); // it keeps its place
                      }
                      return item;
                    }))
        .isInstanceOf(TaskFailedException.class)
        .hasMessageContaining("'map/6'")
        .hasRootCauseMessage("enough");
    assertThat(numbers.next()).isLessThanOrEqualTo(7);
  }

  @Test
  void theIteratorIsAskedForMoreWhenThereIsRoom() throws Exception {
    Iterator<Integer> numbers = List.of(0, 1).iterator();
    Iterable<Integer> items =
        () ->
            new Iterator<>() {
              @Override
              public boolean hasNext() {
                log.add("asked");
                return numbers.hasNext();
              }

              @Override
              public Integer next() {
                return numbers.next();
              }
            };
    new Loop().call(() -> Tasks.map(items, 1, item -> log.add(item)));
    assertThat(log).containsExactly("asked", 0, "asked", 1, "asked");
  }

  @Test
  void aFailureCancelsAndJoinsTheOthers() {
    Event inside = new Event();
    assertThatThrownBy(
            () ->
                Tasks.map(
                    List.of(1, 2, 3),
                    2,
                    item -> {
                      if (item == 2) {
                        inside.await();
                        throw new IOException("disk");
                      }
                      try {
                        inside.set();
                        Selvage.sleep(LONG);
                      } finally {
                        log.add("joined " + item);
                      }
                      return item;
                    }))
        .hasRootCauseMessage("disk");
    assertThat(log).containsExactly("joined 1");
  }

  @Test
  void whatTheIteratorThrowsIsThrownAsItIsWhenAllAreJoined() {
    IllegalStateException broken = new IllegalStateException("broken iterator");
    Iterator<Integer> one = List.of(1).iterator();
    Iterable<Integer> items =
        () ->
            new Iterator<>() {
              @Override
              public boolean hasNext() {
                return true;
              }

              @Override
              public Integer next() {
                if (one.hasNext()) {
                  return one.next();
                }
                throw broken;
              }
            };
    assertThatThrownBy(
            () ->
                Tasks.map(
                    items,
                    2,
                    item -> {
                      sleepThenCleanUp(() -> log.add("joined"));
                      return item;
                    }))
        .isSameAs(broken);
    assertThat(log.size()).isLessThanOrEqualTo(1); // it may have been cancelled before it began
  }

  @Test
  void aLimitBelowOneIsRefused() {
    assertThatThrownBy(() -> Tasks.map(List.of(1), 0, item -> item))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("limit of calls at a time must be >= 1, was 0");
    assertThatThrownBy(() -> Tasks.mapBlocking(List.of(1), -1, item -> item))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void blockingCallsRunOnPlatformThreadsAndTheLoopGoesOn() throws Exception {
    Loop loop = new Loop();
    CountDownLatch free = new CountDownLatch(1);
    loop.run(
        () -> {
          loop.launch(free::countDown);
          List<Boolean> platform =
              Tasks.mapBlocking(
                  List.of(1, 2, 3),
                  2,
                  item -> {
                    most.accumulateAndGet(inFlight.incrementAndGet(), Math::max);
                    free.await();
                    inFlight.decrementAndGet();
                    return !Thread.currentThread().isVirtual();
                  });
          assertThat(platform).containsExactly(true, true, true);
        });
    assertThat(most.get()).isBetween(1, 2);
  }

  @Test
  void aBlockingCallThatFailsInterruptsTheOthers() {
    CountDownLatch inside = new CountDownLatch(1);
    assertThatThrownBy(
            () ->
                Tasks.mapBlocking(
                    List.of(1, 2),
                    2,
                    item -> {
                      if (item == 2) {
                        inside.await();
                        throw new IOException("disk");
                      }
                      inside.countDown();
                      Threads.blockInForeignCode();
                      return item;
                    }))
        .isInstanceOf(TaskFailedException.class)
        .hasRootCauseMessage("disk");
  }

  @Test
  void ifAllHaveComeToTheirEndTheResultStandsThoughTheCallerIsCancelled() throws Exception {
    for (int limit = 1; limit <= 3; limit++) {
      int places = limit;
      CancelScope scope = CancelScope.create();
      CountDownLatch begun = new CountDownLatch(1);
      List<Object> results = new ArrayList<>();
      boolean completed =
          scope.run(
              () -> {
                results.addAll(
                    Tasks.map(
                        List.of(1, 2),
                        places,
                        item -> {
                          if (item == 1) {
                            begun.countDown();
                          } else {
                            Threads.await(begun); // otherwise it would never begin
                            scope.cancel("enough");
                          }
                          return item;
                        }));
                Selvage.checkpoint();
              });
      assertThat(results).as("limit " + limit).containsExactly(1, 2);
      assertThat(completed).isFalse();
    }
  }
}
