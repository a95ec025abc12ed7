package io.selvage.kernel.jvm;

import static io.selvage.Bodies.failWith;
import static io.selvage.Threads.awaitCondition;
import static org.assertj.core.api.Assertions.assertThat;

import io.selvage.Threads;
import io.selvage.kernel.Log;
import io.selvage.service.LogCapture;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

class ForeignCallThreadsTest {
  private static final long HOUR = TimeUnit.HOURS.toNanos(1);
  private static final long BRIEF = TimeUnit.MILLISECONDS.toNanos(1);

  private final List<Object> log = Collections.synchronizedList(new ArrayList<>());
  private final AtomicInteger started = new AtomicInteger();
  private final CountDownLatch end = new CountDownLatch(1);
  private final ThreadFactory threads =
      work -> {
        started.incrementAndGet();
        return Threads.Kind.PLATFORM.unstarted(work);
      };

  private ForeignCallThreads apart(int quick, int most, long patience, long longPatience) {
    return new ForeignCallThreads(
        new ForeignCallThreads.Limits(quick, most, patience, longPatience, HOUR),
        threads,
        Log::error);
  }

  private static final class Repeated extends Errand {
    private final Runnable action;
    private final long delay;

    Repeated(long delay, Runnable action) {
      this.action = action;
      this.delay = delay;
    }

    @Override
    public long run() {
      action.run();
      return delay;
    }
  }

  private void runBlocking(ForeignCallThreads apart, int count) {
    CountDownLatch begun = new CountDownLatch(count);
    for (int i = 0; i < count; i++) {
      apart.run(
          () -> {
            begun.countDown();
            Threads.await(end);
          });
    }
    Threads.await(begun);
  }

  @Test
  void aBurstIsDoneByOneThreadWhichAnotherOneWatches() {
    ForeignCallThreads apart = apart(64, 256, HOUR, HOUR);
    CountDownLatch done = new CountDownLatch(10_000);
    List<Thread> runners = Collections.synchronizedList(new ArrayList<>());
    for (int i = 0; i < 10_000; i++) {
      apart.run(
          () -> {
            runners.add(Thread.currentThread());
            done.countDown();
          });
    }
    Threads.await(done);
    assertThat(started.get()).isLessThanOrEqualTo(2);
    assertThat(new HashSet<>(runners)).hasSizeLessThanOrEqualTo(2);
  }

  @Test
  void onesThatBlockDoNotHoldUpTheOthers() {
    ForeignCallThreads apart = apart(64, 64, BRIEF, HOUR);
    runBlocking(apart, 30);
    CountDownLatch done = new CountDownLatch(1);
    apart.run(done::countDown);
    Threads.await(done);
    assertThat(apart.threads()).isBetween(31, 32);
    end.countDown();
  }

  @Test
  void whenAsManyAsAreQuicklyMadeAreBlockedOthersAreStillDone() {
    ForeignCallThreads apart = apart(2, 5, BRIEF, 20 * BRIEF);
    runBlocking(apart, 4);
    CountDownLatch done = new CountDownLatch(10);
    for (int i = 0; i < 10; i++) {
      apart.run(done::countDown);
    }
    Threads.await(done);
    assertThat(apart.threads()).isEqualTo(5);
    end.countDown();
  }

  @Test
  void thereAreNeverMoreThreadsThanMostAndNothingIsForgotten() {
    ForeignCallThreads apart = apart(4, 8, BRIEF, BRIEF);
    runBlocking(apart, 8);
    CountDownLatch done = new CountDownLatch(100);
    for (int i = 0; i < 100; i++) {
      apart.run(done::countDown);
    }
    assertThat(apart.threads()).isEqualTo(8);
    assertThat(done.getCount()).isEqualTo(100);
    end.countDown();
    Threads.await(done);
    assertThat(started).hasValue(8);
  }

  @Test
  void tenThousandThatBlockForALittleAreDoneByAFewThreads() {
    ForeignCallThreads apart = apart(64, 256, BRIEF, HOUR);
    CountDownLatch done = new CountDownLatch(10_000);
    for (int i = 0; i < 10_000; i++) {
      apart.run(
          () -> {
            LockSupport.parkNanos(BRIEF);
            done.countDown();
          });
    }
    Threads.await(done);
    assertThat(started.get()).isLessThanOrEqualTo(65);
  }

  @Test
  void idleThreadsEndAndComeBackButForTheLastOneWhileAnErrandIsPrepared() {
    ForeignCallThreads apart =
        new ForeignCallThreads(
            new ForeignCallThreads.Limits(4, 8, BRIEF, BRIEF, BRIEF), threads, Log::error);
    for (int round = 1; round <= 20; round++) {
      Errand errand = Errand.once(() -> log.add("run"));
      apart.prepare(errand);
      assertThat(apart.threads()).isEqualTo(1);
      assertThat(started).hasValue(round);
      apart.forget(errand);
      awaitCondition("it has ended", () -> apart.threads() == 0);
    }
    Errand kept = Errand.once(() -> log.add("run"));
    apart.prepare(kept);
    long later = System.nanoTime() + 20 * BRIEF;
    awaitCondition("several times of idleness are over", () -> System.nanoTime() - later > 0);
    assertThat(apart.threads()).isEqualTo(1);
    apart.run(kept);
    awaitCondition("it was run, and its thread has ended", () -> apart.threads() == 0);
    assertThat(log).containsExactly("run");
    assertThat(started).hasValue(21);
  }

