package io.selvage.kernel;

/**
 * What of the library is alive in this process, outside of simulations, besides the {@linkplain
 * Machine#roots() threads}: for tests of leaks.
 */
public final class LeakProbe {
  private LeakProbe() {}

  /** {@return how many timers are armed} */
  public static int timers() {
    return Timers.SHARED.size();
  }

  /** {@return whether this is one of the library's own threads, which serve the whole process} */
  public static boolean isDaemon(Thread thread) {
    return Daemons.isOne(thread);
  }
}
