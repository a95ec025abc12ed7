package io.selvage.stress.soak;

import io.selvage.stress.run.Figure;
import io.selvage.stress.run.PartRun;
import io.selvage.sync.Lock;
import io.selvage.sync.Semaphore;
import java.time.Duration;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/**
 * A lock that guards a plain counter, and a semaphore. No increment is lost, never do more hold a
 * permit than there are, and at the end all of them are free.
 */
final class LockCrew extends Crew {
  private static final int WORKERS = 4;
  private static final int PERMITS = 2;
  private static final Duration SHORT = Duration.ofNanos(50_000);

  private final Lock lock = new Lock();
  private final Semaphore semaphore = new Semaphore(PERMITS);
  private final LongAdder increments = new LongAdder();
  private final AtomicInteger holders = new AtomicInteger();
  private final LongAdder tooMany = new LongAdder();
  private long counter; // guarded by lock

  @Override
  void join(Round round) {
    for (int i = 0; i < WORKERS; i++) {
      round.worker("lock-" + i, this::acquire);
    }
  }

  private void acquire(SplittableRandom random) throws InterruptedException {
    switch (random.nextInt(4)) {
      case 0 -> {
        Optional<Lock.Guard> guard = lock.acquire(SHORT);
        if (guard.isPresent()) {
          increment(guard.get());
        }
      }
      case 1 -> increment(lock.acquire());
      case 2 -> {
        Optional<Semaphore.Permit> permit = semaphore.acquire(SHORT);
        if (permit.isPresent()) {
          hold(permit.get(), random);
        }
      }
      default -> hold(semaphore.acquire(), random);
    }
    succeeded();
  }

  private void increment(Lock.Guard guard) {
    try (guard) {
      counter++;
      increments.increment();
    }
  }

  private void hold(Semaphore.Permit permit, SplittableRandom random) throws InterruptedException {
    try (permit) {
      if (holders.incrementAndGet() > PERMITS) {
        tooMany.increment();
      }
      try {
        if (random.nextInt(8) == 0) {
          Thread.sleep(Duration.ofNanos(random.nextInt(100_000)));
        }
      } finally {
        holders.decrementAndGet();
      }
    }
  }

  @Override
  void check(PartRun run) {
    run.add(Figure.LOST, Math.abs(increments.sum() - counter));
    run.add(Figure.LOST, Math.abs(PERMITS - semaphore.available()));
    expect(run, tooMany.sum() == 0, "more than " + PERMITS + " have held a permit");
    expect(run, !lock.isLocked() && lock.waiting() == 0, "the lock is not free: " + lock);
    expect(run, semaphore.waiting() == 0, "threads wait for a permit: " + semaphore);
  }
}
