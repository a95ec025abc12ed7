package io.selvage.kernel;

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
  private static final ExecutorService THREADS =
      new ThreadPoolExecutor(
          0,
          Integer.MAX_VALUE,
          5,
          TimeUnit.SECONDS,
          new SynchronousQueue<>(),
          Daemons.factory("selvage-interrupt-"));

  private Interrupts() {}

  /** Never throws: the caller is in the middle of cancelling. */
  static void run(Runnable interrupt) {
    Runnable guarded =
        () -> {
          try {
            interrupt.run();
          } catch (Throwable t) {
            Log.error("interrupting a cancelled thread failed", t);
          }
        };
    try {
      THREADS.execute(guarded);
    } catch (Throwable noThread) {
      guarded.run(); // it may block here, but the alternative is a thread that is never interrupted
    }
  }
}
