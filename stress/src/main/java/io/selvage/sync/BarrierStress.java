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
import org.openjdk.jcstress.infra.results.LLLL_Result;
import org.openjdk.jcstress.infra.results.LLL_Result;

/** The protocol of {@link Barrier}. */
public final class BarrierStress {
  private BarrierStress() {}

  /** Arrives as {@code record}. Returns what that ends with. */
  static String arrive(Barrier barrier, ThreadRecord record) {
    record.begin();
    try {
      return "" + barrier.await();
    } catch (CancelledByTest e) {
      return "cancelled";
    } catch (InterruptedException e) {
      return "interrupted";
    } catch (SpinScheduler.Stuck e) {
      return "stuck";
    }
  }

  /** Two threads arrive: both pass, in different places, and see what the other did before. */
  @JCStressTest
  @Outcome(
      id = {"0/1, 1/1, 2", "1/1, 0/1, 2"},
      expect = ACCEPTABLE,
      desc = "Both pass.")
  @Outcome(expect = FORBIDDEN, desc = "One was missed, or sees too little.")
  @State
  public static class BothArrive {
    private final Barrier barrier = new Barrier(2);
    private final ThreadRecord first = Model.record();
    private final ThreadRecord second = Model.record();
    private int ofFirst;
    private int ofSecond;

    @Actor
    public void first(LLL_Result r) {
      ofFirst = 1;
      String place = arrive(barrier, first);
      r.r1 = place + "/" + ofSecond;
    }

    @Actor
    public void second(LLL_Result r) {
      ofSecond = 1;
      String place = arrive(barrier, second);
      r.r2 = place + "/" + ofFirst;
    }

    @Arbiter
    public void left(LLL_Result r) {
      r.r3 = barrier.value();
    }
  }

  /**
   * An arrival that is cancelled while another thread arrives: either both count, or only the other
   * thread does, and a third arrival lets it pass.
   */
  @JCStressTest
  @Outcome(
      id = {"0, 1, 2, 3", "1, 0, 2, 3"},
      expect = ACCEPTABLE,
      desc = "Both pass.")
  @Outcome(
      id = {"cancelled, 0, 1, 2", "cancelled, 1, 0, 2"},
      expect = ACCEPTABLE,
      desc = "The arrival was withdrawn.")
  @Outcome(expect = FORBIDDEN, desc = "One has passed without the other, or was missed.")
  @State
  public static class CancelOrArrive {
    private final Barrier barrier = new Barrier(2);
    private final ThreadRecord first = Model.record();
    private final ThreadRecord second = Model.record();
    private final ThreadRecord third = Model.record();

    @Actor
    public void first(LLLL_Result r) {
      r.r1 = arrive(barrier, first);
      r.r3 = arrive(barrier, third); // lets the second one go on if this one was withdrawn
    }

    @Actor
    public void second(LLLL_Result r) {
      first.root().cancel(Model.CAUSE);
      r.r2 = arrive(barrier, second);
    }

    @Arbiter
    public void left(LLLL_Result r) {
      r.r4 = barrier.value();
    }
  }
}
