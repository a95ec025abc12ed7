package io.selvage.stress.soak;

import io.selvage.stress.run.Figure;
import io.selvage.stress.run.PartRun;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.invoke.MethodHandles;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Random faults, and from time to time foreign code that blocks all carriers of virtual threads.
 * When it ends, the library's work goes on: each crew succeeds again.
 */
final class BlockedCarriers implements Faults {
  private static final int BETWEEN_MILLIS = 150;
  private static final int LONGEST_MILLIS = 100;

  private static volatile CountDownLatch release = new CountDownLatch(0);

  private final SplittableRandom random;
  private final RandomFaults others;
  private final byte[] initializer = bytesOfInitializer();
  private long nextBlock = System.nanoTime();
  private long starved;

  BlockedCarriers(SplittableRandom random) {
    this.random = random;
    this.others = new RandomFaults(random.split());
  }

  /** {@return how often no virtual thread could run} */
  long starved() {
    return starved;
  }

  /** Called by the initializer. */
  static void awaitRelease() {
    try {
      release.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static byte[] bytesOfInitializer() {
    String name = "BlockingInitializer.class";
    try (InputStream in = BlockedCarriers.class.getResourceAsStream(name)) {
      return Objects.requireNonNull(in, name).readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void inject(Round round, PartRun run) throws InterruptedException {
    others.inject(round, run);
    if (System.nanoTime() - nextBlock >= 0) {
      block(run);
      round.awaitProgress("after the carriers were blocked");
      nextBlock = System.nanoTime() + Duration.ofMillis(random.nextInt(BETWEEN_MILLIS)).toNanos();
    }
  }

  /** Holds all carriers for a random time. */
  private void block(PartRun run) throws InterruptedException {
    CountDownLatch latch = new CountDownLatch(1);
    release = latch;
    List<Thread> blockers = new ArrayList<>();
    AtomicLong probes = new AtomicLong();
    try {
      for (int i = 0; i < 2 * Runtime.getRuntime().availableProcessors(); i++) {
        blockers.add(Thread.ofVirtual().name("blocker-" + i).start(this::initializeNewClass));
      }
      Thread.sleep(2);
      Thread probe = Thread.ofVirtual().name("probe").start(probes::incrementAndGet);
      blockers.add(probe);
      Thread.sleep(1 + random.nextInt(LONGEST_MILLIS));
      if (probes.get() == 0) {
        starved++;
        run.add(Figure.FAULTS, 1);
      }
    } finally {
      latch.countDown();
    }
    for (Thread blocker : blockers) {
      blocker.join();
    }
  }

  private void initializeNewClass() {
    try {
      var unused = MethodHandles.lookup().defineHiddenClass(initializer, true);
    } catch (IllegalAccessException e) {
      throw new AssertionError(e);
    }
  }
}
