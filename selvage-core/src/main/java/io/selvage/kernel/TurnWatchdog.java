package io.selvage.kernel;

import io.selvage.kernel.jvm.SpinLock;
import io.selvage.kernel.jvm.Timer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Notices that one task of a serial loop keeps the turn for too long, and reports it. */
public final class TurnWatchdog {
  /*
   * Protocol. A hold is the time from a grant of the turn to the next one, or to its release. hold, holder, seen, since,
   * reported, alarm, alarm.timer and closed are guarded by the lock of the scheduler, which calls granted and released under it.
   *
   * One timer fires every longestNanos; a grant arms it if it is not armed. If it finds the same hold twice in a row, that hold has lasted for at
   * least longestNanos and is reported, once. If there is no memory for the report, the next timer tries again. If no task holds the turn, the timer is not armed again. So an idle loop costs nothing, and a busy loop
   * costs one timer per longestNanos. close cancels the timer when the loop ends.
   *
   * alarm: null ──arm, under the lock──▶ a ──the timer fires, or there is no memory for it──▶ null. Timers have a lock of their own, so a timer is
   * armed and cancelled outside of the lock of the scheduler. Meanwhile alarm is set, so no other thread arms a second one. The thread that arms it
   * cancels it, if the loop was closed in between.
   *
   * The thread of the timers must not be blocked, and taking a stack may wait for the thread: so the report is made on another thread.
   *
   * Check with: TurnWatchdogTest.
   */

  /** Receives a report about a turn that is held for too long. */
  @FunctionalInterface
  public interface Report {
    /**
     * Called once for each hold, on a thread that may block.
     *
     * @param task the name of the task that holds the turn
     * @param nanos the minimum time for which it has held the turn
     * @param stack its current stack; empty if the task has given up this turn meanwhile
     */
    void heldTurn(String task, long nanos, List<StackTraceElement> stack);
  }

  /**
   * The time limit, and the receiver of reports.
   *
   * @param longestNanos more than zero; a hold is reported when its age is between one and two
   *     times this value
   * @param report the receiver
   */
  public record Settings(long longestNanos, Report report) {}

  private final SpinLock lock;
  private final Machine machine;
  private final Settings settings;

  private long hold;
  private @Nullable ThreadRecord holder;
  private long seen;
  private long since;
  private long reported; // 0: none
  private volatile @Nullable Alarm alarm; // read without the lock in arm
  private boolean closed;

  TurnWatchdog(SpinLock lock, Machine machine, Settings settings) {
    this.lock = lock;
    this.machine = machine;
    this.settings = settings;
  }

  // ---- under the lock

  void granted(ThreadRecord newHolder) {
    hold++;
    holder = newHolder;
  }

  void released() {
    holder = null;
  }

  // ---- outside of the lock

  /** One timer, and that it was armed. */
  private final class Alarm implements Runnable {
    private @Nullable Timer timer;

    @Override
    public void run() {
      look();
    }
  }

  /**
   * Arms the timer, if it is not armed. Called after each grant. Never throws: passing on a turn
   * must not fail because no timer can be armed.
   */
  void arm() {
    if (alarm != null) {
      return;
    }
    Alarm next;
    try {
      next = new Alarm();
    } catch (OutOfMemoryError full) {
      return; // the next grant tries again
    }
    if (announce(next)) {
      armed(next, newTimer(next));
    }
  }

  private boolean announce(Alarm next) {
    lock.lock();
    try {
      if (closed || alarm != null || holder == null) {
        return false;
      }
      alarm = next;
      return true;
    } finally {
      lock.unlock();
    }
  }

  private @Nullable Timer newTimer(Alarm next) {
    try {
      return machine.callAt(machine.now() + settings.longestNanos(), next);
    } catch (Throwable noTimer) {
      return null; // the next grant tries again
    }
  }

  private void armed(Alarm announced, @Nullable Timer timer) {
    boolean late;
    lock.lock();
    try {
      announced.timer = timer;
      if (timer == null) {
        alarm = null;
      }
      late = closed;
    } finally {
      lock.unlock();
    }
    if (late) {
      cancel(timer);
    }
  }

  void close() {
    Timer armed;
    lock.lock();
    try {
      closed = true;
      armed = alarm == null ? null : alarm.timer;
    } finally {
      lock.unlock();
    }
    cancel(armed);
  }

  private static void cancel(@Nullable Timer timer) {
    if (timer != null) {
      timer.cancel();
    }
  }

  // ---- on the timer's thread

  private void look() {
    ThreadRecord late;
    long number;
    long held;
    lock.lock();
    try {
      alarm = null;
      if (holder == null) {
        return;
      }
      late = findLate();
      number = hold;
      held = machine.now() - since;
    } finally {
      lock.unlock();
    }
    arm();
    if (late != null && !isHandedOver(late, number, held)) {
      reportLater(number);
    }
  }

  private boolean isHandedOver(ThreadRecord late, long number, long held) {
    try {
      machine.runDetached(() -> report(late, number, held));
      return true;
    } catch (Throwable noThread) {
      return false; // most likely there is no memory; the timer's thread must go on
    }
  }

  private void reportLater(long number) {
    lock.lock();
    try {
      if (reported == number) {
        reported = 0;
      }
    } finally {
      lock.unlock();
    }
  }

  private @Nullable ThreadRecord findLate() {
    if (seen != hold) {
      seen = hold;
      since = machine.now();
      return null;
    }
    if (reported == hold) {
      return null;
    }
    reported = hold;
    return holder;
  }

  // ---- on a thread of its own

  /** The state guarded by the lock may have changed since; only the stack is taken now. */
  private void report(ThreadRecord task, long number, long nanos) {
    List<StackTraceElement> stack = List.of(task.thread.getStackTrace());
    lock.lock();
    try {
      if (hold != number || holder == null) {
        stack = List.of();
      }
    } finally {
      lock.unlock();
    }
    settings.report().heldTurn(Threads.nameOf(task.thread), nanos, stack);
  }
}
