package io.selvage.kernel;

/**
 * Decides which of a set of threads may run. Each wait, each timer and each start of a thread in
 * the library goes through a scheduler and the {@link Machine} below it, so that a simulation can
 * replace time and order as a whole.
 */
public interface Scheduler {

  /** {@return the scheduler that leaves everything to the JDK} */
  static Scheduler parallel() {
    return Machine.real().parallel();
  }

  /** {@return the machine that the threads run on} */
  Machine machine();

  /** {@return a scheduler on the same machine that lets all its threads run} */
  default Scheduler unlimited() {
    return machine().parallel();
  }

  /**
   * {@return a scheduler on the same machine that lets at most {@code turns} of its tasks run at
   * once; with 1, a serial loop}
   *
   * @param turns at least 1
   */
  default Scheduler limited(int turns) {
    return new TurnScheduler(turns, machine());
  }

  /**
   * {@return a scheduler on the same machine that lets one of its tasks run at a time, a serial
   * loop}
   *
   * @param watching receives a report when a task holds the turn for too long; never in a
   *     simulation, where time does not pass while a task runs
   */
  default Scheduler serial(TurnWatchdog.Settings watching) {
    Machine machine = machine();
    return machine == Machine.real()
        ? new TurnScheduler(1, machine, watching)
        : new TurnScheduler(1, machine);
  }

  /** {@return the time of the machine in nanoseconds} */
  default long now() {
    return machine().now();
  }

  /**
   * Starts a task's thread, at once or when it gets a turn. Never throws: if the start is
   * impossible, the task fails.
   */
  void start(ThreadRecord task);

  /** The body of a task is over: its turn is passed on. Called on the task's own thread. */
  void ended(ThreadRecord task);

  /** The calling thread is about to wait: gives up its turn. */
  void suspend(ThreadRecord self);

  /**
   * Blocks the calling thread until it is woken, its deadline passes or it is interrupted; may
   * return early.
   */
  default void park(WaitNode node, long deadline) {
    machine().park(node.record, node, deadline);
  }

  /**
   * A wait has been decided: the thread may continue. Any thread; exactly once for each {@link
   * #suspend}.
   */
  void ready(ThreadRecord waiter);

  /**
   * The wait of the calling thread was decided: blocks until the thread has its turn again.
   *
   * @return whether an interrupt was found meanwhile; its flag is cleared
   */
  boolean resumed(ThreadRecord self);

  /** The group of this scheduler has ended: all timers are cancelled and nothing is kept for it. */
  default void close() {}

  /** Lets other threads run. */
  void letOthersRun(ThreadRecord self);
}
