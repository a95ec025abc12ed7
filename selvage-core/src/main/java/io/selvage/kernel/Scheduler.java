package io.selvage.kernel;

/**
 * Who of a set of threads may run. Everything in Selvage that waits, times or starts goes through
 * one of these and the {@link Machine} below it, so that time and order can be replaced as a whole.
 */
public interface Scheduler {

  /** {@return the scheduler that leaves everything to the JDK} */
  static Scheduler parallel() {
    return Machine.real().parallel();
  }

  /** {@return what the threads run on} */
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
   * @param watching told of a task that keeps the turn for too long; in a simulation, where time
   *     stands still while a task runs, nobody does
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
  default void park(WaitNode node, long deadline) {
    machine().park(node.record, node, deadline);
  }

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

  /** The group this was made for has ended: nothing is to be kept or timed for it. */
  default void close() {}

  /** Lets others run. */
  void letOthersRun(ThreadRecord self);
}
