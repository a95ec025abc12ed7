package io.selvage.runtime;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZZ_Result;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/** The protocol of {@link RunningCalls}. */
public final class RunningCallsStress {
  private RunningCallsStress() {}

  static boolean callOnce(RunningCalls calls) {
    if (!calls.admit()) {
      return false;
    }
    calls.leave();
    return true;
  }

  /** A call begins and leaves while the runtime ends: the wait for the end is over in any case. */
  @JCStressTest
  @Outcome(id = "true, true", expect = ACCEPTABLE, desc = "The call came first, or overlaps.")
  @Outcome(id = "false, true", expect = ACCEPTABLE, desc = "The end came first.")
  @Outcome(expect = FORBIDDEN, desc = "A close would wait for ever.")
  @State
  public static class CallOrEnd {
    private final RunningCalls calls = new RunningCalls();

    @Actor
    public void caller(ZZ_Result r) {
      r.r1 = callOnce(calls);
    }

    @Actor
    public void closer() {
      calls.end();
    }

    @Arbiter
    public void ended(ZZ_Result r) {
      r.r2 = calls.isOver();
    }
  }

  /** The last of two calls leaves while the runtime ends, and is ended twice. */
  @JCStressTest
  @Outcome(id = "true, true, true", expect = ACCEPTABLE, desc = "Both calls came first.")
  @Outcome(id = "true, false, true", expect = ACCEPTABLE, desc = "One call came first.")
  @Outcome(id = "false, true, true", expect = ACCEPTABLE, desc = "One call came first.")
  @Outcome(id = "false, false, true", expect = ACCEPTABLE, desc = "The end came first.")
  @Outcome(expect = FORBIDDEN, desc = "A close would wait for ever.")
  @State
  public static class TwoCallsOrEnd {
    private final RunningCalls calls = new RunningCalls();

    @Actor
    public void first(ZZZ_Result r) {
      r.r1 = callOnce(calls);
    }

    @Actor
    public void second(ZZZ_Result r) {
      r.r2 = callOnce(calls);
    }

    @Actor
    public void closer() {
      calls.end();
      calls.end();
    }

    @Arbiter
    public void ended(ZZZ_Result r) {
      r.r3 = calls.isOver();
    }
  }

  /** The end is not told while a call is inside. */
  @JCStressTest
  @Outcome(id = "true, false, true", expect = ACCEPTABLE, desc = "The call was inside, then over.")
  @Outcome(id = "false, true, true", expect = ACCEPTABLE, desc = "The end came first.")
  @Outcome(id = "false, false, true", expect = ACCEPTABLE, desc = "The end had begun.")
  @Outcome(expect = FORBIDDEN, desc = "The end was told too early, or never.")
  @State
  public static class EndWhileInside {
    private final RunningCalls calls = new RunningCalls();

    @Actor
    public void caller(ZZZ_Result r) {
      r.r1 = calls.admit();
      r.r2 = calls.isOver();
      if (r.r1) {
        calls.leave();
      }
    }

    @Actor
    public void closer() {
      calls.end();
    }

    @Arbiter
    public void ended(ZZZ_Result r) {
      r.r3 = calls.isOver();
    }
  }
}
