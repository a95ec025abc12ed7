package io.selvage.kernel.simulation;

import java.util.PriorityQueue;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The time of a simulation. It advances only by {@link #advance}, from one alarm to the next. Not
 * thread-safe.
 */
final class VirtualClock {
  /*
   * A cancelled alarm stays in the queue until its time comes, or until more than half of the alarms in the queue are cancelled: then all of these
   * are removed. So the size of the queue is bounded by the number of live alarms.
   */
  private static final int FEW = 64;
  private static final long LAST = Long.MAX_VALUE - 1;

  private final PriorityQueue<Alarm> alarms = new PriorityQueue<>();
  private long now;
  private long armed;
  private int dead;

  /** Something that happens at a point in time: a thread continues, or an action runs. */
  static final class Alarm implements Comparable<Alarm> {
    final @Nullable SimulatedThread thread;
    final @Nullable Runnable action;
    private final long deadline;
    private final long number;
    private boolean over; // fired, or cancelled

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
    long at = deadline < 0 && now > 0 ? LAST : deadline; // more than a long can hold
    Alarm alarm = new Alarm(at, armed++, thread, action);
    alarms.add(alarm);
    return alarm;
  }

  /** Cancels an alarm. Returns false if it has fired. */
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

  /** Advances to the next alarm; all alarms of that time fire. Returns false if there is none. */
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

  /** {@return how many alarms are in the queue, live or cancelled; for tests} */
  int kept() {
    return alarms.size();
  }

  /** {@return how many alarms are armed} */
  int size() {
    return alarms.size() - dead;
  }

  /** {@return how many armed alarms run an action, not counting those that wake threads} */
  int actions() {
    return (int) alarms.stream().filter(each -> !each.over && each.action != null).count();
  }
}
