package io.selvage.kernel;

/** Lets all threads of a machine run. */
public final class ParallelScheduler implements Scheduler {
  private final Machine machine;

  /**
   * Creates the scheduler of a machine.
   *
   * @param machine on which the threads run
   */
  public ParallelScheduler(Machine machine) {
    this.machine = machine;
  }

  @Override
  public Machine machine() {
    return machine;
  }

  @Override
  public void start(ThreadRecord task) {
    var unused = machine.start(task);
  }

  @Override
  public void ended(ThreadRecord task) {
    machine.ended(task);
  }

  @Override
  public void suspend(ThreadRecord self) {}

  @Override
  public void ready(ThreadRecord waiter) {
    machine.unpark(waiter);
  }

  @Override
  public boolean resumed(ThreadRecord self) {
    return false;
  }

  @Override
  public void letOthersRun(ThreadRecord self) {
    machine.letOthersRun(self);
  }

  @Override
  public String toString() {
    return "parallel";
  }
}
