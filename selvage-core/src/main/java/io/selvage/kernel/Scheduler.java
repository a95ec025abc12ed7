package io.selvage.kernel;

/**
 * Who runs threads: starts tasks, parks and wakes them, tells the time. Everything in Selvage that
 * waits, times or starts goes through one of these, so that time and order can be replaced as a
 * whole.
 */
public interface Scheduler {

  /** {@return the scheduler that leaves everything to the JDK} */
  static Scheduler parallel() {
    return ParallelScheduler.INSTANCE;
  }

  /**
   * {@return a scheduler that lets at most {@code turns} of its tasks run at once; with 1, a serial
   * loop}
   *
   * @param turns at least 1
   */
  static Scheduler limited(int turns) {
    return new TurnScheduler(turns);
  }

  /**
   * {@return the time in nanoseconds, from an arbitrary origin, as of {@link System#nanoTime()}}
   */
  long now();

  /**
   * Starts a task's thread, at once or when it gets a turn. Never throws: the task is told if that
   * is impossible.
   */
  void start(ThreadRecord task);

  /** A task's body is over: its turn goes on. Called on its own thread. */
  void ended(ThreadRecord task);

  /** The calling thread is about to wait: gives up its turn. */
  void suspend(ThreadRecord self);

  /**
   * Blocks the calling thread until it is woken, its deadline passes or it is interrupted; may
   * return early.
   */
  void park(WaitNode node, long deadline);

  /**
   * A wait has been decided: the thread may go on. Any thread; exactly once for each {@link
   * #suspend}.
   */
  void ready(ThreadRecord waiter);

  /**
   * The calling thread has found its wait decided: blocks until it has its turn again.
   *
   * @return whether an interrupt was found meanwhile; its flag is cleared
   */
  boolean resumed(ThreadRecord self);

  /** Lets others run. */
  void letOthersRun(ThreadRecord self);

  /** Runs {@code action} at a point in time, on a thread that must not be held up. */
  Timer callAt(long deadline, Runnable action);

  /**
   * Runs the delivery of an interrupt, which may block or run foreign code, on a thread of its own.
   */
  void deliver(Runnable interrupt);
}
