package io.selvage.kernel;

import org.jspecify.annotations.Nullable;

/**
 * A piece of foreign code that the library calls of its own accord, perhaps several times, on a
 * thread of the kernel. It is its own place in the machine's queue, so that handing it over needs
 * no memory.
 */
public abstract class Errand {
  /** What {@link #run} returns if it is not to run again. */
  static final long OVER = -1;

  // What place says, if it is no place in the queue of ForeignCallThreads. Who writes it: see
  // there.
  static final int UNKNOWN = -1; // to the machine
  static final int PREPARED = -2; // may be handed over
  static final int RUNNING = -3;
  static final int FORGOTTEN = -4; // is not begun any more

  /** Where it is; owned by the machine. */
  int place = UNKNOWN;

  /** When it is to run; owned by the machine. */
  long due;

  /** What wakes it up in a simulation. */
  @Nullable Timer timer;

  /** Creates an errand that the machine does not know yet. */
  Errand() {}

  /**
   * Calls the foreign code; may block. Never by two threads at once, and each call sees what the
   * earlier ones did.
   *
   * @return after how many nanoseconds it is to run again, or {@link #OVER}
   */
  public abstract long run();

  /** {@return an errand that runs once} */
  static Errand once(Runnable action) {
    return new Errand() {
      @Override
      public long run() {
        action.run();
        return OVER;
      }
    };
  }
}
