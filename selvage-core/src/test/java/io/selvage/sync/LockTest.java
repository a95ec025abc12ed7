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
import io.selvage.Tasks;
import io.selvage.Threads.Kind;
import io.selvage.Threads.Running;
import io.selvage.observe.Dump;
import io.selvage.sync.Lock.Guard;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@ExtendWith(LeakCheck.class)
class LockTest {
  private final Lock lock = new Lock();
  private int counter; // guarded by lock

  private void awaitWaiting(int howMany) {
    awaitCondition(howMany + " wait", () -> lock.waiting() == howMany);
  }

  private void countUp() throws InterruptedException {
    try (Guard guard = lock.acquire()) {
      int now = counter;
      Selvage.checkpoint();
      counter = now + 1;
    }
  }

  @ParameterizedTest
  @EnumSource
  void oneAtATimeIsInside(Kind kind) throws Exception {
    kind.options()
        .run(
            group -> {
              for (int i = 0; i < 50; i++) {
                group.launch(this::countUp);
              }
            });
    assertThat(counter).isEqualTo(50);
    assertThat(lock).hasToString("Lock[free]");
  }

  @Test
  void loopsAndThreadsShareOne() throws Exception {
    List<Running<Void>> running = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      running.add(
          Kind.PLATFORM.run(
              () ->
                  runInLoop(
                      group -> {
                        for (int j = 0; j < 20; j++) {
                          group.launch(this::countUp);
                        }
                      })));
      running.add(Kind.PLATFORM.run(this::countUp));
    }
    for (Running<Void> each : running) {
      each.get();
    }
    assertThat(counter).isEqualTo(63);
  }

  @ParameterizedTest
  @EnumSource
  void theLongestWaitingThreadIsNextAndNoOtherGetsPastIt(Kind kind) throws Exception {
    List<Integer> order = Collections.synchronizedList(new ArrayList<>());
    List<Running<Void>> waiters = new ArrayList<>();
    Guard guard = lock.acquire();
    for (int i = 0; i < 4; i++) {
      int number = i;
      waiters.add(
          kind.run(
              () -> {
                try (Guard own = lock.acquire()) {
                  assertThat(lock.isLocked()).isTrue();
                  order.add(number);
                }
              }));
      awaitWaiting(i + 1);
    }
    assertThat(lock.tryAcquire()).isEmpty();
    guard.close();
    for (Running<Void> waiter : waiters) {
      waiter.get();
    }
    assertThat(order).containsExactly(0, 1, 2, 3);
    assertThat(lock.isLocked()).isFalse();
  }

  @Test
  void aGuardThatIsClosedTwiceReleasesOnce() throws Exception {
    Guard guard = lock.acquire();
    assertThat(guard.toString()).startsWith("Guard[Lock[held by ");
    guard.close();
    Guard second = lock.acquire();
    guard.close();
    assertThat(guard).hasToString("Guard[closed]");
    assertThat(lock.isLocked()).isTrue();
    assertThat(lock.tryAcquire()).isEmpty();
    second.close();
    assertThat(lock.isLocked()).isFalse();
  }

  @Test
  void aThreadThatAcquiresItTwiceIsToldInsteadOfWaitingForItself() throws Exception {
    Guard guard = lock.acquire();
    assertThatThrownBy(lock::acquire)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageStartingWith("Lock.acquire called by Thread[")
        .hasMessageContaining(Thread.currentThread().getName())
        .hasMessageContaining("holds this lock and would wait for itself")
        .hasMessageContaining("close its guard first");
    assertThatThrownBy(() -> lock.acquire(LONG)).isInstanceOf(IllegalStateException.class);
    assertThat(lock.tryAcquire()).isEmpty();
    assertThat(lock.waiting()).isZero();
    guard.close();
    lock.acquire().close();
    lock.tryAcquire().orElseThrow().close();
    lock.acquire(LONG).orElseThrow().close();
  }

  @Test
  void theOneTaskIsToldWhileOthersMayWait() throws Exception {
    TaskGroup.run(
        group -> {
          Task<Void> holder =
              group.fork(
                  "holder",
                  () -> {
                    try (Guard guard = lock.acquire()) {
                      awaitWaiting(1);
                      assertThat(lock).hasToString("Lock[held by group/holder, 1 waiting]");
                      assertThatThrownBy(lock::acquire)
                          .isInstanceOf(IllegalStateException.class)
                          .hasMessageContaining("group/holder");
                    }
                    return null;
                  });
          awaitCondition("is held", lock::isLocked);
          lock.acquire().close();
          holder.join();
        });
  }

  @Test
  void aGuardMayBeClosedByAnotherThread() throws Exception {
    Guard guard = lock.acquire();
    Kind.VIRTUAL.complete(guard::close);
    assertThat(lock.isLocked()).isFalse();
    lock.acquire().close();
  }

  @Test
  void aGuardThatAnotherThreadHasClosedDoesNothingToTheNextHolder() throws Exception {
    Guard first = lock.acquire();
    Kind.VIRTUAL.complete(first::close);
    Guard second = lock.acquire();
    first.close();
    Kind.PLATFORM.complete(first::close);
    assertThat(lock.isLocked()).isTrue();
    assertThatThrownBy(lock::acquire).isInstanceOf(IllegalStateException.class);
    second.close();
    assertThat(lock).hasToString("Lock[free]");
  }

  @Test
  void aClosedGuardIsNotHandedOver() throws Exception {
    Guard first = lock.acquire();
    first.close();
    Guard second = lock.acquire();
    first.handOver();
    assertThatThrownBy(lock::acquire).isInstanceOf(IllegalStateException.class);
    second.close();
  }

  @Test
  void aHolderWithoutANameIsShownByItsNumber() throws Exception {
    List<Thread> threads = List.of(Thread.ofVirtual().unstarted(this::show), unnamedPlatform());
    for (Thread thread : threads) {
      thread.start();
      thread.join();
    }
    assertThat(shown)
        .containsExactly(
            "Lock[held by unnamed virtual thread #" + threads.get(0).threadId() + ", 0 waiting]",
            "Lock[held by unnamed platform thread #" + threads.get(1).threadId() + ", 0 waiting]");
  }

  private final List<String> shown = Collections.synchronizedList(new ArrayList<>());

  private Thread unnamedPlatform() {
    return Thread.ofPlatform().name("").unstarted(this::show);
  }

  private void show() {
    try (Guard guard = lock.tryAcquire().orElseThrow()) {
      shown.add(lock.toString());
    }
  }

  @Test
  void aThreadThatHandsItsGuardOverMayWaitForTheLock() throws Exception {
    Guard guard = lock.acquire().handOver();
    assertThat(lock).hasToString("Lock[held, handed over, 0 waiting]");
    Running<Void> other =
        Kind.VIRTUAL.run(
            () -> {
              try (guard) {
                awaitWaiting(1);
              }
            });
    try (Guard again = lock.acquire()) {
      assertThat(lock.isLocked()).isTrue();
      assertThatThrownBy(lock::acquire).isInstanceOf(IllegalStateException.class);
    }
    other.get();
  }

  @Test
  void aTimedAcquireSaysWhetherItHasTheLock() throws Exception {
    Optional<Guard> guard = Kind.VIRTUAL.call(() -> lock.acquire(Duration.ZERO));
    assertThat(guard).isPresent();
    assertThat(lock.acquire(Duration.ZERO)).isEmpty();
    assertThat(lock.acquire(Duration.ofMillis(1))).isEmpty();
    assertThat(lock.waiting()).isZero();
    guard.get().close();
    assertThatThrownBy(() -> lock.acquire(Duration.ofSeconds(-1)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(lock.isLocked()).isFalse();
  }

  @ParameterizedTest
  @EnumSource
  void aCancelledWaiterDoesNotWedgeIt(Kind kind) throws Exception {
    CancelScope scope = CancelScope.create();
    Guard guard = lock.acquire();
    Running<Boolean> gone = kind.start(() -> scope.run(this::countUp));
    awaitWaiting(1);
    Running<Void> next = kind.run(this::countUp);
    awaitWaiting(2);
    scope.cancel();
    assertThat(gone.get()).isFalse();
    guard.close();
    next.get();
    assertThat(counter).isEqualTo(1);
    assertThat(lock).hasToString("Lock[free]");
  }

  @Test
  void aCancelledThreadMayTryAndCloseButNotWait() throws Exception {
    CancelScope scope = CancelScope.create();
    scope.run(
        () -> {
          scope.cancel();
          assertThatThrownBy(lock::acquire).isInstanceOf(CancelledException.class);
          lock.tryAcquire().orElseThrow().close();
        });
    assertThat(lock.isLocked()).isFalse();
  }

  @Test
  void aDumpShowsWhichThreadWaitsForWhich() throws Exception {
    TaskGroup.run(
        group -> {
          Guard guard = lock.acquire();
          group.launch("second", this::countUp);
          String shown = "Lock[held by " + Thread.currentThread().getName() + ", 1 waiting]";
          awaitCondition("is shown", () -> Dump.take().toString().contains(shown));
          assertThat(Dump.take().toString()).contains("second").contains("Lock.acquire");
          guard.close();
        });
  }

  @Test
  void aLaterCallOfAPoolDoesNotHoldWhatTheCallBeforeLeftLocked() throws Exception {
    Lock lock = new Lock();
    try (Lock.Guard unused = Selvage.callBlocking(() -> lock.acquire())) {
      List<Boolean> acquired =
          Tasks.mapBlocking(
              List.of(1, 2, 3, 4), 4, item -> lock.acquire(Duration.ofMillis(5)).isPresent());
      assertThat(acquired).containsOnly(false);
    }
    assertThat(lock.isLocked()).isFalse();
  }
}