  @Test
  void aForgottenErrandIsNotBegun() {
    ForeignCallThreads apart = apart(4, 8, HOUR, HOUR);
    runBlocking(apart, 1);
    List<Errand> errands = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      int number = i;
      Errand errand = Errand.once(() -> log.add(number));
      errands.add(errand);
      apart.prepare(errand);
      apart.run(errand);
    }
    for (int i = 0; i < 10; i += 3) {
      apart.forget(errands.get(i));
      apart.forget(errands.get(i));
      apart.run(errands.get(i));
    }
    CountDownLatch done = new CountDownLatch(1);
    apart.run(done::countDown);
    end.countDown();
    Threads.await(done);
    assertThat(log).containsExactlyInAnyOrder(1, 2, 4, 5, 7, 8);
  }

  @Test
  void anErrandRunsAgainAfterItsDelayUntilItIsForgotten() {
    ForeignCallThreads apart = apart(4, 8, BRIEF, HOUR);
    CountDownLatch often = new CountDownLatch(5);
    List<Long> times = Collections.synchronizedList(new ArrayList<>());
    Errand errand =
        new Repeated(
            3 * BRIEF,
            () -> {
              times.add(System.nanoTime());
              often.countDown();
            });
    apart.prepare(errand);
    apart.run(errand);
    apart.run(errand); // has no effect
    Threads.await(often);
    apart.forget(errand);
    List<Long> seen = List.copyOf(times);
    for (int i = 1; i < seen.size(); i++) {
      assertThat(seen.get(i) - seen.get(i - 1)).isGreaterThanOrEqualTo(3 * BRIEF);
    }
  }

  @Test
  void anErrandThatIsForgottenWhileItRunsIsNotRunAgain() {
    ForeignCallThreads apart = apart(1, 1, BRIEF, BRIEF);
    CountDownLatch begun = new CountDownLatch(1);
    Errand errand =
        new Repeated(
            0,
            () -> {
              log.add("run");
              begun.countDown();
              Threads.await(end);
            });
    apart.prepare(errand);
    apart.run(errand);
    Threads.await(begun);
    apart.forget(errand);
    end.countDown();
    CountDownLatch done = new CountDownLatch(10);
    for (int i = 0; i < 10; i++) {
      apart.run(done::countDown);
    }
    Threads.await(done);
    assertThat(log).containsExactly("run");
  }

  @Test
  void aDueErrandIsDoneThoughAnotherOneWaitsForItsTime() {
    ForeignCallThreads apart = apart(4, 8, BRIEF, HOUR);
    CountDownLatch once = new CountDownLatch(1);
    Errand later = new Repeated(HOUR, once::countDown);
    apart.prepare(later);
    apart.run(later);
    Threads.await(once);
    for (int i = 0; i < 1_000; i++) {
      CountDownLatch done = new CountDownLatch(1);
      apart.run(done::countDown);
      Threads.await(done);
    }
    apart.forget(later);
  }

  @Test
  void withoutPlatformThreadsVirtualOnesDoIt() throws Exception {
    AtomicReference<Thread> runner = new AtomicReference<>();
    ForeignCallThreads apart =
        new ForeignCallThreads(
            new ForeignCallThreads.Limits(4, 8, BRIEF, BRIEF, BRIEF),
            work -> failWith(new OutOfMemoryError("meant: no thread")),
            Log::error);
    apart.run(() -> runner.set(Thread.currentThread()));
    awaitCondition("it was run", () -> runner.get() != null);
    assertThat(runner.get().isVirtual()).isTrue();
  }

  @Test
  void aCallThatFailsIsLoggedAndLeavesNothingOnTheThread() throws Exception {
    ForeignCallThreads apart = apart(1, 1, BRIEF, BRIEF);
    CountDownLatch done = new CountDownLatch(1);
    try (LogCapture capture = new LogCapture()) {
      apart.run(
          () -> {
            Thread.currentThread().interrupt();
            Thread.currentThread()
                .setContextClassLoader(ForeignCallThreadsTest.class.getClassLoader());
            throw new IllegalStateException("meant: a report fails in a test");
          });
      apart.run(
          () -> {
            log.add(Thread.currentThread().isInterrupted());
            log.add(Thread.currentThread().getContextClassLoader() == null);
            done.countDown();
          });
      Threads.await(done);
      assertThat(capture.messages()).containsExactly("SEVERE: a report failed");
    }
    assertThat(log).containsExactly(false, true);
    assertThat(started).hasValue(1);
  }

  @Test
  void theQueueGivesThemInTheOrderOfTheirTimesAlsoIfSomeAreTakenOut() {
    for (int seed = 0; seed < 200; seed++) {
      Random random = new Random(seed);
      ErrandQueue queue = new ErrandQueue();
      List<Errand> model = new ArrayList<>();
      queue.reserve(100);
      for (int step = 0; step < 300; step++) {
        int choice = random.nextInt(5);
        if (choice < 3 && model.size() < 100) {
          Errand errand = Errand.once(() -> {});
          queue.add(errand, random.nextInt(50));
          model.add(errand);
        } else if (choice == 3 && !model.isEmpty()) {
          queue.remove(model.remove(random.nextInt(model.size())));
        } else if (!model.isEmpty()) {
          Errand first = queue.poll();
          assertThat(first.due)
              .isEqualTo(
                  model.stream().min(Comparator.comparingLong(e -> e.due)).orElseThrow().due);
          assertThat(model.remove(first)).isTrue();
        }
        assertThat(queue.isEmpty()).isEqualTo(model.isEmpty());
      }
    }
  }
}
