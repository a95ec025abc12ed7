package io.selvage.stress.soak;

import io.selvage.stress.run.Figure;
import io.selvage.stress.run.PartRun;
import java.time.Duration;
import java.util.SplittableRandom;

/** Cancels workers, interrupts them, and lets crews inject faults of their own, at random. */
final class RandomFaults implements Faults {
  private static final int LONGEST_MICROS = 1_000;

  private final SplittableRandom random;

  RandomFaults(SplittableRandom random) {
    this.random = random;
  }

  @Override
  public void inject(Round round, PartRun run) throws InterruptedException {
    boolean injected =
        switch (random.nextInt(8)) {
          case 0 -> round.anyCrew(random).fault(random);
          case 1, 2 -> {
            round.anyWorker(random).interrupt();
            yield true;
          }
          default -> round.anyWorker(random).cancel();
        };
    run.add(Figure.FAULTS, injected ? 1 : 0);
    Thread.sleep(Duration.ofNanos(1_000L * random.nextInt(LONGEST_MICROS)));
  }
}
