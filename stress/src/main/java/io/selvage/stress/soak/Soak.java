package io.selvage.stress.soak;

import io.selvage.stress.run.Figure;
import io.selvage.stress.run.PartRun;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;

/** Rounds of all crews, one after the other, until the time is over. */
final class Soak {
  private static final Duration ROUND = Duration.ofSeconds(2);
  private static final Duration WARM_UP = Duration.ofMillis(500);

  private Soak() {}

  static void run(PartRun run, Faults faults) throws InterruptedException {
    for (Figure figure : List.of(Figure.LOST, Figure.DOUBLED, Figure.WRONG)) {
      run.set(figure, 0);
    }
    SplittableRandom random = run.random(1);
    round(run, WARM_UP, faults, random);
    run.warm();
    while (!run.isOver()) {
      Duration left = run.left();
      round(run, left.compareTo(ROUND) < 0 ? left : ROUND, faults, random);
    }
  }

  private static void round(PartRun run, Duration time, Faults faults, SplittableRandom random)
      throws InterruptedException {
    List<Crew> crews =
        List.of(
            new ChannelCrew(random),
            new GroupCrew(),
            new PoolCrew(),
            new RequestCrew(),
            new LockCrew(),
            new ServiceCrew());
    new Round(run, crews, random.split()).run(time, faults);
  }
}
