package io.selvage;

import io.selvage.kernel.Exhaustion;
import io.selvage.kernel.Step;
import io.selvage.kernel.ThreadRecord;
import io.selvage.kernel.WaitNode;
import io.selvage.kernel.jvm.Timer;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The deadline of one scope, and the timer that watches it while a thread is inside. */
final class ScopeTimer {
  /*
   * Protocol. Everything is guarded by this object's monitor, which no foreign code (code that is not part of the library) can hold; deadline is
   * volatile, so that it can be read without the monitor.
   *
   *   timeout   a relative deadline; becomes an absolute one when the scope is first entered.
   *   alarm     the current arming. An alarm that fires and is not the current one any more does nothing. So an old deadline does not cancel, and no
   *             arming is forgotten. The time of the current alarm is deadline.
   *
   * Arming needs memory, and is done before anything is changed: if it fails, the old deadline stays valid. An alarm that fires needs no memory: it
   * only cancels the scope.
   *
   * A thread that enters adds its region, then calls onEnter. A thread that sets a deadline writes it, then checks whether the scope is active. Both
   * happen under the monitor, so one of them arms the timer. Whether the deadline has passed is decided under the monitor, too; the scope's regions
   * are walked outside of it. Lock order: this, then the lock of the timers.
   */
  private final CancelScope scope;
  private volatile long deadline = WaitNode.NEVER;
  private @Nullable Duration timeout;
  private @Nullable Duration limit; // the value of timeout before it became the deadline
  private @Nullable Alarm alarm;

  ScopeTimer(CancelScope scope) {
    this.scope = scope;
  }

  /** One arming of the timer. */
  private final class Alarm implements Runnable {
    private @Nullable Timer timer;

    @Override
    public void run() {
      Step.within("CancelScope.deadline");
      onAlarm(this);
    }
  }

  /** {@return the point in time, or NEVER if there is none yet} */
  long deadline() {
    return deadline;
  }

  synchronized void setTimeout(Duration newTimeout) {
    timeout = newTimeout;
  }

  void setDeadline(long newDeadline) {
    ScopeCause why;
    synchronized (this) {
      Alarm next = isWatched() && !isOver(newDeadline) ? arm(newDeadline) : null;
      disarm();
      timeout = null;
      limit = null;
      deadline = newDeadline;
      alarm = next;
      why = isWatched() && isOver(newDeadline) ? scope.expire(limit) : null;
    }
    scope.walk(why);
  }

  /** A thread has entered: its region is visible. */
  void onEnter() {
    ScopeCause why = null;
    synchronized (this) {
      if (alarm == null && isWatched()) {
        long end = timeout == null ? deadline : Deadline.nanosAfter(timeout);
        limit = timeout == null ? limit : timeout;
        if (isOver(end)) {
          why = scope.expire(limit);
        } else {
          alarm = arm(end);
        }
        deadline = end;
        timeout = null;
      }
    }
    scope.walk(why);
  }

  /** A thread has left: its region is not visible any more. */
  synchronized void onLeave() {
    if (!scope.isActive()) {
      disarm();
    }
  }

  private void onAlarm(Alarm fired) {
    ScopeCause why;
    synchronized (this) {
      if (alarm != fired) {
        return;
      }
      alarm = null;
      why = isWatched() ? scope.expire(limit) : null;
    }
    Step.within("CancelScope.deadline");
    scope.walk(why);
  }

  private boolean isWatched() {
    return scope.isActive() && !scope.isCancelled();
  }

  private static boolean isOver(long end) {
    return end != WaitNode.NEVER && end - Deadline.now() <= 0;
  }

  private @Nullable Alarm arm(long end) {
    if (end == WaitNode.NEVER) {
      return null;
    }
    Alarm next = new Alarm();
    Exhaustion.point("CancelScope.deadline");
    next.timer = ThreadRecord.current().machine().callAt(end, next);
    return next;
  }

  private void disarm() {
    Alarm armed = alarm;
    alarm = null;
    if (armed != null && armed.timer != null) {
      armed.timer.cancel();
    }
  }
}
