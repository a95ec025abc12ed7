package io.selvage.kernel;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The threads on which the library calls foreign code of its own accord: cancellers, reports.
 *
 * <p>That code is expected to block, over a network for instance, so each call has a thread. They
 * are platform threads, because virtual ones may be starved by the very calls that are to be
 * cancelled.
 */
final class Apart {
  private static final ExecutorService THREADS =
      new ThreadPoolExecutor(
          0,
          Integer.MAX_VALUE,
          5,
          TimeUnit.SECONDS,
          new SynchronousQueue<>(),
          Daemons.factory("selvage-apart-"));

  private Apart() {}

  /** Never throws: the caller may be in the middle of cancelling. */
  static void run(Runnable action) {
    Runnable guarded = () -> guarded("a canceller or a report failed", action);
    try {
      THREADS.execute(guarded);
    } catch (Throwable noThread) {
      guarded.run(); // it may block here, but the alternative is that nobody is told
    }
  }

  /** Logs what {@code action} throws. */
  static void guarded(String message, Runnable action) {
    try {
      action.run();
    } catch (Throwable t) {
      Log.error(message, t);
    }
  }
}
