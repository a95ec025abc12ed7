package io.selvage.kernel;

import io.selvage.kernel.jvm.SpinLock;
import org.jspecify.annotations.Nullable;

/**
 * Lets at most <i>n</i> of its tasks run at once. A task holds a turn while it runs and gives it up
 * while it waits in an operation of the library. With one turn it is a serial loop.
 */
final class TurnScheduler implements Scheduler {
  /*
   * Protocol, per task (ThreadRecord.turn, guarded by lock):
   *
   *   NONE ──start──▶ QUEUED ──grant──▶ HOLDING ──suspend──▶ GIVEN_UP ──ready──▶ QUEUED ──grant──▶ HOLDING
   *                                     HOLDING ──ready (before suspend)──▶ WOKEN ──suspend──▶ HOLDING
   *                                     HOLDING ──ended, or its thread cannot be started──▶ NONE
   *
   * ready is called exactly once for each suspend, by the thread that has decided the wait (WaitNode), possibly before the waiter has called suspend.
   * Only a grant wakes the thread, so a switch is one unpark of one thread; the first grant starts it. Turns are granted in the order of arrival. The
   * wake-up itself happens outside of the lock. The queue is linked through the records (ThreadRecord.nextInTurn), so passing a turn on allocates
   * nothing and cannot fail.
   *
   * Invariant: free > 0 implies that the queue is empty.
   *
   * A serial loop may have a TurnWatchdog. The scheduler calls it at each grant and release, under the lock, and lets it arm its timer after each
   * grant, outside of the lock.
   *
   * Check with: TurnSchedulerTest, TurnSchedulerStress.
   */
  private static final int NONE = 0;
  private static final int QUEUED = 1;
  private static final int HOLDING = 2;
  private static final int WOKEN = 3;
  private static final int GIVEN_UP = 4;

  /** The state of a thread with respect to its turn. */
  private enum Place {
    HOLDS,
    NEXT,
    BEHIND
  }

  private final SpinLock lock = new SpinLock();
  private final Machine machine;
  private final int turns;
  private final @Nullable TurnWatchdog watch;
  private int free;
  private @Nullable ThreadRecord first; // of the queue
  private @Nullable ThreadRecord last;

  TurnScheduler(int turns, Machine machine) {
    this(turns, machine, null);
  }

  TurnScheduler(int turns, Machine machine, TurnWatchdog.@Nullable Settings watching) {
    if (turns < 1) {
      throw new IllegalArgumentException("limit of running tasks must be >= 1, was " + turns);
    }
    this.machine = machine;
    this.turns = turns;
    this.free = turns;
    this.watch = watching == null ? null : new TurnWatchdog(lock, machine, watching);
  }

  @Override
  public void start(ThreadRecord task) {
    ThreadRecord granted;
    lock.lock();
    try {
      granted = enqueue(task);
    } finally {
      lock.unlock();
    }
    wake(granted);
  }

  @Override
  public void ready(ThreadRecord waiter) {
    ThreadRecord granted = null;
    lock.lock();
    try {
      if (waiter.turn == HOLDING) {
        waiter.turn = WOKEN;
      } else {
        granted = enqueue(waiter);
      }
    } finally {
      lock.unlock();
    }
    wake(granted);
  }

  @Override
  public void suspend(ThreadRecord self) {
    ThreadRecord granted;
    lock.lock();
    try {
      if (self.turn == WOKEN) {
        self.turn = HOLDING;
        return;
      }
      self.turn = GIVEN_UP;
      granted = release();
    } finally {
      lock.unlock();
    }
    wake(granted);
    Step.within("TurnScheduler.suspend");
  }

  @Override
  public void ended(ThreadRecord task) {
    wake(passOn(task));
    machine.ended(task);
  }

  @Override
  public void letOthersRun(ThreadRecord self) {
    ThreadRecord granted;
    lock.lock();
    try {
      if (first == null) {
        hold(self);
        return;
      }
      granted = release();
      append(self);
    } finally {
      lock.unlock();
    }
    wake(granted);
    if (resumed(self)) {
      self.thread.interrupt();
    }
  }

  @Override
  public boolean resumed(ThreadRecord self) {
    boolean interrupted = false;
    Place place = place(self);
    if (place == Place.NEXT) {
      machine.beforeTurn(self);
      place = place(self);
    }
    while (place != Place.HOLDS) {
      machine.park(self, this, WaitNode.NEVER);
      interrupted |= Thread.interrupted();
      place = place(self);
    }
    return interrupted;
  }

  private Place place(ThreadRecord self) {
    lock.lock();
    try {
      if (self.turn == HOLDING) {
        return Place.HOLDS;
      }
      return first == self ? Place.NEXT : Place.BEHIND;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Gives {@code task} a free turn, or a place in the queue. Returns the thread to wake, or null.
   */
  private @Nullable ThreadRecord enqueue(ThreadRecord task) {
    if (free > 0) {
      free--;
      hold(task);
      return task;
    }
    append(task);
    return null;
  }

  private void append(ThreadRecord task) {
    task.turn = QUEUED;
    if (last == null) {
      first = task;
    } else {
      last.nextInTurn = task;
    }
    last = task;
  }

  private @Nullable ThreadRecord poll() {
    ThreadRecord next = first;
    if (next != null) {
      first = next.nextInTurn;
      next.nextInTurn = null;
      if (first == null) {
        last = null;
      }
    }
    return next;
  }

  /** Passes a turn on. Returns the thread to wake, or null. */
  private @Nullable ThreadRecord release() {
    ThreadRecord next = poll();
    if (next == null) {
      free++;
      if (watch != null) {
        watch.released();
      }
    } else {
      hold(next);
    }
    return next;
  }

  private void hold(ThreadRecord holder) {
    holder.turn = HOLDING;
    if (watch != null) {
      watch.granted(holder);
    }
  }

  /**
   * Never throws: a thread that cannot be started passes its turn on, and only its own task fails.
   */
  private void wake(@Nullable ThreadRecord holder) {
    ThreadRecord granted = holder;
    if (granted != null && watch != null) {
      watch.arm();
    }
    while (granted != null) {
      if (granted.thread.getState() != Thread.State.NEW) {
        machine.unpark(granted);
        return;
      }
      if (machine.start(granted)) {
        return;
      }
      granted = passOn(granted);
    }
  }

  /** {@return whether the thread waits for its turn; any thread, racily} */
  static boolean isQueued(ThreadRecord record) {
    return record.turn == QUEUED;
  }

  private @Nullable ThreadRecord passOn(ThreadRecord holder) {
    lock.lock();
    try {
      holder.turn = NONE;
      return release();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    if (watch != null) {
      watch.close();
    }
  }

  @Override
  public Machine machine() {
    return machine;
  }

  @Override
  public String toString() {
    return "limited to " + turns;
  }
}
