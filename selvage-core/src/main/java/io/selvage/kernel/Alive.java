package io.selvage.kernel;

import java.util.List;

/** What of the library is alive in this process, outside of simulations: for tests of leaks. */
public final class Alive {
  private Alive() {}

  /** {@return how many timers are armed} */
  public static int timers() {
    return Timers.shared().size();
  }

  /** {@return the threads of services that were started and have not ended, in no order} */
  public static List<Thread> services() {
    return Threads.services();
  }

  /** {@return whether this is one of the library's own threads, which serve the whole process} */
  public static boolean isDaemon(Thread thread) {
    return Daemons.isOne(thread);
  }
}
