package io.selvage.kernel.jvm;

import static io.selvage.Bodies.failWith;
import static io.selvage.Threads.awaitCondition;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selvage.LeakCheck;
import io.selvage.Threads;
import io.selvage.kernel.Log;
import io.selvage.kernel.support.Durations;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(LeakCheck.class)
class TimersTest {
  private static final long FAR = Durations.MAX.toNanos();

  private final Timers timers =
      new Timers(TimeUnit.SECONDS.toNanos(5), Daemons.named("selvage-timer-test"), Log::error);

  private static long in(long nanos) {
    return System.nanoTime() + nanos;
  }

  /** Lets one action run, and waits until the timer thread sleeps with nothing to do. */
  private void letTheThreadFallAsleep() {
    List<Thread> thread = Collections.synchronizedList(new ArrayList<>());
    timers.callAt(in(0), () -> thread.add(Thread.currentThread()));
    awaitCondition("the action runs", () -> !thread.isEmpty());
    Threads.awaitBlocked(thread.getFirst());
  }

  @Test
  void actionsRunInTheOrderOfTheirDeadlines() {
    List<Integer> order = Collections.synchronizedList(new ArrayList<>());
    CountDownLatch allArmed = new CountDownLatch(1);
    timers.callAt(in(0), () -> Threads.await(allArmed));
    long base = in(3_000_000);
    for (int i : new int[] {5, 1, 4, 0, 3, 2}) {
      timers.callAt(base + i * 10_000L, () -> order.add(i));
    }
    allArmed.countDown();
    awaitCondition("all ran", () -> order.size() == 6);
    assertThat(order).containsExactly(0, 1, 2, 3, 4, 5);
    assertThat(timers.size()).isZero();
  }

  @Test
  void nothingRunsBeforeItsTime() {
    long deadline = in(3_000_000);
    List<Long> at = Collections.synchronizedList(new ArrayList<>());
    timers.callAt(deadline, () -> at.add(System.nanoTime()));
    awaitCondition("it ran", () -> !at.isEmpty());
    assertThat(at.getFirst() - deadline).isGreaterThanOrEqualTo(0);
  }

  @Test
  void aTimerThatWasTakenBackLeavesNothing() {
    AtomicInteger runs = new AtomicInteger();
    Timer timer = timers.callAt(in(FAR), runs::incrementAndGet);
    assertThat(timers.size()).isEqualTo(1);
    assertThat(timer.cancel()).isTrue();
    assertThat(timer.cancel()).isFalse();
    assertThat(timers.size()).isZero();
    assertThat(runs).hasValue(0);
  }

  @Test
  void aTimerThatWasTakenBackIsNotKept() {
    letTheThreadFallAsleep();
    WeakReference<AtomicInteger> target = armAndTakeBack();
    awaitCondition(
        "it is gone",
        () -> {
          System.gc();
          return target.refersTo(null);
        });
  }

  private WeakReference<AtomicInteger> armAndTakeBack() {
    AtomicInteger target = new AtomicInteger();
    Timer near = timers.callAt(in(FAR - 1), () -> {});
    Timer far = timers.callAt(in(FAR), target::incrementAndGet);
    assertThat(far.cancel()).isTrue();
    assertThat(near.cancel()).isTrue();
    return new WeakReference<>(target);
  }

  @Test
  void aTimerThatHasRunCannotBeTakenBack() {
    AtomicInteger runs = new AtomicInteger();
    Timer timer = timers.callAt(in(0), runs::incrementAndGet);
    awaitCondition("it ran", () -> runs.get() == 1);
    assertThat(timer.cancel()).isFalse();
  }

  @Test
  void aNearTimerRunsBesideAFarOne() {
    Timer far = timers.callAt(in(FAR), () -> {});
    letTheThreadFallAsleep();
    AtomicInteger runs = new AtomicInteger();
    timers.callAt(in(1_000_000), runs::incrementAndGet);
    awaitCondition("the near one ran", () -> runs.get() == 1);
    assertThat(timers.size()).isEqualTo(1);
    far.cancel();
  }

  @Test
  void aDeadlineThatHasPassedRunsAtOnceThoughTheThreadSleeps() {
    letTheThreadFallAsleep();
    AtomicInteger runs = new AtomicInteger();
    timers.callAt(in(-1_000_000_000), runs::incrementAndGet);
    awaitCondition("it ran", () -> runs.get() == 1);
  }

  @Test
  void aDeadlineLongPastRunsAtOnceBesideAFarOne() {
    Timer far = timers.callAt(in(FAR), () -> {});
    letTheThreadFallAsleep();
    AtomicInteger runs = new AtomicInteger();
    timers.callAt(in(-FAR), runs::incrementAndGet);
    awaitCondition("it ran", () -> runs.get() == 1);
    far.cancel();
  }

  @Test
  void anActionThatThrowsDoesNotStopTheOthers() {
    AtomicInteger runs = new AtomicInteger();
    timers.callAt(
        in(0),
        () -> failWith(new IllegalStateException("meant: a timer's action fails in a test")));
    timers.callAt(
        in(0), () -> failWith(new AssertionError("meant: a timer's action fails in a test")));
    timers.callAt(in(0), runs::incrementAndGet);
    awaitCondition("the other ran", () -> runs.get() == 1);
  }

