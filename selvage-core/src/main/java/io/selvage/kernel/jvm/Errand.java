package io.selvage.kernel.jvm;

import org.jspecify.annotations.Nullable;

/**
 * A piece of foreign code that the library calls on its own initiative, perhaps several times, on a
 * thread of the kernel. The object itself is the entry in the machine's queue, so that passing it
 * to the machine needs no memory. Foreign code is code that is not part of the library.
 */
public abstract class Errand {
  /** The result of {@link #run} if the errand must not run again. */
  public static final long OVER = -1;

  /** A {@link #place}: the machine does not know it. */
  public static final int UNKNOWN = -1;

  /** A {@link #place}: it may be passed to the machine. */
  public static final int PREPARED = -2;

  /** A {@link #place}: it runs. */
  public static final int RUNNING = -3;

  /** A {@link #place}: no run begins any more. */
  public static final int FORGOTTEN = -4;

  /**
   * One of the constants above, or its index in the queue of {@link ForeignCallThreads}; owned by
   * the machine.
   */
  public int place = UNKNOWN;

  /** The time of its next run; owned by the machine. */
  long due;

  /** In a simulation, the timer of its next run; owned by the machine. */
  public @Nullable Timer timer;

  /** Creates an errand that the machine does not know yet. */
  protected Errand() {}

  /**
   * Calls the foreign code; may block. Never called by two threads at once; each call sees the
   * effects of the earlier calls.
   *
   * @return the delay in nanoseconds until its next run, or {@link #OVER}
   */
  public abstract long run();

  /** {@return an errand that runs once} */
  public static Errand once(Runnable action) {
    return new Errand() {
      @Override
      public long run() {
        action.run();
        return OVER;
      }
    };
  }
}
