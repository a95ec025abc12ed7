package io.selvage.stress.soak;

import io.selvage.CancelScope;
import io.selvage.TaskGroup;
import io.selvage.ThreadPool;
import io.selvage.stress.run.Figure;
import io.selvage.stress.run.PartRun;
import io.selvage.sync.Barrier;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/**
 * Calls on a pool of threads that sleep, fail and are interrupted. There are never more at once
 * than the pool allows, each caller gets its own result, and no place is lost.
 */
final class PoolCrew extends Crew {
  private static final int WORKERS = 4;
  private static final int LIMIT = 2;

  private final ThreadPool pool = new ThreadPool(LIMIT);
  private final AtomicInteger running = new AtomicInteger();
  private final LongAdder tooMany = new LongAdder();
  private final LongAdder wrongResults = new LongAdder();

  @Override
  void join(Round round) {
    for (int i = 0; i < WORKERS; i++) {
      round.worker("pool-" + i, this::call);
    }
  }

  private void call(SplittableRandom random) throws InterruptedException {
    int number = random.nextInt();
    int kind = random.nextInt(8);
    int nanos = random.nextInt(200_000);
    try {
      int result = pool.<Integer, InterruptedException>call(() -> work(number, kind, nanos));
      if (result != number) {
        wrongResults.increment();
      }
    } catch (Planted e) {
      if (kind != 0) {
        wrongResults.increment();
      }
    }
    succeeded();
  }

  private int work(int number, int kind, int nanos) throws InterruptedException {
    if (running.incrementAndGet() > LIMIT) {
      tooMany.increment();
    }
    try {
      if (kind == 0) {
        throw new Planted();
      }
      if (kind < 3) {
        Thread.sleep(Duration.ofNanos(nanos));
      }
      return number;
    } finally {
      running.decrementAndGet();
    }
  }

  @Override
  void check(PartRun run) throws InterruptedException {
    run.add(Figure.LOST, Math.abs(running.get()));
    run.add(Figure.WRONG, wrongResults.sum());
    expect(run, tooMany.sum() == 0, "more than " + LIMIT + " calls at once");
    try {
      CancelScope.failAfter(Duration.ofSeconds(30)).run(this::takeAllPlaces);
    } catch (TimeoutException e) {
      run.add(Figure.LOST, 1);
      run.fail(this + ": places of the pool are lost: " + e);
    }
  }

  /** As many calls as there are places, which wait for one another. */
  private void takeAllPlaces() throws InterruptedException {
    Barrier all = new Barrier(LIMIT);
    TaskGroup.run(
        group -> {
          for (int i = 0; i < LIMIT; i++) {
            group.launch(() -> pool.run(all::await));
          }
        });
  }
}
