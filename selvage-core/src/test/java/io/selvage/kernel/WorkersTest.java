package io.selvage.kernel;

import static io.selvage.Threads.awaitCondition;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selvage.Threads;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class WorkersTest {
  private final Workers workers = new Workers(1, TimeUnit.HOURS);
  private final List<Object> log = Collections.synchronizedList(new ArrayList<>());

  private Worker work(Workers pool, String name, Runnable work) throws InterruptedException {
    CountDownLatch done = new CountDownLatch(1);
    Worker worker =
        pool.borrow(
            name,
            () -> {
              try {
                work.run();
              } finally {
                done.countDown();
              }
            });
    worker.launch();
    done.await();
    return worker;
  }

  private static void awaitIdle(Workers pool, int count) {
    awaitCondition("idle", () -> pool.idle() == count);
  }

  @Test
  void aThreadThatIsIdleWorksAgain() throws Exception {
    for (int i = 0; i < 20; i++) {
      work(workers, "job", () -> log.add(Thread.currentThread()));
      awaitIdle(workers, 1);
    }
    assertThat(workers.created()).isEqualTo(1);
    assertThat(log).hasSize(20).containsOnly(log.getFirst());
  }

  @Test
  void itHasTheNameAndTheClassLoaderOfItsWorkAndForgetsThem() throws Exception {
    Worker worker =
        work(
            workers,
            "first",
            () -> {
              log.add(Thread.currentThread().getName());
              log.add(Thread.currentThread().getContextClassLoader());
            });
    assertThat(log).containsExactly("first", Thread.currentThread().getContextClassLoader());
    awaitIdle(workers, 1);
    assertThat(worker.getName()).startsWith("selvage-worker-");
    assertThat(worker.getContextClassLoader()).isNull();
    assertThat(worker.isDaemon()).isTrue();
  }

  @Test
  void anInterruptDoesNotReachTheNextWork() throws Exception {
    work(workers, "first", () -> Thread.currentThread().interrupt());
    awaitIdle(workers, 1);
    work(workers, "second", () -> log.add(Thread.currentThread().isInterrupted()));
    assertThat(log).containsExactly(false);
  }

  @Test
  void onesThatWereBorrowedAndNotUsedGoBack() throws Exception {
    workers.borrow("never", () -> log.add("never")).giveBack();
    assertThat(workers.idle()).as("one that never started is just dropped").isZero();
    work(workers, "first", () -> {});
    awaitIdle(workers, 1);
    Worker unused = workers.borrow("never", () -> log.add("never"));
    unused.giveBack();
    assertThat(unused.getName()).startsWith("selvage-worker-");
    assertThat(workers.idle()).isEqualTo(1);
    work(workers, "second", () -> log.add("second"));
    assertThat(log).containsExactly("second");
  }

  @Test
  void oneThatWasBorrowedForLongerThanItsTimeEndsWhenItGoesBackUnused() throws Exception {
    Workers impatient = new Workers(20, TimeUnit.MILLISECONDS);
    Worker worker = work(impatient, "job", () -> {});
    Worker borrowed = impatient.borrow("never", () -> log.add("never"));
    while (borrowed != worker) { // it was not idle yet, or not any more
      borrowed.giveBack();
      worker = work(impatient, "job", () -> {});
      borrowed = impatient.borrow("never", () -> log.add("never"));
    }
    Worker late = worker;
    awaitCondition("its time is over", () -> late.getState() == Thread.State.WAITING);
    borrowed.giveBack();
    worker.join();
    awaitIdle(impatient, 0);
    assertThat(log).isEmpty();
  }

  @Test
  void oneThatHasNothingToDoEnds() throws Exception {
    Workers impatient = new Workers(1, TimeUnit.MILLISECONDS);
    Worker worker = work(impatient, "job", () -> {});
    worker.join();
    assertThat(impatient.idle()).isZero();
    work(impatient, "next", () -> log.add("next"));
    assertThat(log).containsExactly("next");
  }

  @Test
  void borrowingAndEndingRaceWithoutLosingWork() throws Exception {
    Workers impatient = new Workers(20, TimeUnit.MICROSECONDS);
    for (int i = 0; i < 2_000; i++) {
      work(impatient, "job", () -> log.add("done"));
    }
    assertThat(log).hasSize(2_000);
  }

  @Test
  void aLaunchReachesAWorkerThatIsAboutToEndAndWaitsForTheLock() throws Exception {
    Workers impatient = new Workers(20, TimeUnit.MICROSECONDS);
    AtomicBoolean over = new AtomicBoolean();
    Thread crowd =
        Thread.ofPlatform()
            .start(
                () -> {
                  while (!over.get()) {
                    impatient.idle(); // holds the lock for a moment
                  }
                });
    try {
      for (int i = 0; i < 20_000; i++) {
        work(
            impatient,
            "job",
            () -> {
              log.add(Thread.currentThread().isInterrupted());
              Thread.currentThread().interrupt();
            });
      }
    } finally {
      over.set(true);
      crowd.join();
    }
    assertThat(log).hasSize(20_000).containsOnly(false);
  }

  @Test
  @SuppressWarnings("ThreadPriorityCheck") // that is what it is about
  void itForgetsWhatItsWorkHasMadeOfIt() throws Exception {
    Worker worker =
        work(
            workers,
            "first",
            () -> {
              Thread.currentThread().setPriority(Thread.MAX_PRIORITY);
              Thread.currentThread().setUncaughtExceptionHandler((thread, thrown) -> {});
            });
    awaitIdle(workers, 1);
    assertThat(worker.getPriority()).isEqualTo(Thread.NORM_PRIORITY);
    assertThat(worker.getUncaughtExceptionHandler()).isSameAs(worker.getThreadGroup());
  }

  @Test
  @SuppressWarnings("ThreadPriorityCheck") // that is what it is about
  void itHasNotThePriorityOfWhoHappenedToNeedItFirst() throws Exception {
    Thread first =
        Thread.ofPlatform()
            .priority(Thread.MIN_PRIORITY)
            .start(() -> log.add(workers.borrow("job", () -> {}).getPriority()));
    first.join();
    assertThat(log).containsExactly(Thread.NORM_PRIORITY);
  }

  @Test
  void aBorrowerThatCannotTellItsClassLoaderKeepsNoWorker() throws Exception {
    work(workers, "first", () -> {});
    awaitIdle(workers, 1);
    Thread broken =
        new Thread(
            () -> {
              try {
                workers.borrow("never", () -> log.add("never"));
              } catch (IllegalStateException e) {
                log.add(e.getMessage());
              }
            }) {
          @Override
          public ClassLoader getContextClassLoader() {
            throw new IllegalStateException("stopped");
          }
        };
    broken.start();
    broken.join();
    assertThat(log).containsExactly("stopped");
    assertThat(workers.idle()).isEqualTo(1);
  }

  @Test
  @SuppressWarnings("NullAway") // that is what it is about
  void aBorrowerThatFailsGivesBackWhatItHas() throws Exception {
    work(workers, "first", () -> {});
    awaitIdle(workers, 1);
    assertThatThrownBy(() -> workers.borrow(null, () -> log.add("never")))
        .isInstanceOf(NullPointerException.class);
    assertThat(workers.idle()).isEqualTo(1);
    work(workers, "second", () -> log.add("second"));
    assertThat(log).containsExactly("second");
    assertThat(workers.created()).isEqualTo(1);
  }

  @Test
  void anyOfTheIdleOnesMayEnd() throws Exception {
    Workers impatient = new Workers(20, TimeUnit.MILLISECONDS);
    List<Worker> all = new ArrayList<>();
    CountDownLatch go = new CountDownLatch(1);
    for (int i = 0; i < 5; i++) {
      Worker worker = impatient.borrow("job", () -> Threads.await(go));
      worker.launch();
      all.add(worker);
    }
    go.countDown();
    while (all.stream().anyMatch(Thread::isAlive)) {
      work(impatient, "one stays busy", () -> {}); // the last one that became idle
    }
    awaitCondition("all have ended", () -> impatient.idle() == 0);
  }

  /** Without the rule, some ten of these works see the flag. */
  @Test
  void anInterruptThatComesBeforeTheLaunchDoesNotReachTheWork() throws Exception {
    CountDownLatch all = new CountDownLatch(50_000);
    for (int i = 0; i < 50_000; i++) {
      while (workers.idle() == 0 && workers.created() > 0) {
        Thread.onSpinWait();
      }
      Worker worker =
          workers.borrow(
              "job",
              () -> {
                if (Thread.currentThread().isInterrupted()) {
                  log.add("interrupted");
                }
                all.countDown();
              });
      worker.interrupt();
      worker.launch();
    }
    all.await();
    assertThat(log).isEmpty();
  }
}
