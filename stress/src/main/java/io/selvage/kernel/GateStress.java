package io.selvage.kernel;

import static io.selvage.kernel.GateOwner.awaitFlag;
import static io.selvage.kernel.GateOwner.begin;
import static io.selvage.kernel.GateOwner.enter;
import static io.selvage.kernel.GateOwner.flag;
import static io.selvage.kernel.GateOwner.takeFlag;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.selvage.stress.Meeting;
import io.selvage.stress.Model;
import io.selvage.stress.Model.CancelledByTest;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LLL_Result;
import org.openjdk.jcstress.infra.results.LL_Result;
import org.openjdk.jcstress.infra.results.L_Result;

/**
 * The protocol of {@link Gate}, with interrupts.
 *
 * <p>The tests interrupt the real thread of the owner. An interrupt that comes late hits that
 * thread in one of its next turns; so each turn begins by looking at the flag, and ends with a
 * clean one.
 */
public final class GateStress {
  private GateStress() {}

  /** ARMED to DELIVERING against the owner's leave: behind it the flag is clean and stays so. */
  @JCStressTest
  @Outcome(id = "clean, clean, true", expect = ACCEPTABLE, desc = "Delivered and cleared.")
  @Outcome(id = "clean, clean, false", expect = ACCEPTABLE, desc = "Retracted.")
  @Outcome(expect = FORBIDDEN, desc = "The interrupt has leaked.")
  @State
  public static class LeaveOrDeliver {
    private final Meeting<Region> meeting = new Meeting<>();

    @Actor
    public void owner(LLL_Result r) {
      r.r1 = takeFlag();
      ThreadRecord record = begin();
      Region region = enter(record, false);
      meeting.publish(region);
      record.leave(region, false);
      r.r2 = takeFlag();
      r.r3 = region.interrupted;
    }

    @Actor
    public void canceller() {
      meeting.meet().cancel(Model.CAUSE);
    }
  }

  /**
   * ARMED to DELIVERING against ARMED to SPENT by an operation that reports: behind the report the
   * flag is clean, so that clean-up can do its work.
   */
  @JCStressTest
  @Outcome(id = "clean, clean, clean", expect = ACCEPTABLE, desc = "No interrupt behind it.")
  @Outcome(expect = FORBIDDEN, desc = "The interrupt came behind the report.")
  @State
  public static class ReportOrDeliver {
    private final Meeting<Region> meeting = new Meeting<>();

    @Actor
    public void owner(LLL_Result r) {
      r.r1 = takeFlag();
      ThreadRecord record = begin();
      Region region = enter(record, false);
      meeting.publish(region);
      Meeting.spinUntil(() -> region.cause() != null);
      r.r2 = "not reported";
      try {
        record.checkpoint();
      } catch (CancelledByTest e) {
        Meeting.jitter();
        r.r2 = flag() ? "set" : "clean";
      } catch (InterruptedException e) {
        r.r2 = "interrupted";
      }
      record.leave(region, true);
      r.r3 = takeFlag();
    }

    @Actor
    public void canceller() {
      meeting.meet().cancel(Model.CAUSE);
    }
  }

  /**
   * ARMED(outer) to ARMED(shield) against ARMED(outer) to DELIVERING: inside the shield the flag is
   * clean, behind it the outer region asserts itself, and behind that the flag is clean again.
   */
  @JCStressTest
  @Outcome(id = "clean, asserted, clean", expect = ACCEPTABLE, desc = "Hidden, then asserted.")
  @Outcome(expect = FORBIDDEN, desc = "Seen inside, forgotten, or leaked.")
  @State
  public static class EnterShieldOrDeliver {
    private final Meeting<Region> meeting = new Meeting<>();

    @Actor
    public void owner(LLL_Result r) {
      boolean before = Thread.interrupted();
      ThreadRecord record = begin();
      Region region = enter(record, false);
      meeting.publish(region);
      Region shield = enter(record, true);
      boolean inside = flag();
      Meeting.jitter();
      inside |= flag();
      record.leave(shield, false);
      r.r1 = before || inside ? "set" : "clean";
      r.r2 = awaitFlag().equals("set") ? "asserted" : "missed";
      record.leave(region, false);
      r.r3 = takeFlag();
    }

    @Actor
    public void canceller() {
      meeting.meet().cancel(Model.CAUSE);
    }
  }

  /**
   * ARMED(outer) to ARMED(inner) against a cancel of the outer region: the thread is interrupted in
   * the inner one, and again in the outer one if it did not react.
   */
  @JCStressTest
  @Outcome(id = "set, set, clean", expect = ACCEPTABLE, desc = "Delivered, and gone at the end.")
  @Outcome(expect = FORBIDDEN, desc = "Missed or leaked.")
  @State
  public static class EnterOrDeliver {
    private final Meeting<Region> meeting = new Meeting<>();

    @Actor
    public void owner(LLL_Result r) {
      ThreadRecord record = begin();
      Region outer = enter(record, false);
      meeting.publish(outer);
      Region inner = enter(record, false);
      r.r1 = awaitFlag();
      record.leave(inner, false);
      r.r2 = awaitFlag(); // the canceller may still be about to set it
      record.leave(outer, false);
      r.r3 = takeFlag();
    }

    @Actor
    public void canceller() {
      meeting.meet().cancel(Model.CAUSE);
    }
  }

  /** Leaving an inner region against a cancel of the outer one: the thread is interrupted there. */
  @JCStressTest
  @Outcome(id = "set, clean", expect = ACCEPTABLE, desc = "Delivered, and gone at the end.")
  @Outcome(expect = FORBIDDEN, desc = "Missed or leaked.")
  @State
  public static class LeaveInnerOrDeliver {
    private final Meeting<Region> meeting = new Meeting<>();

