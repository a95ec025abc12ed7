package io.selvage.kernel.simulation;

import io.selvage.kernel.ThreadRecord;
import io.selvage.kernel.WaitNode;
import io.selvage.kernel.jvm.Timer;
import io.selvage.kernel.simulation.VirtualClock.Alarm;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The thread of a run that runs the actions of timers, one at a time. Guarded by the turn. */
final class TimerThread {
  /*
   * It is started with the first timer, and is parked while nothing is due. An alarm goes from the clock into due when its time has come; a timer can
   * be cancelled in both places. The director picks among timers of the same time.
   */
  private final SimulatedMachine machine;
  private final Director director;
  private final VirtualClock clock;
  private final OwnThreads ownThreads;
  private final List<Alarm> due = new ArrayList<>();
  private @Nullable SimulatedThread thread;

  TimerThread(
      SimulatedMachine machine, Director director, VirtualClock clock, OwnThreads ownThreads) {
    this.machine = machine;
    this.director = director;
    this.clock = clock;
    this.ownThreads = ownThreads;
  }

  Timer callAt(long deadline, Runnable action) {
    if (thread == null) {
      thread = ownThreads.make("timer", this::run, true);
      ownThreads.start(thread);
    }
    Alarm alarm = clock.arm(deadline, null, action);
    return () -> clock.cancel(alarm) || due.remove(alarm);
  }

  /** The time of a timer has come. */
  void isDue(Alarm alarm) {
    due.add(alarm);
    machine.unpark(self());
  }

  private void run() {
    ThreadRecord self = self();
    while (true) {
      while (due.isEmpty()) {
        machine.park(self, due, WaitNode.NEVER);
      }
      Alarm alarm = due.remove(due.size() == 1 ? 0 : director.pick(due.size()));
      OwnThreads.runGuarded("a timer's action failed", Objects.requireNonNull(alarm.action));
    }
  }

  private ThreadRecord self() {
    return Objects.requireNonNull(thread).record;
  }
}
