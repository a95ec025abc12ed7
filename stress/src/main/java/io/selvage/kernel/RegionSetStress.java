package io.selvage.kernel;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.selvage.stress.Model;
import org.jspecify.annotations.Nullable;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.L_Result;

/** The protocol of {@link RegionSet}: publish, then read. */
public final class RegionSetStress {
  private RegionSetStress() {}

  /** A scope as {@code CancelScope} has it: its cause and its regions. */
  private static final class Scope {
    final RegionSet regions = new RegionSet();
    private volatile @Nullable CancelCause cause;

    Region enter(ThreadRecord record) {
      Region region = record.enter(this, false, null);
      regions.add(region);
      record.entered(region, cause);
      return region;
    }

    void leave(Region region) {
      regions.remove(region);
      region.record().leave(region, false);
    }

    void cancel() {
      cause = RegionStress.FIRST;
      regions.cancelAll(RegionStress.FIRST);
    }
  }

  private static String reason(@Nullable Region region) {
    CancelCause cause = region == null ? null : region.cause();
    return cause == null ? "missed" : cause.reason();
  }

  /** Two threads enter while the scope is cancelled: both are cancelled, by whomever. */
  @JCStressTest
  @Outcome(id = "first/first", expect = ACCEPTABLE, desc = "Both were reached.")
  @Outcome(expect = FORBIDDEN, desc = "A region was missed.")
  @State
  public static class EnterOrCancel {
    private final Scope scope = new Scope();
    private final ThreadRecord one = Model.record();
    private final ThreadRecord two = Model.record();
    private @Nullable Region first;
    private @Nullable Region second;

    @Actor
    public void first() {
      first = scope.enter(one);
    }

    @Actor
    public void second() {
      second = scope.enter(two);
    }

    @Actor
    public void canceller() {
      scope.cancel();
    }

    @Arbiter
    public void check(L_Result r) {
      r.r1 = reason(first) + "/" + reason(second);
    }
  }

  /** Two of three leave while the scope is cancelled: the third, which stays, is cancelled. */
  @JCStressTest
  @Outcome(id = "first/1", expect = ACCEPTABLE, desc = "The third was reached, and is alone.")
  @Outcome(expect = FORBIDDEN, desc = "The walk lost its way, or the set is not what is inside.")
  @State
  public static class LeaveOrCancel {
    private final Scope scope = new Scope();
    private final Region[] inside = new Region[4];

    /** Four are inside; the region that stays stands between those that leave. */
    public LeaveOrCancel() {
      for (int i = 0; i < inside.length; i++) {
        inside[i] = scope.enter(Model.record());
      }
      scope.leave(inside[0]); // what is left is linked
    }

    @Actor
    public void first() {
      scope.leave(inside[1]);
    }

    @Actor
    public void third() {
      scope.leave(inside[3]);
    }

    @Actor
    public void canceller() {
      scope.cancel();
    }

    @Arbiter
    public void check(L_Result r) {
      r.r1 = reason(inside[2]) + "/" + scope.regions.size();
    }
  }

  /** Two leave at once: at least the last of them to look sees that the set is empty. */
  @JCStressTest
  @Outcome(id = "true", expect = ACCEPTABLE, desc = "At least one has seen it.")
  @Outcome(expect = FORBIDDEN, desc = "The timer is not taken back.")
  @State
  public static class LeaveOrLeave {
    private final Scope scope = new Scope();
    private final Region one = scope.enter(Model.record());
    private final Region two = scope.enter(Model.record());
    private boolean firstSawEmpty;
    private boolean secondSawEmpty;

    @Actor
    public void first() {
      scope.leave(one);
      firstSawEmpty = scope.regions.isEmpty();
    }

    @Actor
    public void second() {
      scope.leave(two);
      secondSawEmpty = scope.regions.isEmpty();
    }

    @Arbiter
    public void check(L_Result r) {
      r.r1 = firstSawEmpty || secondSawEmpty;
    }
  }
}