    @Actor
    public void owner(LL_Result r) {
      ThreadRecord record = begin();
      Region outer = enter(record, false);
      Region inner = enter(record, false);
      meeting.publish(outer);
      record.leave(inner, false);
      r.r1 = awaitFlag();
      record.leave(outer, false);
      r.r2 = takeFlag();
    }

    @Actor
    public void canceller() {
      meeting.meet().cancel(Model.CAUSE);
    }
  }

  /** A cancelled inner region is left: the outer one, which is not cancelled, hears nothing. */
  @JCStressTest
  @Outcome(id = "clean, clean", expect = ACCEPTABLE, desc = "The outer region heard nothing.")
  @Outcome(expect = FORBIDDEN, desc = "The interrupt has leaked.")
  @State
  public static class LeaveCancelledInner {
    private final Meeting<Region> meeting = new Meeting<>();

    @Actor
    public void owner(LL_Result r) {
      boolean before = Thread.interrupted();
      ThreadRecord record = begin();
      Region outer = enter(record, false);
      Region inner = enter(record, false);
      meeting.publish(inner);
      record.leave(inner, false);
      boolean behind = flag();
      Meeting.jitter();
      behind |= flag();
      r.r1 = before || behind ? "set" : "clean";
      record.leave(outer, false);
      r.r2 = takeFlag();
    }

    @Actor
    public void canceller() {
      meeting.meet().cancel(Model.CAUSE);
    }
  }

  /** CLOSED to ARMED against a cancel: the task does not begin, or it is interrupted. */
  @JCStressTest
  @Outcome(id = "not begun, clean", expect = ACCEPTABLE, desc = "The cancel was first.")
  @Outcome(id = "set, clean", expect = ACCEPTABLE, desc = "The task was interrupted.")
  @Outcome(expect = FORBIDDEN, desc = "Missed or leaked.")
  @State
  public static class OpenOrDeliver {
    private final Meeting<Region> meeting = new Meeting<>();

    @Actor
    public void owner(LL_Result r) {
      ThreadRecord record = Model.recordHere();
      meeting.publish(record.root());
      r.r1 = record.begin() ? awaitFlag() : "not begun";
      record.end();
      r.r2 = takeFlag();
    }

    @Actor
    public void canceller() {
      meeting.meet().cancel(Model.CAUSE);
    }
  }

  /** ARMED to CLOSED against a cancel: behind the end of the task its thread is left alone. */
  @JCStressTest
  @Outcome(id = "clean, clean", expect = ACCEPTABLE, desc = "Retracted, or cleared.")
  @Outcome(expect = FORBIDDEN, desc = "The interrupt has leaked.")
  @State
  public static class CloseOrDeliver {
    private final Meeting<Region> meeting = new Meeting<>();

    @Actor
    public void owner(LL_Result r) {
      r.r1 = takeFlag();
      ThreadRecord record = begin();
      meeting.publish(record.root());
      record.end();
      r.r2 = takeFlag();
    }

    @Actor
    public void canceller() {
      meeting.meet().cancel(Model.CAUSE);
    }
  }

  /** An interrupt from outside that was there before ours is there again behind the region. */
  @JCStressTest
  @Outcome(id = "set", expect = ACCEPTABLE, desc = "It was given back.")
  @Outcome(expect = FORBIDDEN, desc = "It was lost.")
  @State
  public static class ForeignInterruptOrDeliver {
    private final Meeting<Region> meeting = new Meeting<>();

    @Actor
    public void owner(L_Result r) {
      ThreadRecord record = begin();
      Region region = enter(record, false);
      Thread.currentThread().interrupt();
      meeting.publish(region);
      record.leave(region, false);
      r.r1 = takeFlag();
    }

    @Actor
    public void canceller() {
      meeting.meet().cancel(Model.CAUSE);
    }
  }

  /** The same through a shield: hidden inside, given back behind it, also if ours comes there. */
  @JCStressTest
  @Outcome(id = "clean, set", expect = ACCEPTABLE, desc = "It was hidden and given back.")
  @Outcome(expect = FORBIDDEN, desc = "It was seen inside, or lost.")
  @State
  public static class ForeignInterruptThroughShield {
    private final Meeting<Region> meeting = new Meeting<>();

    @Actor
    public void owner(LL_Result r) {
      ThreadRecord record = begin();
      Region region = enter(record, false);
      Thread.currentThread().interrupt();
      Region shield = enter(record, true);
      r.r1 = flag() ? "set" : "clean";
      meeting.publish(region);
      record.leave(shield, false);
      record.leave(region, false);
      r.r2 = takeFlag();
    }

    @Actor
    public void canceller() {
      meeting.meet().cancel(Model.CAUSE);
    }
  }

  /**
   * A cancel that comes behind the end of a wait interrupts the thread, whatever that does then.
   */
  @JCStressTest
  @Outcome(id = "item, set, clean", expect = ACCEPTABLE, desc = "It holds for what follows.")
  @Outcome(expect = FORBIDDEN, desc = "The wait has swallowed the interrupt, or it leaked.")
  @State
  public static class CancelBehindResume {
    private final Meeting<WaitNode> meeting = new Meeting<>();

    @Actor
    public void owner(LLL_Result r) {
      ThreadRecord record = begin();
      Region region = enter(record, false);
      WaitNode node = new WaitNode(record, "test", "a test");
      meeting.publish(node);
      r.r1 = WaitNodeStress.await(node, WaitNode.NEVER);
      r.r2 = awaitFlag();
      record.leave(region, false);
      r.r3 = takeFlag();
    }

    @Actor
    public void other() {
      WaitNode node = meeting.meet();
      Region region = node.record.root().inner;
      node.resume("item");
      if (region != null) {
        region.cancel(Model.CAUSE);
      }
    }
  }
}
