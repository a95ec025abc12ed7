package io.selvage;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** The end of a {@link Task}. */
public final class TaskStress {
  private TaskStress() {}

  /** Two threads add an action while the task ends: each action that is added runs once. */
  @JCStressTest
  @Outcome(id = "0, 0", expect = ACCEPTABLE, desc = "There was no task yet.")
  @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "One was added, and ran.")
  @Outcome(id = "2, 2", expect = ACCEPTABLE, desc = "Both were added, and ran.")
  @Outcome(expect = FORBIDDEN, desc = "An action was lost or doubled.")
  @State
  public static class EndOrAddActions {
    private final AtomicInteger added = new AtomicInteger();
    private final AtomicInteger runs = new AtomicInteger();
    private volatile @Nullable Task<?> task;

    @Actor
    public void owner() {
      try {
        TaskGroup.run(group -> task = group.fork("t", () -> 1));
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }

    @Actor
    public void one() {
      add();
    }

    @Actor
    public void other() {
      add();
    }

    private void add() {
      Task<?> forked = task;
      if (forked != null) {
        added.incrementAndGet();
        forked.onEnd(runs::incrementAndGet);
      }
    }

    @Arbiter
    public void after(II_Result r) {
      r.r1 = added.get();
      r.r2 = runs.get();
    }
  }
}
