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
import io.selvage.TaskFailedException;
import io.selvage.TaskGroup;
import io.selvage.Threads.Kind;
import io.selvage.Threads.Running;
import io.selvage.observe.Dump;
import io.selvage.sync.Semaphore.Permit;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(LeakCheck.class)
class SemaphoreTest {

  private static void awaitWaiting(Semaphore semaphore, int howMany) {
    awaitCondition(howMany + " wait", () -> semaphore.waiting() == howMany);
  }

  @ParameterizedTest
  @EnumSource
  void atMostAsManyAsAllowedAreInside(Kind kind) throws Exception {
    Semaphore semaphore = new Semaphore(3);
    AtomicInteger inside = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    kind.options()
        .run(
            group -> {
              for (int i = 0; i < 20; i++) {
                group.launch(
                    () -> {
                      try (Permit permit = semaphore.acquire()) {
                        most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                        Selvage.sleep(Duration.ofNanos(1_000));
                        inside.decrementAndGet();
                      }
                    });
              }
            });
    assertThat(most.get()).isBetween(1, 3);
    assertThat(semaphore).hasToString("Semaphore[3 free, 0 waiting]");
  }

  @Test
  void onALoopAsManyAsAllowedAreInside() throws Exception {
    Semaphore semaphore = new Semaphore(3);
    int[] inside = {0, 0};
    runInLoop(
        group -> {
          for (int i = 0; i < 10; i++) {
            group.launch(
                () -> {
                  try (Permit permit = semaphore.acquire()) {
                    inside[0]++;
                    inside[1] = Math.max(inside[1], inside[0]);
                    Selvage.sleep(Duration.ofNanos(1));
                    inside[0]--;
                  }
                });
          }
        });
    assertThat(inside).containsExactly(0, 3);
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, Integer.MIN_VALUE})
  void aNegativeNumberIsRefused(int permits) {
    assertThatThrownBy(() -> new Semaphore(permits))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("permits must be >= 0, was " + permits);
    assertThatThrownBy(() -> new Semaphore(1).add(permits))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("more must be >= 0, was " + permits + "; permits are only added");
  }

  @Test
  void withoutPermitsAllWaitUntilSomeAreAdded() throws Exception {
    Semaphore semaphore = new Semaphore(0);
    assertThat(semaphore.tryAcquire()).isEmpty();
    assertThat(semaphore.acquire(Duration.ofMillis(1))).isEmpty();
    Running<Permit> first = Kind.VIRTUAL.start(semaphore::acquire);
    awaitWaiting(semaphore, 1);
    semaphore.add(0);
    assertThat(semaphore.waiting()).isEqualTo(1);
    semaphore.add(2);
    assertThat(first.get()).hasToString("Permit[held]");
    assertThat(semaphore.available()).isEqualTo(1);
  }

  @Test
  void asManyAsCanBeCountedAreAddedInOneStep() throws Exception {
    Semaphore semaphore = new Semaphore(0);
    Running<Permit> first = Kind.VIRTUAL.start(semaphore::acquire);
    awaitWaiting(semaphore, 1);
    semaphore.add(Integer.MAX_VALUE);
    assertThat(semaphore.available()).isEqualTo(Integer.MAX_VALUE - 1);
    assertThatThrownBy(() -> semaphore.add(2))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("2147483646 free permits and 2 more");
    assertThat(semaphore.available()).isEqualTo(Integer.MAX_VALUE - 1);
    first.get().close();
    assertThat(semaphore.available()).isEqualTo(Integer.MAX_VALUE);
  }

  @Test
  void aPermitThatIsClosedTwiceIsGivenBackOnce() throws Exception {
    Semaphore semaphore = new Semaphore(2);
    Permit permit = semaphore.acquire();
    assertThat(semaphore.available()).isEqualTo(1);
    permit.close();
    permit.close();
    assertThat(permit).hasToString("Permit[closed]");
    assertThat(semaphore.available()).isEqualTo(2);
  }

  @Test
  void aPermitIsHeldFromAcquiringItAndMayBeClosedByAnotherThread() throws Exception {
    Semaphore semaphore = new Semaphore(1);
    Permit permit = Kind.VIRTUAL.call(semaphore::acquire);
    assertThat(semaphore.tryAcquire()).isEmpty();
    Kind.PLATFORM.complete(permit::close);
    assertThat(semaphore.available()).isEqualTo(1);
  }

  @Test
  void aPermitIsGivenBackOnceWhicheverThreadsCloseIt() throws Exception {
    Semaphore semaphore = new Semaphore(3);
    Permit first = semaphore.acquire();
    Permit second = semaphore.acquire();
    Kind.VIRTUAL.complete(first::close);
    first.close();
    assertThat(semaphore.available()).isEqualTo(2);
    second.close();
    Kind.PLATFORM.complete(second::close);
    assertThat(first).hasToString("Permit[closed]");
    assertThat(second).hasToString("Permit[closed]");
    semaphore.acquire().close();
    assertThat(semaphore).hasToString("Semaphore[3 free, 0 waiting]");
  }

  @Test
  void aPermitThatIsClosedSeveralTimesIsHandedOverOnce() throws Exception {
    Semaphore semaphore = new Semaphore(1);
    Permit own = semaphore.acquire();
    Running<Permit> next = Kind.VIRTUAL.start(semaphore::acquire);
    awaitWaiting(semaphore, 1);
    own.close();
    own.close();
    Kind.PLATFORM.complete(own::close);
    Permit handedOver = next.get();
    assertThat(semaphore.available()).isZero();
    handedOver.close();
    assertThat(semaphore).hasToString("Semaphore[1 free, 0 waiting]");
  }

  @Test
  void aPermitThatCannotBeCountedAnyMoreIsRefused() throws Exception {
    Semaphore semaphore = new Semaphore(1);
    Permit permit = semaphore.acquire();
    semaphore.add(Integer.MAX_VALUE);
    assertThatThrownBy(permit::close).isInstanceOf(IllegalStateException.class);
    permit.close();
    assertThat(semaphore.available()).isEqualTo(Integer.MAX_VALUE);
  }

  @Test
  void aPermitIsGivenBackHoweverTheBlockIsLeft() throws Exception {
    Semaphore semaphore = new Semaphore(1);
    assertThatThrownBy(
            () -> {
              try (Permit permit = semaphore.acquire()) {
                throw new IllegalArgumentException("inside");
              }
            })
        .hasMessage("inside");
    assertThatThrownBy(
            () ->
                TaskGroup.run(
                    group -> {
                      group.launch(
                          () -> {
                            try (Permit permit = semaphore.acquire()) {
                              Selvage.sleep(LONG);
                            }
                          });
                      group.fork(
                          () -> {
                            awaitCondition("inside", () -> semaphore.available() == 0);
                            throw new IllegalArgumentException("another task");
                          });
                    }))
        .isInstanceOf(TaskFailedException.class);
    assertThat(semaphore.available()).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource
  void theLongestWaitingThreadIsNext(Kind kind) throws Exception {
    Semaphore semaphore = new Semaphore(1);
    List<Integer> order = Collections.synchronizedList(new ArrayList<>());
    List<Running<Void>> waiters = new ArrayList<>();
    try (Permit permit = semaphore.acquire()) {
      for (int i = 0; i < 4; i++) {
        int number = i;
        waiters.add(
            kind.run(
                () -> {
                  try (Permit next = semaphore.acquire()) {
                    order.add(number);
                  }
                }));
        awaitWaiting(semaphore, i + 1);
      }
    }
    for (Running<Void> waiter : waiters) {
      waiter.get();
    }
    assertThat(order).containsExactly(0, 1, 2, 3);
  }

  @Test
  void aNewcomerBetweenTheReleaseAndTheTurnOfTheWaiterGetsNothing() throws Exception {
    Semaphore semaphore = new Semaphore(1);
    List<String> order = new ArrayList<>();
    runInLoop(
        group -> {
          Permit permit = semaphore.acquire();
          group.launch(
              () -> {
                try (Permit own = semaphore.acquire()) {
                  order.add("waiter");
                }
              });
          while (semaphore.waiting() == 0) {
            Selvage.checkpoint();
          }
          permit.close(); // the waiter has not had its turn yet
          assertThat(semaphore.tryAcquire()).isEmpty();
          assertThat(semaphore.available()).isZero();
          try (Permit own = semaphore.acquire()) {
            order.add("newcomer");
          }
        });
    assertThat(order).containsExactly("waiter", "newcomer");
  }

  @ParameterizedTest
  @EnumSource
  void aThreadThatTimesOutLeavesTheQueueToTheNext(Kind kind) throws Exception {
    Semaphore semaphore = new Semaphore(1);
    Permit permit = semaphore.acquire();
    Running<Optional<Permit>> impatient =
        kind.start(() -> semaphore.acquire(Duration.ofMillis(20)));
    Running<Boolean> cancelled =
        kind.start(() -> CancelScope.moveOnAfter(Duration.ofMillis(20)).run(() -> use(semaphore)));
    awaitCondition("both wait or have gone", () -> impatient.isDone() || semaphore.waiting() > 0);
    Running<Void> patient = kind.run(() -> use(semaphore));
    assertThat(impatient.get()).isEmpty();
    assertThat(cancelled.get()).isFalse();
    awaitWaiting(semaphore, 1);
    permit.close();
    patient.get();
    assertThat(semaphore).hasToString("Semaphore[1 free, 0 waiting]");
  }

  private static void use(Semaphore semaphore) throws InterruptedException {
    semaphore.acquire().close();
  }

  @Test
  void cancelledWaitersDoNotBleedPermits() throws Exception {
    Semaphore semaphore = new Semaphore(2);
    Permit first = semaphore.acquire();
    Permit second = semaphore.acquire();
    CancelScope scope = CancelScope.create();
    List<Running<Boolean>> waiters = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      waiters.add(Kind.VIRTUAL.start(() -> scope.run(() -> use(semaphore))));
    }
    awaitWaiting(semaphore, 3);
    scope.cancel();
    first.close();
    second.close();
    for (Running<Boolean> waiter : waiters) {
      assertThat(waiter.get()).isFalse();
    }
    assertThat(semaphore.tryAcquire()).isPresent();
    assertThat(semaphore.tryAcquire()).isPresent();
    assertThat(semaphore.tryAcquire()).isEmpty();
  }

  @Test
  void aThreadThatWasHandedAPermitHasItAlsoIfItIsCancelled() throws Exception {
    Semaphore semaphore = new Semaphore(1);
    Permit permit = semaphore.acquire();
    CancelScope scope = CancelScope.create();
    TaskGroup.options()
        .withLimit(1) // the waiter gets its turn only when this one waits
        .run(
            group ->
                group.launch(
                    () -> {
                      var waiter =
                          group.fork(
                              () ->
                                  scope.run(
                                      () -> {
                                        try (Permit own = semaphore.acquire()) {
                                          assertThatThrownBy(Selvage::checkpoint)
                                              .isInstanceOf(CancelledException.class);
                                          assertThat(semaphore.available()).isZero();
                                        }
                                      }));
                      while (semaphore.waiting() == 0) {
                        Selvage.checkpoint();
                      }
                      permit.close();
                      scope.cancel();
                      assertThat(waiter.join()).isTrue();
                    }));
    assertThat(semaphore).hasToString("Semaphore[1 free, 0 waiting]");
  }

  @Test
  void aCancelledThreadMayTryAndCloseButNotWait() throws Exception {
    Semaphore semaphore = new Semaphore(1);
    CancelScope scope = CancelScope.create();
    scope.run(
        () -> {
          scope.cancel();
          assertThatThrownBy(semaphore::acquire).isInstanceOf(CancelledException.class);
          assertThatThrownBy(() -> semaphore.acquire(Duration.ZERO))
              .isInstanceOf(CancelledException.class);
          semaphore.tryAcquire().orElseThrow().close();
          semaphore.add(1);
        });
    assertThat(semaphore.available()).isEqualTo(2);
  }

  @Test
  void loopsAndThreadsShareOne() throws Exception {
    Semaphore semaphore = new Semaphore(2);
    AtomicInteger inside = new AtomicInteger();
    AtomicInteger rounds = new AtomicInteger();
    List<Running<Void>> running = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      boolean loop = i % 2 == 0;
      running.add(
          Kind.PLATFORM.run(
              () -> {
                if (loop) {
                  new Loop().run(() -> goInAndOut(semaphore, inside, rounds));
                } else {
                  goInAndOut(semaphore, inside, rounds);
                }
              }));
    }
    for (Running<Void> each : running) {
      each.get();
    }
    assertThat(rounds).hasValue(800);
    assertThat(semaphore).hasToString("Semaphore[2 free, 0 waiting]");
  }

  private static void goInAndOut(Semaphore semaphore, AtomicInteger inside, AtomicInteger rounds)
      throws InterruptedException {
    for (int i = 0; i < 200; i++) {
      try (Permit permit = semaphore.acquire()) {
        assertThat(inside.incrementAndGet()).isLessThanOrEqualTo(2);
        rounds.incrementAndGet();
        inside.decrementAndGet();
      }
    }
  }

  @Test
  void aTimedAcquireChecksItsTimeFirst() {
    Semaphore semaphore = new Semaphore(1);
    assertThatThrownBy(() -> semaphore.acquire(Duration.ofSeconds(-2)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("timeout must be >= 0, was PT-2S");
    assertThat(semaphore.available()).isEqualTo(1);
  }

  @Test
  void aDumpShowsTheThreadsThatWaitForIt() throws Exception {
    Semaphore semaphore = new Semaphore(0);
    TaskGroup.run(
        group -> {
          group.launch("page", () -> semaphore.acquire().close());
          awaitCondition(
              "is shown", () -> Dump.take().toString().contains("Semaphore[0 free, 1 waiting]"));
          assertThat(Dump.take().toString()).contains("page").contains("Semaphore.acquire");
          semaphore.add(1);
        });
  }
}
