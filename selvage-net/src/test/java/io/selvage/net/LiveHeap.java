package io.selvage.net;

/** What is on the heap after a collection. */
public final class LiveHeap {
  private static final int COLLECTIONS = 3;

  private LiveHeap() {}

  /** {@return how many bytes are live, or a little more} */
  public static long bytes() {
    long least = Long.MAX_VALUE;
    for (int i = 0; i < COLLECTIONS; i++) {
      System.gc();
      Runtime runtime = Runtime.getRuntime();
      least = Math.min(least, runtime.totalMemory() - runtime.freeMemory());
    }
    return least;
  }

  /** {@return what has been added since, as a text} */
  public static String since(long before, long now) {
    return (now - before) / 1024 + " KiB";
  }
}
