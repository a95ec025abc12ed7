package io.selvage;

import io.selvage.kernel.Step;
import io.selvage.kernel.ThreadRecord;
import io.selvage.kernel.Timer;
import io.selvage.kernel.WaitNode;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The deadline of one scope, and the timer that watches it while somebody is inside. */
final class ScopeTimer {
  /*
   * Protocol. Everything is guarded by this object's monitor, which no foreign code can hold; deadline is volatile to be
   * read anywhere.
   *
   *   timeout   a relative deadline; becomes an absolute one when the scope is first entered.
   *   alarm     the arming that counts. An alarm that goes off and is not this one any more does nothing; so a deadline
   *             that was moved away does not cancel, and no arming is forgotten.
   *
   * A thread that enters adds its region, then calls onEnter; who sets a deadline writes it, then looks whether the scope is
   * active: both under the monitor, so one of them arms. That the time has come is decided under the monitor, too; the
   * scope's regions are walked outside of it. Lock order: this, then the lock of the timers.
   */
  private final CancelScope scope;
  private volatile long deadline = WaitNode.NEVER;
  private @Nullable Duration timeout;
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
    Cause why;
    synchronized (this) {
      timeout = null;
      deadline = newDeadline;
      disarm();
      why = armOrExpire();
    }
    scope.walk(why);
  }

  /** A thread has entered: its region is visible. */
  void onEnter() {
    Cause why;
    synchronized (this) {
      why = armOrExpire();
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
    Cause why;
    synchronized (this) {
      if (alarm != fired) {
        return;
      }
      alarm = null;
      why = armOrExpire();
    }
    Step.within("CancelScope.deadline");
    scope.walk(why);
  }

  /** Returns the cause if the time has come and this has cancelled the scope. */
  private @Nullable Cause armOrExpire() {
    if (alarm != null || !scope.isActive() || scope.isCancelled()) {
      return null;
    }
    if (timeout != null) {
      deadline = Deadline.nanosAfter(timeout);
      timeout = null;
    }
    if (deadline == WaitNode.NEVER) {
      return null;
    }
    if (deadline - Deadline.now() <= 0) {
      return scope.expire();
    }
    Alarm next = new Alarm();
    next.timer = ThreadRecord.current().machine().callAt(deadline, next);
    alarm = next;
    return null;
  }

  private void disarm() {
    Alarm armed = alarm;
    alarm = null;
    if (armed != null && armed.timer != null) {
      armed.timer.cancel();
    }
  }
}
