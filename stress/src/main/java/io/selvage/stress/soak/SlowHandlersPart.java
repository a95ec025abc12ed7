package io.selvage.stress.soak;

import com.sun.management.UnixOperatingSystemMXBean;
import io.selvage.stress.run.Figure;
import io.selvage.stress.run.PartRun;
import io.selvage.stress.run.StressPart;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;

/** Servers with handlers that are slow and fail. */
public final class SlowHandlersPart implements StressPart {
  private static final Duration ROUND = Duration.ofSeconds(2);
  private static final Duration WARM_UP = Duration.ofMillis(500);
  private static final long MAX_MORE_DESCRIPTORS = 8;

  /** Creates the part. */
  public SlowHandlersPart() {}

  @Override
  public String name() {
    return "slow-handlers";
  }

  @Override
  public String title() {
    return "servers on real sockets whose handlers are slow and fail, and clients that run out of"
        + " patience: no byte, failure, connection or descriptor is lost";
  }

  @Override
  public int weight() {
    return 6;
  }

  @Override
  public void run(PartRun run) throws IOException, InterruptedException {
    for (Figure figure : List.of(Figure.LOST, Figure.WRONG)) {
      run.set(figure, 0);
    }
    SplittableRandom random = run.random(1);
    new HandlerRound(run, random.split()).run(WARM_UP);
    run.warm();
    long before = descriptors();
    while (!run.isOver()) {
      Duration left = run.left();
      new HandlerRound(run, random.split()).run(left.compareTo(ROUND) < 0 ? left : ROUND);
    }
    long after = descriptors();
    run.expect(
        after - before <= MAX_MORE_DESCRIPTORS,
        "there were " + before + " descriptors, and there are " + after);
  }

  /** {@return how many files and sockets are open; 0 if the system does not tell} */
  private static long descriptors() {
    return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
        ? unix.getOpenFileDescriptorCount()
        : 0;
  }
}