  @Test
  void anActionMayArmAndTakeBackTimers() {
    CountDownLatch done = new CountDownLatch(1);
    Timer far = timers.callAt(in(FAR), () -> {});
    timers.callAt(
        in(0),
        () -> {
          far.cancel();
          timers.callAt(in(0), done::countDown);
        });
    Threads.await(done);
    assertThat(timers.size()).isZero();
  }

  @Test
  void manyTimersArmedAndTakenBackInAnyOrderKeepTheHeapInOrder() {
    Random random = new Random(42);
    List<Timer> armed = new ArrayList<>();
    List<Long> deadlines = Collections.synchronizedList(new ArrayList<>());
    CountDownLatch allArmed = new CountDownLatch(1);
    timers.callAt(in(0), () -> Threads.await(allArmed));
    long base = in(Duration.ofMillis(1).toNanos());
    int count = 5_000;
    AtomicInteger toRun = new AtomicInteger();
    for (int i = 0; i < count; i++) {
      long deadline = base + random.nextInt(20_000_000);
      armed.add(timers.callAt(deadline, () -> deadlines.add(deadline)));
      toRun.incrementAndGet();
      if (random.nextInt(3) == 0 && armed.remove(random.nextInt(armed.size())).cancel()) {
        toRun.decrementAndGet();
      }
    }
    allArmed.countDown();
    awaitCondition("all ran", () -> timers.size() == 0);
    awaitCondition("the last one ended", () -> deadlines.size() == toRun.get());
    assertThat(deadlines).isSorted();
  }

  // ---- its thread

  private final List<Thread> made = Collections.synchronizedList(new ArrayList<>());

  private Timers withIdleTime(Duration idle) {
    return new Timers(
        idle.toNanos(),
        work -> {
          Thread thread = Threads.Kind.PLATFORM.unstarted(work);
          made.add(thread);
          return thread;
        },
        Log::error);
  }

  @Test
  void aThreadWithoutTimersEndsAndAnotherOneComesWhenItIsNeeded() throws Exception {
    Timers impatient = withIdleTime(Duration.ofMillis(1));
    for (int i = 0; i < 3; i++) {
      CountDownLatch ran = new CountDownLatch(1);
      impatient.callAt(in(0), ran::countDown);
      Threads.await(ran);
      made.getLast().join();
    }
    assertThat(made).hasSize(3);
  }

  @Test
  void aThreadThatSleepsForAFarTimerEndsWhenThatIsTakenBack() throws Exception {
    Timers impatient = withIdleTime(Duration.ofMillis(1));
    Timer far = impatient.callAt(in(FAR), () -> {});
    Threads.awaitBlocked(made.getFirst());
    far.cancel();
    made.getFirst().join();
  }

  @Test
  void aThreadDoesNotEndWhileATimerIsArmed() {
    Timers impatient = withIdleTime(Duration.ofNanos(1));
    Timer far = impatient.callAt(in(FAR), () -> {});
    for (int i = 0; i < 100; i++) {
      CountDownLatch ran = new CountDownLatch(1);
      impatient.callAt(in(1), ran::countDown);
      Threads.await(ran);
    }
    assertThat(made).hasSize(1);
    far.cancel();
  }

  @Test
  void endingAndArmingRaceWithoutLosingATimer() throws Exception {
    Timers impatient = withIdleTime(Duration.ofNanos(20_000));
    for (int i = 0; i < 5_000; i++) {
      CountDownLatch ran = new CountDownLatch(2);
      impatient.callAt(in(0), ran::countDown);
      Timer takenBack = impatient.callAt(in(FAR), () -> {});
      impatient.callAt(in(10_000), ran::countDown);
      takenBack.cancel();
      Threads.await(ran);
      if (i % 500 == 0) {
        made.getLast().join(); // in the other rounds it ends now and then, at any point
      }
    }
    assertThat(made).hasSizeGreaterThanOrEqualTo(10);
  }

  @Test
  void withoutAThreadThereIsNoTimerAndTheNextOneTriesAgain() {
    AtomicInteger tries = new AtomicInteger();
    AtomicInteger runs = new AtomicInteger();
    Timers poor =
        new Timers(
            FAR,
            work -> {
              if (tries.getAndIncrement() < 2) {
                throw new OutOfMemoryError("unable to create native thread");
              }
              return Threads.Kind.PLATFORM.unstarted(work);
            },
            Log::error);
    for (int i = 0; i < 2; i++) {
      assertThatThrownBy(() -> poor.callAt(in(0), runs::incrementAndGet))
          .isInstanceOf(OutOfMemoryError.class);
      assertThat(poor.size()).isZero();
    }
    CountDownLatch ran = new CountDownLatch(1);
    poor.callAt(in(0), ran::countDown);
    Threads.await(ran);
    assertThat(runs).hasValue(0);
  }
}
