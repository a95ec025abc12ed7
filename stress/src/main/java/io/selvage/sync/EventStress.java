package io.selvage.sync;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.selvage.kernel.ThreadRecord;
import io.selvage.stress.Model;
import io.selvage.stress.Model.CancelledByTest;
import io.selvage.stress.SpinScheduler;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LLL_Result;
import org.openjdk.jcstress.infra.results.LL_Result;

/** The protocol of {@link Event}. */
public final class EventStress {
  private EventStress() {}

  /** Waits as {@code record}. Returns what that ends with. */
  static String await(Event event, ThreadRecord record) {
    record.begin();
    try {
      event.await();
      return "released";
    } catch (CancelledByTest e) {
      return "cancelled";
    } catch (InterruptedException e) {
      return "interrupted";
    } catch (SpinScheduler.Stuck e) {
      return "stuck";
    }
  }

  /** Joining the queue against a set: the waiter is released, and sees what was done before. */
  @JCStressTest
  @Outcome(id = "released, 1, 0", expect = ACCEPTABLE, desc = "The waiter was released.")
  @Outcome(expect = FORBIDDEN, desc = "The waiter was missed, or sees too little.")
  @State
  public static class SetOrAwait {
    private final Event event = new Event();
    private final ThreadRecord record = Model.record();
    private int plain;

    @Actor
    public void waiter(LLL_Result r) {
      r.r1 = await(event, record);
      r.r2 = plain;
    }

    @Actor
    public void setter() {
      plain = 1;
      event.set();
    }

    @Arbiter
    public void left(LLL_Result r) {
      r.r3 = event.waiting();
    }
  }

  /** A set and a clear while the wait begins: released by this set or by the next, never missed. */
  @JCStressTest
  @Outcome(id = "released, true/true/true, 0", expect = ACCEPTABLE, desc = "Released.")
  @Outcome(expect = FORBIDDEN, desc = "The waiter was missed.")
  @State
  public static class SetClearSetOrAwait {
    private final Event event = new Event();
    private final ThreadRecord record = Model.record();

    @Actor
    public void waiter(LLL_Result r) {
      r.r1 = await(event, record);
    }

    @Actor
    public void setter(LLL_Result r) {
      boolean first = event.set();
      boolean cleared = event.clear();
      boolean second = event.set();
      r.r2 = first + "/" + cleared + "/" + second;
    }

    @Arbiter
    public void left(LLL_Result r) {
      r.r3 = event.waiting();
    }
  }

  /** Two threads set the event: one of them changes it. */
  @JCStressTest
  @Outcome(
      id = {"true, false", "false, true"},
      expect = ACCEPTABLE,
      desc = "One was first.")
  @Outcome(expect = FORBIDDEN, desc = "Changed twice, or never.")
  @State
  public static class TwoSetters {
    private final Event event = new Event();

    @Actor
    public void first(LL_Result r) {
      r.r1 = event.set();
    }

    @Actor
    public void second(LL_Result r) {
      r.r2 = event.set();
    }
  }

  /** A set that changes nothing still happens before the clear behind it. */
  @JCStressTest
  @Outcome(id = "true, 0", expect = ACCEPTABLE, desc = "Set after the clear.")
  @Outcome(id = "true, 1", expect = ACCEPTABLE, desc = "Set after the clear, seen already.")
  @Outcome(id = "false, 1", expect = ACCEPTABLE, desc = "Set before the clear: seen.")
  @Outcome(expect = FORBIDDEN, desc = "Set before the clear, but not seen behind it.")
  @State
  public static class SetThenClear {
    private final Event event = new Event();
    private int plain;

    /** One that is set already. */
    public SetThenClear() {
      event.set();
    }

    @Actor
    public void setter(LL_Result r) {
      plain = 1;
      r.r1 = event.set();
    }

    @Actor
    public void clearer(LL_Result r) {
      event.clear();
      r.r2 = plain;
    }
  }

  /** A wait that is withdrawn against a set: it leaves nothing behind. */
  @JCStressTest
  @Outcome(id = "released, 0", expect = ACCEPTABLE, desc = "The set was first.")
  @Outcome(id = "cancelled, 0", expect = ACCEPTABLE, desc = "The cancel was first.")
  @Outcome(expect = FORBIDDEN, desc = "The waiter was missed, or left in the queue.")
  @State
  public static class CancelThenSet {
    private final Event event = new Event();
    private final ThreadRecord record = Model.record();

    @Actor
    public void waiter(LL_Result r) {
      r.r1 = await(event, record);
    }

    @Actor
    public void other() {
      record.root().cancel(Model.CAUSE);
      event.set();
    }

    @Arbiter
    public void left(LL_Result r) {
      r.r2 = event.waiting();
    }
  }
}
