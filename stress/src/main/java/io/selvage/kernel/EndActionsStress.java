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
}
