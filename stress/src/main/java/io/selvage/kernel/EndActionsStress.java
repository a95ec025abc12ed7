package io.selvage.kernel;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** The protocol of {@link EndActions}. */
public final class EndActionsStress {
  private EndActionsStress() {}

  /** Two add while the end comes: each action runs exactly once, by whomever. */
  @JCStressTest
  @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "Each ran once.")
  @Outcome(expect = FORBIDDEN, desc = "An action was lost, or ran twice.")
  @State
  public static class AddOrRun {
    private final EndActions actions = new EndActions();
    private final AtomicInteger first = new AtomicInteger();
    private final AtomicInteger second = new AtomicInteger();

    @Actor
    public void one() {
      if (!actions.add(first::incrementAndGet)) {
        first.incrementAndGet();
      }
    }

    @Actor
    public void two() {
      if (!actions.add(second::incrementAndGet)) {
        second.incrementAndGet();
      }
    }

    @Actor
    public void end() {
      actions.run(thrown -> {});
    }

    @Arbiter
    public void count(II_Result r) {
      r.r1 = first.get();
      r.r2 = second.get();
    }
  }

  /** One takes its action back while another adds and the end comes: neither harms the other. */
  @JCStressTest
  @Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "Taken back in time; the other ran.")
  @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "The end came first; both ran.")
  @Outcome(expect = FORBIDDEN, desc = "An action was lost, ran twice, or ran though taken back.")
  @State
  public static class RemoveOrRun {
    private final EndActions actions = new EndActions();
    private final AtomicInteger first = new AtomicInteger();
    private final AtomicInteger second = new AtomicInteger();
    private final Runnable mine = first::incrementAndGet;

    public RemoveOrRun() {
      actions.add(mine);
    }

    @Actor
    public void leave() {
      if (actions.remove(mine)) {
        first.addAndGet(10);
      }
    }

    @Actor
    public void join() {
      if (!actions.add(second::incrementAndGet)) {
        second.incrementAndGet();
      }
    }

    @Actor
    public void end() {
      actions.run(thrown -> {});
    }

    @Arbiter
    public void count(II_Result r) {
      int ran = first.get();
      r.r1 = ran == 10 ? 0 : ran; // taken back counts ten, so that 11 is both
      r.r2 = second.get();
    }
  }
}
