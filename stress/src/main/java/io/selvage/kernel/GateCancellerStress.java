package io.selvage.kernel;

import static io.selvage.kernel.GateOwner.once;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.selvage.stress.Meeting;
import io.selvage.stress.Model;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LL_Result;
import org.openjdk.jcstress.infra.results.L_Result;

/** The protocol of {@link Gate}, with a canceller in place of the interrupt. */
public final class GateCancellerStress {
  private GateCancellerStress() {}

  static CancelRequests again(Runnable canceller) {
    return new CancelRequests(canceller, 1, 1, true);
  }

  /**
   * ARMED to DELIVERING against the owner's leave: what the holder of DELIVERING does is over and
   * visible when the owner has left, and nothing is done behind that.
   */
  @JCStressTest
  @Outcome(id = "true, true", expect = ACCEPTABLE, desc = "Delivered before the owner left.")
  @Outcome(id = "false, false", expect = ACCEPTABLE, desc = "Retracted.")
  @Outcome(expect = FORBIDDEN, desc = "Delivered behind the end of the region.")
  @State
  public static class LeaveOrCallCanceller {
    private final ThreadRecord record = Model.record();
    private final Region region;
    private boolean called;

    public LeaveOrCallCanceller() {
      record.gate.open(record.root());
      region = record.enterWithCanceller(once(() -> called = true));
    }

    @Actor
    public void owner(LL_Result r) {
      record.leave(region, false);
      r.r1 = called;
    }

    @Actor
    public void canceller() {
      region.cancel(Model.CAUSE);
    }

    @Arbiter
    public void check(LL_Result r) {
      r.r2 = called;
    }
  }

  /**
   * A canceller that is called again and again, against the end of its region: no call is behind
   * that, and the owner sees what those before it did.
   */
  @JCStressTest
  @Outcome(id = "0, 0", expect = ACCEPTABLE, desc = "Retracted before the first call.")
  @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "Retracted after the first call.")
  @Outcome(id = "2, 2", expect = ACCEPTABLE, desc = "Called twice before the owner left.")
  @Outcome(id = "3, 3", expect = ACCEPTABLE, desc = "Called three times before the owner left.")
  @Outcome(expect = FORBIDDEN, desc = "Called behind the end of the region, or not seen.")
  @State
  public static class LeaveOrAskAgain {
    private final ThreadRecord record = Model.record();
    private final Region region;
    private int calls; // guarded by DELIVERING

    public LeaveOrAskAgain() {
      record.gate.open(record.root());
      region = record.enterWithCanceller(again(() -> calls++));
    }

    @Actor
    public void owner(LL_Result r) {
      record.leave(region, false);
      r.r1 = calls;
    }

    @Actor
    public void canceller() {
      for (int i = 0; i < 3; i++) {
        boolean unused = record.gate.ask(region);
      }
    }

    @Arbiter
    public void check(LL_Result r) {
      r.r2 = calls;
    }
  }

  /**
   * A canceller that is called again and again, against an inner region: it is not called while
   * that is the innermost one, and may be called afterwards, once more at least.
   */
  @JCStressTest
  @Outcome(id = "0, true", expect = ACCEPTABLE, desc = "Not called inside; called afterwards.")
  @Outcome(expect = FORBIDDEN, desc = "Called inside of the inner region, or never again.")
  @State
  public static class EnterOrAskAgain {
    private final ThreadRecord record = Model.record();
    private final Region region;
    private int calls; // guarded by DELIVERING

    public EnterOrAskAgain() {
      record.gate.open(record.root());
      region = record.enterWithCanceller(again(() -> calls++));
    }

    @Actor
    public void owner(LL_Result r) {
      Region inner = record.enter("inner", true, null);
      int before = calls;
      Thread.onSpinWait();
      r.r1 = calls - before;
      record.leave(inner, false);
    }

    @Actor
    public void canceller() {
      for (int i = 0; i < 3; i++) {
        boolean unused = record.gate.ask(region);
      }
    }

    @Arbiter
    public void check(LL_Result r) {
      r.r2 = record.gate.ask(region);
    }
  }

  /** ARMED to DELIVERING, twice: one of them interrupts. */
  @JCStressTest
  @Outcome(id = "1", expect = ACCEPTABLE, desc = "Delivered once.")
  @Outcome(expect = FORBIDDEN, desc = "Delivered twice, or never.")
  @State
  public static class TwoDeliverers {
    private final ThreadRecord record = Model.record();
    private final Region region;
    private int calls; // guarded by DELIVERING

    public TwoDeliverers() {
      record.gate.open(record.root());
      region = record.enterWithCanceller(once(() -> calls++));
    }

    @Actor
    public void first() {
      boolean unused = record.gate.ask(region);
    }

    @Actor
    public void second() {
      boolean unused = record.gate.ask(region);
    }

    @Arbiter
    public void check(L_Result r) {
      r.r1 = calls;
    }
  }

  /**
   * An inner region that is entered behind a report takes over what the outer one knows, while a
   * walk that is still under way delivers to it: that it was interrupted is not forgotten.
   */
  @JCStressTest
  @Outcome(id = "true, true", expect = ACCEPTABLE, desc = "Delivered and remembered.")
  @Outcome(id = "false, false", expect = ACCEPTABLE, desc = "Not delivered: it knows already.")
  @Outcome(expect = FORBIDDEN, desc = "Delivered, but forgotten.")
  @State
  public static class TakeOverOrDeliver {
    private final ThreadRecord record = Model.record();
    private final Region outer;
    private boolean delivered;

    public TakeOverOrDeliver() {
      record.gate.open(record.root());
      outer = record.enter("outer", false, null);
      outer.becomeCancelled(Model.CAUSE);
      record.report(outer, Model.CAUSE, false);
    }

    @Actor
    public void owner() {
      Region inner = record.enterWithCanceller(once(() -> delivered = true));
      record.entered(inner, null);
    }

    @Actor
    public void walker() {
      Meeting.spinUntil(() -> outer.inner != null);
      Region inner = outer.inner;
      if (inner != null) {
        inner.cancel(Model.CAUSE);
      }
    }

    @Arbiter
    public void check(LL_Result r) {
      r.r1 = delivered;
      Region inner = outer.inner;
      r.r2 = inner != null && inner.interrupted;
    }
  }
}
