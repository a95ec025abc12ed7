package io.selvage.kernel.jvm;

import org.jspecify.annotations.Nullable;

/**
 * A piece of foreign code that the library calls of its own accord, perhaps several times, on a
 * thread of the kernel. It is its own place in the machine's queue, so that handing it over needs
 * no memory.
 */
public abstract class Errand {
  /** What {@link #run} returns if it is not to run again. */
  public static final long OVER = -1;

  /** A {@link #place}: the machine does not know it. */
  public static final int UNKNOWN = -1;

  /** A {@link #place}: it may be handed over. */
  public static final int PREPARED = -2;

  /** A {@link #place}: it runs. */
  public static final int RUNNING = -3;

  /** A {@link #place}: it is not begun any more. */
  public static final int FORGOTTEN = -4;

  /**
   * One of the above, or its place in the queue of {@link ForeignCallThreads}; owned by the
   * machine.
   */
  public int place = UNKNOWN;

  /** When it is to run; owned by the machine. */
  long due;

  /** Wakes it up in a simulation; owned by the machine. */
  public @Nullable Timer timer;

  /** Creates an errand that the machine does not know yet. */
  protected Errand() {}

  /**
   * Calls the foreign code; may block. Never by two threads at once, and each call sees what the
   * earlier ones did.
   *
   * @return after how many nanoseconds it is to run again, or {@link #OVER}
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
