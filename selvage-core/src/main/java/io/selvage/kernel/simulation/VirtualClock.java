package io.selvage.kernel.simulation;

import java.util.PriorityQueue;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The time of a simulation: moves only when told to, from one alarm to the next. Not thread-safe.
 */
final class VirtualClock {
  /*
   * An alarm that is taken back stays in the queue, dead, until its time comes or the dead are the majority: then all
   * of them are thrown out. So what is kept is bounded by the live ones.
   */
  private static final int FEW = 64;
  private static final long LAST = Long.MAX_VALUE - 1;

  private final PriorityQueue<Alarm> alarms = new PriorityQueue<>();
  private long now;
  private long armed;
  private int dead;

  /** Something to happen at a point in time: a thread goes on, or an action is run. */
  static final class Alarm implements Comparable<Alarm> {
    final @Nullable SimulatedThread thread;
    final @Nullable Runnable action;
    private final long deadline;
    private final long number;
    private boolean over; // gone off, or taken back

    private Alarm(
        long deadline, long number, @Nullable SimulatedThread thread, @Nullable Runnable action) {
      this.deadline = deadline;
      this.number = number;
      this.thread = thread;
      this.action = action;
    }

    @Override
    public int compareTo(Alarm other) {
      int byTime = Long.compare(deadline, other.deadline);
      return byTime != 0 ? byTime : Long.compare(number, other.number);
    }
  }

  long now() {
    return now;
  }

  Alarm arm(long deadline, @Nullable SimulatedThread thread, @Nullable Runnable action) {
    long at = deadline < 0 && now > 0 ? LAST : deadline; // beyond what a long can count
    Alarm alarm = new Alarm(at, armed++, thread, action);
    alarms.add(alarm);
    return alarm;
  }

  /** Takes an alarm back. Returns false if it has gone off. */
  boolean cancel(Alarm alarm) {
    if (alarm.over) {
      return false;
    }
    alarm.over = true;
    dead++;
    if (dead > FEW && dead > alarms.size() / 2) {
      alarms.removeIf(each -> each.over);
      dead = 0;
    }
    return true;
  }

  /** Moves on to the next alarm; all of that moment go off. Returns false if there is none. */
  boolean advance(Consumer<Alarm> goesOff) {
    dropDead();
    Alarm first = alarms.peek();
    if (first == null) {
      return false;
    }
    now = Math.max(now, first.deadline);
    while (first != null && first.deadline <= now) {
      alarms.remove();
      first.over = true;
      goesOff.accept(first);
      dropDead();
      first = alarms.peek();
    }
    return true;
  }

  private void dropDead() {
    while (!alarms.isEmpty() && alarms.peek().over) {
      alarms.remove();
      dead--;
    }
  }

  /** {@return how many alarms are kept, live and dead; for tests} */
  int kept() {
    return alarms.size();
  }

  /** {@return how many alarms are armed} */
  int size() {
    return alarms.size() - dead;
  }

  /** {@return how many alarms are armed that run an action, not those of threads} */
  int actions() {
    return (int) alarms.stream().filter(each -> !each.over && each.action != null).count();
  }
}
