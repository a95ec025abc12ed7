package io.selvage.kernel.simulation;

import io.selvage.kernel.support.SimulationAbandoned;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** The turn of a run: exactly one thread has it, and no other thread of the run continues. */
final class Turn {
  /*
   * Protocol. Only the thread that has the turn reads and writes the fields of this package that are not volatile, and it publishes them with the
   * turn: next.granted = true, unpark(next), and then it waits for its own grant. The threads are real threads, so thread-locals, stacks and
   * debuggers work as usual.
   *
   * Interrupts. Interrupts of the library are kept in SimulatedThread.interrupts, and the target thread issues them itself when it gets the turn: so
   * they arrive at a point of the schedule. An interrupt from outside wakes the target's real park: the target writes interruptedFromOutside, then
   * clears the flag. Dispatcher says when it is noticed.
   *
   * Once a run is abandoned, no thread has the turn any more (RunTermination): await returns without a grant, and handOver throws.
   */
  private final RunTermination end;
  private volatile @Nullable SimulatedThread holder;

  Turn(RunTermination end) {
    this.end = end;
  }

  /** {@return the thread that has the turn, or had it last; null before the run} */
  @Nullable SimulatedThread holder() {
    return holder;
  }

  /** {@return whether the calling thread is not part of the run, which goes on} */
  boolean isHeldByAnother() {
    SimulatedThread thread = holder;
    return thread != null && thread.record.thread() != Thread.currentThread() && !end.isAbandoned();
  }

  /** Gives the turn to the first thread of a run, which has not been started yet. */
  void begin(SimulatedThread first) {
    first.granted = true;
    holder = first;
  }

  /** Gives the turn to a thread, or to none if the run has failed. */
  void grant(@Nullable SimulatedThread next) {
    if (next != null) {
      holder = next;
      next.granted = true;
      LockSupport.unpark(next.record.thread());
    }
  }

  /**
   * Gives the turn to {@code next}, and waits until the calling thread gets it again.
   *
   * @throws SimulationAbandoned if the run is abandoned first
   */
  void handOver(SimulatedThread self, @Nullable SimulatedThread next) {
    if (next == self) {
      issueInterrupts(self);
      return;
    }
    grant(next);
    await(self);
    if (end.isAbandoned()) {
      throw new SimulationAbandoned();
    }
    issueInterrupts(self);
  }

  /** Waits until the calling thread gets the turn, or the run is abandoned. */
  void await(SimulatedThread self) {
    boolean interrupted = false;
    while (!self.granted && !end.isAbandoned()) {
      LockSupport.park(this);
      if (Thread.currentThread().isInterrupted()) {
        interrupted = true;
        self.interruptedFromOutside = true;
        var unused = Thread.interrupted();
      }
    }
    self.granted = false;
    if (interrupted) {
      self.interruptedFromOutside = false; // from here on the flag itself holds the interrupt
      Thread.currentThread().interrupt();
    }
  }

  /** Issues the interrupts that the library has for the calling thread. */
  static void issueInterrupts(SimulatedThread self) {
    while (!self.interrupts.isEmpty()) {
      self.interrupts.removeFirst().run();
    }
  }
}
