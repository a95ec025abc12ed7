package io.selvage.kernel;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.selvage.stress.Model;
import java.util.Objects;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LL_Result;
import org.openjdk.jcstress.infra.results.L_Result;

/** The protocol of {@link Region}. */
public final class RegionStress {
  private RegionStress() {}

  /** A cause with a name. */
  private static final class Named extends CancelCause {
    private final String reason;

    Named(String reason) {
      this.reason = reason;
    }

    @Override
    public String reason() {
      return reason;
    }

    @Override
    public InterruptedException toException() {
      return new InterruptedException(reason);
    }
  }

  static final CancelCause FIRST = new Named("first");
  static final CancelCause SECOND = new Named("second");

  /** null to c, twice: one wins, and its cause reaches what is below. */
  @JCStressTest
  @Outcome(id = "first, first", expect = ACCEPTABLE, desc = "The first actor was first.")
  @Outcome(id = "second, second", expect = ACCEPTABLE, desc = "The second actor was first.")
  @Outcome(expect = FORBIDDEN, desc = "Two causes, or a region that was missed.")
  @State
  public static class TwoCancels {
    private final ThreadRecord record = Model.record();
    private final Region outer = record.enter("outer", false, null);
    private final Region inner = record.enter("inner", false, null);

    @Actor
    public void first() {
      outer.cancel(FIRST);
    }

    @Actor
    public void second() {
      outer.cancel(SECOND);
    }

    @Arbiter
    public void check(LL_Result r) {
      r.r1 = Objects.requireNonNull(outer.cause()).reason();
      r.r2 = Objects.requireNonNull(inner.cause()).reason();
    }
  }

  /** A walk never enters a shield, also when the shield is just being entered. */
  @JCStressTest
  @Outcome(id = "null, first", expect = ACCEPTABLE, desc = "Hidden inside, seen outside.")
  @Outcome(expect = FORBIDDEN, desc = "The shield has a hole.")
  @State
  public static class ShieldOrCancel {
    private final ThreadRecord record = Model.record();
    private final Region outer = record.enter("outer", false, null);

    @Actor
    public void owner(LL_Result r) {
      Region shield = record.enter("shield", true, null);
      record.entered(shield, null);
      Region inner = record.enter("inner", false, null);
      record.entered(inner, null);
      r.r1 = inner.cause();
      record.leave(inner, false);
      record.leave(shield, false);
    }

    @Actor
    public void canceller() {
      outer.cancel(FIRST);
    }

    @Arbiter
    public void check(LL_Result r) {
      r.r2 = Objects.requireNonNull(outer.cause()).reason();
    }
  }

  /** Two regions entered one in the other while the outermost is cancelled: both are cancelled. */
  @JCStressTest
  @Outcome(id = "first/first", expect = ACCEPTABLE, desc = "Both were reached.")
  @Outcome(expect = FORBIDDEN, desc = "A region was missed.")
  @State
  public static class EnterTwiceOrCancel {
    private final ThreadRecord record = Model.record();
    private final Region[] entered = new Region[2];

    @Actor
    public void owner() {
      for (int i = 0; i < entered.length; i++) {
        entered[i] = record.enter("scope " + i, false, null);
        record.entered(entered[i], null);
      }
    }

    @Actor
    public void canceller() {
      record.root().cancel(FIRST);
    }

    @Arbiter
    public void check(L_Result r) {
      r.r1 = reason(entered[0]) + "/" + reason(entered[1]);
    }

    private static String reason(Region region) {
      CancelCause cause = region.cause();
      return cause == null ? "missed" : cause.reason();
    }
  }
}
