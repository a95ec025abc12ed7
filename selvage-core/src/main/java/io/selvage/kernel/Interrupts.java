package io.selvage.kernel;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The threads that call {@link Thread#interrupt()} for others.
 *
 * <p>That call may block its caller for as long as a native read takes, and runs the close method
 * of foreign channels. So it never happens on the thread that cancels, nor on the timer's. They are
 * platform threads, because virtual ones may be starved by the very calls that are to be
 * interrupted; one that is not held up serves all.
 */
final class Interrupts {
  private static final Logger LOG = System.getLogger("io.selvage");

  private static final ExecutorService THREADS =
      new ThreadPoolExecutor(
          0,
          Integer.MAX_VALUE,
          5,
          TimeUnit.SECONDS,
          new SynchronousQueue<>(),
          Thread.ofPlatform().daemon().name("selvage-interrupt-", 0).factory());

  private Interrupts() {}

  static void run(Runnable interrupt) {
    THREADS.execute(
        () -> {
          try {
            interrupt.run();
          } catch (Throwable t) {
            LOG.log(Level.ERROR, "interrupting a cancelled thread failed", t);
          }
        });
  }
}
