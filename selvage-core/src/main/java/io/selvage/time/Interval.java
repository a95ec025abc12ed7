package io.selvage.time;

import io.selvage.CancelledException;
import io.selvage.kernel.ThreadRecord;
import io.selvage.kernel.WaitNode;
import io.selvage.kernel.select.TimedChoice;
import io.selvage.kernel.support.Durations;
import io.selvage.select.Selectable;
import java.time.Duration;
import java.util.Objects;

/**
 * Ticks at a fixed rate: each {@link #tick()} waits for the next one.
 *
 * {@snippet class="io.selvage.time.TimeSnippets" region="interval"}
 *
 * <p>The ticks do not drift: if each one is asked for in time, tick <i>n</i> is due <i>n - 1</i>
 * periods after the first one. What becomes of a tick that was asked for too late is said by {@link
 * LateTick}.
 *
 * <p><b>Threads.</b> One thread at a time.
 *
 * <p><b>Cancellation.</b> A tick that was cancelled was not taken: the next call gets it.
 */
public final class Interval {
  private final Duration shown;
  private final long period;
  private final LateTick policy;
  private volatile long next; // when the next tick is due; volatile, as another thread may continue
  private volatile long taken;

  private Interval(Duration shown, long period, long first, LateTick policy) {
    this.shown = shown;
    this.period = period;
    this.policy = policy;
    this.next = first;
  }

  /**
   * {@return an interval whose first tick comes at once; after a late tick it restarts from there}
   *
   * @param period the time from one tick to the next; more than zero
   * @throws IllegalArgumentException if it is zero, negative or longer than 100 years
   */
  public static Interval every(Duration period) {
    return every(period, Duration.ZERO, LateTick.RESTART);
  }

  /**
   * {@return an interval}
   *
   * @param period the time from one tick to the next; more than zero
   * @param firstAfter the time until the first tick; zero or more
   * @param policy what it does after a late tick
   * @throws IllegalArgumentException if the period is zero, or if a duration is negative or longer
   *     than 100 years
   */
  public static Interval every(Duration period, Duration firstAfter, LateTick policy) {
    long nanos = Durations.nanos(period, "period");
    if (nanos == 0) {
      throw new IllegalArgumentException("period must be more than zero, was " + period);
    }
    long first = now() + Durations.nanos(firstAfter, "firstAfter");
    return new Interval(period, nanos, first, Objects.requireNonNull(policy, "policy"));
  }

  private static long now() {
    return ThreadRecord.current().scheduler().now();
  }

  /**
   * Waits for the next tick.
   *
   * @return the tick
   * @throws CancelledException if the calling thread is cancelled, also on entry
   * @throws InterruptedException if the calling thread was interrupted from outside
   */
  public Tick tick() throws InterruptedException {
    ThreadRecord self = ThreadRecord.current();
    self.begin("Interval.tick");
    long due = next;
    boolean late = now() - due > 0;
    if (!late) {
      var unused = new WaitNode(self, "Interval.tick", this).await(due);
    }
    return take(late);
  }

  private Tick take(boolean wasLate) {
    long now = now();
    long due = next;
    long number = taken + 1; // one thread at a time
    Tick tick = new Tick(number, Duration.ofNanos(Math.max(0, now - due))); // before any change
    next = wasLate ? nextAfterLate(due, now) : due + period;
    taken = number;
    return tick;
  }

  private long nextAfterLate(long due, long now) {
    return switch (policy) {
      case RESTART -> now + period;
      case SKIP -> due + ((now - due) / period + 1) * period;
      case BURST -> due + period;
    };
  }

  /**
   * {@return the next tick as a clause of a {@link io.selvage.select.Select}} Make it for each
   * select anew, after the tick before was taken.
   */
  public Selectable<Tick> onTick() {
    return new TickChoice(next);
  }

  private final class TickChoice extends TimedChoice implements Selectable<Tick> {
    private final long due;
    private boolean late;

    TickChoice(long due) {
      super(due);
      this.due = due;
    }

    @Override
    protected boolean tryNow() {
      late = now() - due > 0;
      return super.tryNow();
    }

    @Override
    public Object result() {
      return take(late);
    }

    @Override
    public String toString() {
      return "tick of " + Interval.this;
    }
  }

  @Override
  public String toString() {
    return "Interval[" + shown + "]";
  }
}
