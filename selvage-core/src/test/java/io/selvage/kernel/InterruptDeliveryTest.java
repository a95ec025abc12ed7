package io.selvage.kernel;

import static io.selvage.Bodies.failWith;
import static io.selvage.Threads.awaitCondition;
import static org.assertj.core.api.Assertions.assertThat;

import io.selvage.Threads;
import io.selvage.service.LogCapture;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class InterruptDeliveryTest {
  private static final long HOUR = TimeUnit.HOURS.toNanos(1);
  private static final long BRIEF = TimeUnit.MILLISECONDS.toNanos(1);

  private final Region root = ThreadRecord.current().root();
  private final List<Object> log = Collections.synchronizedList(new ArrayList<>());
  private final AtomicInteger started = new AtomicInteger();
  private final List<Thread> made = new CopyOnWriteArrayList<>();
  private final ThreadFactory threads =
      work -> {
        started.incrementAndGet();
        Thread thread = Threads.Kind.PLATFORM.unstarted(work);
        made.add(thread);
        return thread;
      };

  private long alive() {
    return made.stream().filter(Thread::isAlive).count();
  }

  /** What stands for the interrupt of a region in these tests. */
  private static void call(Region region) {
    Objects.requireNonNull(region.canceller).call();
  }

  private void run(InterruptDelivery interrupts, Runnable interrupt) {
    interrupts.run(
        Region.nested(root, null, false, new CancelRequests(interrupt, 1, 1, false), null));
  }

  private static Runnable blocking(CountDownLatch begun, CountDownLatch until) {
    return () -> {
      begun.countDown();
      Threads.await(until);
    };
  }

  @Test
  void aBurstOfThemIsDoneByOneThreadWhichAnotherOneWatches() {
    InterruptDelivery interrupts =
        new InterruptDelivery(HOUR, HOUR, threads, InterruptDeliveryTest::call);
    CountDownLatch done = new CountDownLatch(10_000);
    for (int i = 0; i < 10_000; i++) {
      run(
          interrupts,
          () -> {
            log.add(Thread.currentThread());
            done.countDown();
          });
    }
    Threads.await(done);
    assertThat(started.get()).isLessThanOrEqualTo(2);
    assertThat(new HashSet<>(log)).hasSizeLessThanOrEqualTo(2);
  }

  @Test
  void theyAreDoneInOrderOneAtATimeAsLongAsNoneIsHeldUp() {
    InterruptDelivery interrupts =
        new InterruptDelivery(HOUR, HOUR, threads, InterruptDeliveryTest::call);
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch until = new CountDownLatch(1);
    run(interrupts, blocking(begun, until));
    Threads.await(begun);
    CountDownLatch done = new CountDownLatch(100);
    for (int i = 0; i < 100; i++) {
      int number = i;
      run(
          interrupts,
          () -> {
            log.add(number);
            done.countDown();
          });
    }
    assertThat(log).isEmpty();
    until.countDown();
    Threads.await(done);
    assertThat(log).hasSize(100).isSortedAccordingTo((a, b) -> (int) a - (int) b);
  }

  @Test
  void onesThatBlockDoNotHoldUpTheOthers() {
    InterruptDelivery interrupts =
        new InterruptDelivery(BRIEF, HOUR, threads, InterruptDeliveryTest::call);
    CountDownLatch begun = new CountDownLatch(20);
    CountDownLatch until = new CountDownLatch(1);
    CountDownLatch done = new CountDownLatch(20);
    for (int i = 0; i < 20; i++) {
      run(interrupts, blocking(begun, until));
      run(interrupts, done::countDown);
    }
    Threads.await(begun);
    Threads.await(done);
    assertThat(alive()).isGreaterThanOrEqualTo(20);
    until.countDown();
    awaitCondition("those that were held up have ended", () -> alive() <= 3);
    CountDownLatch later = new CountDownLatch(1);
    int before = started.get();
    run(interrupts, later::countDown);
    Threads.await(later);
    assertThat(started).hasValue(before);
  }

  @Test
  void anInterruptThatComesWhileTheLeaderIsHeldUpUnwatchedIsDone() {
    InterruptDelivery interrupts =
        new InterruptDelivery(BRIEF, HOUR, threads, InterruptDeliveryTest::call);
    for (int i = 1; i <= 10; i++) {
      CountDownLatch begun = new CountDownLatch(1);
      run(interrupts, blocking(begun, new CountDownLatch(1)));
      Threads.await(begun);
      assertThat(started).hasValue(i);
    }
  }

  @Test
  void whatComesWhileTheLeaderIsWatchedIsNotLeftToThoseThatSleep() {
    InterruptDelivery interrupts =
        new InterruptDelivery(
            TimeUnit.MILLISECONDS.toNanos(20), HOUR, threads, InterruptDeliveryTest::call);
    CountDownLatch end = new CountDownLatch(1);
    for (int i = 1; i <= 10; i++) {
      blockThree(interrupts);
      CountDownLatch first = new CountDownLatch(1);
      run(interrupts, blocking(first, end));
      Threads.await(first);
      CountDownLatch second = new CountDownLatch(1);
      run(interrupts, blocking(second, end));
      awaitCondition(
          "the first is watched", () -> interrupts.isWatched() || second.getCount() == 0);
      CountDownLatch third = new CountDownLatch(1);
      run(interrupts, third::countDown);
      Threads.await(third);
    }
    end.countDown();
  }

  /** Leaves as many idle ones behind as there ever are. */
  private void blockThree(InterruptDelivery interrupts) {
    CountDownLatch begun = new CountDownLatch(3);
    CountDownLatch until = new CountDownLatch(1);
    for (int i = 0; i < 3; i++) {
      run(interrupts, blocking(begun, until));
    }
    Threads.await(begun);
    until.countDown();
    awaitCondition("they are idle", () -> interrupts.idle() >= 1);
  }

  @Test
  void anIdleThreadTakesOverFromALeaderThatIsHeldUp() {
    InterruptDelivery interrupts =
        new InterruptDelivery(BRIEF, HOUR, threads, InterruptDeliveryTest::call);
    CountDownLatch both = new CountDownLatch(2);
    CountDownLatch until = new CountDownLatch(1);
    run(interrupts, blocking(both, until));
    run(interrupts, blocking(both, until));
    Threads.await(both);
    until.countDown();
    awaitCondition("one is idle", () -> interrupts.idle() >= 1);
    for (int i = 0; i < 2; i++) {
      CountDownLatch begun = new CountDownLatch(1);
      CountDownLatch over = new CountDownLatch(1);
      CountDownLatch done = new CountDownLatch(1);
      run(interrupts, blocking(begun, over));
      Threads.await(begun);
      run(interrupts, done::countDown);
      Threads.await(done);
      over.countDown();
      awaitCondition("one is idle", () -> interrupts.idle() >= 1);
    }
  }

  @Test
  void anInterruptThatThrowsIsLoggedAndLaterOnesAreDone() throws Exception {
    InterruptDelivery interrupts =
        new InterruptDelivery(HOUR, HOUR, threads, InterruptDeliveryTest::call);
    CountDownLatch done = new CountDownLatch(1);
    try (LogCapture captured = new LogCapture()) {
      run(interrupts, () -> failWith(new IllegalStateException("a channel that cannot be closed")));
      run(interrupts, done::countDown);
      Threads.await(done);
      assertThat(captured.messages()).contains("SEVERE: interrupting a cancelled thread failed");
    }
  }

  @Test
  void anInterruptOfTheThreadsThemselvesDoesNothing() {
    InterruptDelivery interrupts =
        new InterruptDelivery(HOUR, HOUR, threads, InterruptDeliveryTest::call);
    for (int i = 0; i < 10; i++) {
      CountDownLatch done = new CountDownLatch(1);
      run(
          interrupts,
          () -> {
            Thread.currentThread().interrupt();
            done.countDown();
          });
      Threads.await(done);
    }
    assertThat(started.get()).isLessThanOrEqualTo(2);
  }

  @Test
  void threadsWithoutWorkEndAndNothingIsForgottenMeanwhile() {
    InterruptDelivery interrupts =
        new InterruptDelivery(
            BRIEF, TimeUnit.MICROSECONDS.toNanos(20), threads, InterruptDeliveryTest::call);
    for (int i = 0; i < 2_000; i++) {
      CountDownLatch done = new CountDownLatch(2);
      run(interrupts, done::countDown);
      run(interrupts, done::countDown);
      Threads.await(done);
    }
    awaitCondition("all have ended", () -> interrupts.idle() == 0);
    assertThat(started.get()).isGreaterThan(1);
  }

  @Test
  void withoutAThreadTheyAreDoneByTheCaller() {
    InterruptDelivery interrupts =
        new InterruptDelivery(
            HOUR,
            HOUR,
            work -> failWith(new OutOfMemoryError("unable to create native thread")),
            InterruptDeliveryTest::call);
    run(interrupts, () -> log.add(Thread.currentThread()));
    run(interrupts, () -> log.add(Thread.currentThread()));
    assertThat(log).containsExactly(Thread.currentThread(), Thread.currentThread());
  }

  @Test
  void anInterruptThatReliedOnAThreadThatCouldNotBeStartedIsDoneToo() {
    InterruptDelivery[] interrupts = new InterruptDelivery[1];
    interrupts[0] =
        new InterruptDelivery(
            HOUR,
            HOUR,
            work -> {
              run(interrupts[0], () -> log.add("second"));
              throw new OutOfMemoryError("unable to create native thread");
            },
            InterruptDeliveryTest::call);
    run(interrupts[0], () -> log.add("first"));
    assertThat(log).containsExactly("first", "second");
  }

  @Test
  void theCallerLeavesToAThreadWhatCameWhenThereWasOneAgain() {
    CountDownLatch go = new CountDownLatch(1);
    InterruptDelivery interrupts =
        new InterruptDelivery(
            HOUR,
            HOUR,
            work -> {
              if (started.getAndIncrement() == 0) {
                throw new OutOfMemoryError("unable to create native thread");
              }
              return Threads.Kind.PLATFORM.unstarted(
                  () -> {
                    Threads.await(go);
                    work.run();
                  });
            },
            InterruptDeliveryTest::call);
    CountDownLatch done = new CountDownLatch(1);
    run(
        interrupts,
        () -> {
          log.add("first");
          run(
              interrupts,
              () -> {
                log.add("second");
                done.countDown();
              });
        });
    assertThat(log).containsExactly("first");
    go.countDown();
    Threads.await(done);
    assertThat(log).containsExactly("first", "second");
  }
}
