package io.selvage.service;

import static io.selvage.Threads.awaitCondition;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selvage.CancelScope;
import io.selvage.CancelledException;
import io.selvage.LeakCheck;
import io.selvage.Threads.Kind;
import io.selvage.Threads.Running;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@ExtendWith(LeakCheck.class)
final class WorkTrackerTest {
  private final WorkTracker tracker = new WorkTracker();

  @Test
  void addAndDoneCountAndTellBusyFromIdle() {
    assertThat(tracker.isBusy()).isFalse();
    tracker.add();
    tracker.add();
    assertThat(tracker.count()).isEqualTo(2);
    tracker.done();
    assertThat(tracker.isBusy()).isTrue();
    tracker.done();
    assertThat(tracker.isBusy()).isFalse();
    assertThat(tracker.count()).isZero();
    assertThat(tracker).hasToString("WorkTracker[0 in progress]");
  }

  @Test
  void trackedBlocksNestAndEndHoweverTheyAreLeft() {
    try (WorkTracker.Work outer = tracker.track()) {
      try (WorkTracker.Work inner = tracker.track()) {
        assertThat(tracker.count()).isEqualTo(2);
        throw new IllegalArgumentException("left early");
      } catch (IllegalArgumentException e) {
        assertThat(tracker.count()).isEqualTo(1);
      }
    }
    assertThat(tracker.isBusy()).isFalse();
  }

  @Test
  void closingTrackedWorkTwiceCountsOnce() {
    tracker.add();
    WorkTracker.Work work = tracker.track();
    work.close();
    work.close();
    assertThat(tracker.count()).isEqualTo(1);
  }

  @Test
  void doneWithoutAddIsRefused() {
    assertThatThrownBy(tracker::done)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("done was called more often than add");
    assertThat(tracker.count()).isZero();
    tracker.add();
    assertThat(tracker.count()).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource
  void anyThreadCanWaitForWorkToStart(Kind kind) throws Exception {
    Running<Boolean> timed = kind.start(() -> tracker.awaitBusy(Duration.ofSeconds(10)));
    Running<Boolean> untimed =
        kind.start(
            () -> {
              tracker.awaitBusy();
              return true;
            });
    awaitCondition("both wait", () -> tracker.waiting() == 2);
    tracker.add();
    assertThat(timed.get()).isTrue();
    assertThat(untimed.get()).isTrue();
    assertThat(tracker.awaitBusy(Duration.ZERO)).isTrue();
  }

  @ParameterizedTest
  @EnumSource
  void anyThreadCanWaitForTheLastWorkToEnd(Kind kind) throws Exception {
    tracker.add();
    tracker.add();
    Running<Boolean> timed = kind.start(() -> tracker.awaitIdle(Duration.ofSeconds(10)));
    Running<Boolean> untimed =
        kind.start(
            () -> {
              tracker.awaitIdle();
              return true;
            });
    awaitCondition("both wait", () -> tracker.waiting() == 2);
    tracker.done();
    assertThat(tracker.waiting()).isEqualTo(2);
    tracker.done();
    assertThat(timed.get()).isTrue();
    assertThat(untimed.get()).isTrue();
    assertThat(tracker.awaitIdle(Duration.ZERO)).isTrue();
  }

  @Test
  void aWaiterReturnsEvenIfTheStateHasChangedAgain() throws Exception {
    Running<Boolean> waiter = Kind.VIRTUAL.start(() -> tracker.awaitBusy(Duration.ofSeconds(9)));
    awaitCondition("it waits", () -> tracker.waiting() == 1);
    tracker.add();
    tracker.done();
    assertThat(waiter.get()).isTrue();
  }

  @Test
  void waitsThatTimeOutLeaveNothingBehind() throws Exception {
    assertThat(tracker.awaitBusy(Duration.ofMillis(1))).isFalse();
    tracker.add();
    assertThat(tracker.awaitIdle(Duration.ofMillis(1))).isFalse();
    assertThat(tracker.waiting()).isZero();
    assertThatThrownBy(() -> tracker.awaitIdle(Duration.ofSeconds(-1)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @EnumSource
  void cancelledWaitsLeaveNothingBehind(Kind kind) throws Exception {
    CancelScope around = CancelScope.create();
    Running<Boolean> waiter = kind.start(() -> around.run(tracker::awaitBusy));
    awaitCondition("it waits", () -> tracker.waiting() == 1);
    around.cancel();
    assertThat(waiter.get()).isFalse();
    assertThat(tracker.waiting()).isZero();
    around.run(
        () -> assertThatThrownBy(() -> tracker.awaitIdle()).isInstanceOf(CancelledException.class));
  }

  @Test
  void manyThreadsCountExactly() throws Exception {
    List<Running<Void>> workers = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      workers.add(
          Kind.VIRTUAL.start(
              () -> {
                for (int j = 0; j < 1_000; j++) {
                  try (WorkTracker.Work work = tracker.track()) {
                    assertThat(tracker.isBusy()).isTrue();
                  }
                }
                return null;
              }));
    }
    for (Running<Void> worker : workers) {
      worker.get();
    }
    assertThat(tracker.count()).isZero();
    assertThat(tracker.awaitIdle(Duration.ZERO)).isTrue();
  }
}
