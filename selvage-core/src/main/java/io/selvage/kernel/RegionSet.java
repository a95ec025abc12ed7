package io.selvage.kernel;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;

/** The stays of threads in one scope. Any thread reads; a thread adds and removes its own. */
public final class RegionSet {
  /*
   * One reference to an array that is never changed, replaced by CAS; a loser tries again. It is small: mostly empty or
   * of one.
   */
  private static final VarHandle REGIONS;

  static {
    try {
      REGIONS = MethodHandles.lookup().findVarHandle(RegionSet.class, "regions", Region[].class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private static final Region[] NONE = {};

  private volatile Region[] regions = NONE;

  /** Adds a region. */
  public void add(Region region) {
    Region[] before;
    Region[] after;
    do {
      before = regions;
      after = Arrays.copyOf(before, before.length + 1);
      after[before.length] = region;
    } while (!REGIONS.compareAndSet(this, before, after));
  }

  /** Removes a region, if it is in here. */
  public void remove(Region region) {
    Region[] before;
    Region[] after;
    do {
      before = regions;
      after = without(before, region);
    } while (!REGIONS.compareAndSet(this, before, after));
  }

  private static Region[] without(Region[] before, Region region) {
    if (before.length == 1 && before[0] == region) {
      return NONE;
    }
    return Arrays.stream(before).filter(each -> each != region).toArray(Region[]::new);
  }

  /** {@return whether nobody is inside} */
  public boolean isEmpty() {
    return regions.length == 0;
  }

  /** {@return whether this thread is inside} */
  public boolean contains(ThreadRecord thread) {
    for (Region region : regions) {
      if (region.record() == thread) {
        return true;
      }
    }
    return false;
  }

  /** Cancels all regions. */
  public void cancelAll(CancelCause why) {
    for (Region region : regions) {
      region.cancel(why);
    }
  }
}
