package io.selvage.stress.run;

import java.util.Locale;
import java.util.concurrent.CountDownLatch;

/** Parts that go wrong, each in its own way; only tests have them on their class path. */
public final class PlantedParts {
  private PlantedParts() {}

  /** What they have in common. */
  abstract static class Planted implements StressPart {
    @Override
    public String name() {
      return "planted-" + getClass().getSimpleName().toLowerCase(Locale.ROOT);
    }

    @Override
    public String title() {
      return "goes wrong";
    }

    @Override
    public int weight() {
      return 1;
    }
  }

  /** Loses items. */
  public static final class Losing extends Planted {
    @Override
    public void run(PartRun run) {
      run.add(Figure.OPERATIONS, 5);
      run.add(Figure.LOST, 2);
    }
  }

  /** Throws. */
  public static final class Throwing extends Planted {
    @Override
    public void run(PartRun run) {
      throw new IllegalStateException("planted exception");
    }
  }

  /** Keeps memory. */
  public static final class Growing extends Planted {
    private static byte[] kept = {};

    @Override
    public void run(PartRun run) throws InterruptedException {
      run.warm();
      kept = new byte[32 << 20];
    }

    /** {@return how much is kept} */
    static int size() {
      return kept.length;
    }
  }

  /** Ends its process, as a crash does. */
  public static final class Crashing extends Planted {
    @Override
    public void run(PartRun run) {
      Runtime.getRuntime().halt(7);
    }
  }

  /** Does not end. */
  public static final class Hanging extends Planted {
    @Override
    public void run(PartRun run) throws InterruptedException {
      run.add(Figure.OPERATIONS, 3);
      Thread.currentThread().setName("the one that hangs");
      new CountDownLatch(1).await();
    }
  }

  /** Does what it should, and needs no time. */
  public static final class Good extends Planted {
    @Override
    public void run(PartRun run) {
      run.add(Figure.OPERATIONS, 1);
      run.set(Figure.LOST, 0);
    }
  }
}
