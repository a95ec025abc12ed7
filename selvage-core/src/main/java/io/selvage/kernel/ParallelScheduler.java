package io.selvage.kernel;

import java.util.concurrent.locks.LockSupport;

/** The JDK's threads with nothing in between. */
final class ParallelScheduler implements Scheduler {
  static final ParallelScheduler INSTANCE = new ParallelScheduler();

  private ParallelScheduler() {}

  @Override
  public long now() {
    return System.nanoTime();
  }

  @Override
  public void start(ThreadRecord task) {
    task.startThread();
  }

  @Override
  public void ended(ThreadRecord task) {}

  @Override
  public void suspend(ThreadRecord self) {}

  @Override
  public void park(WaitNode node, long deadline) {
    if (deadline == WaitNode.NEVER) {
      LockSupport.park(node);
    } else {
      LockSupport.parkNanos(node, deadline - now());
    }
  }

  @Override
  public void ready(ThreadRecord waiter) {
    if (waiter.thread != Thread.currentThread()) {
      LockSupport.unpark(waiter.thread);
    }
  }

  @Override
  public boolean resumed(ThreadRecord self) {
    return false;
  }

  @Override
  @SuppressWarnings("ThreadPriorityCheck") // to yield is what it is for
  public void letOthersRun(ThreadRecord self) {
    Thread.yield();
  }

  @Override
  public Timer callAt(long deadline, Runnable action) {
    return Timers.shared().callAt(deadline, action);
  }

  @Override
  public void deliver(Runnable interrupt) {
    Interrupts.run(interrupt);
  }

  @Override
  public String toString() {
    return "parallel";
  }
}
