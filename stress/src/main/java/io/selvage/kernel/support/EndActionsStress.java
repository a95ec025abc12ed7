package io.selvage.kernel.support;

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

  private static final class Actions extends EndActions {
    @Override
    protected void failed(Throwable thrown) {
      throw new AssertionError(thrown);
    }
  }

  /** An action is added while another thread ends: each action runs exactly once. */
  @JCStressTest
  @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "Each ran once.")
  @Outcome(expect = FORBIDDEN, desc = "An action was lost, or ran twice.")
  @State
  public static class AddOrRun {
    private final EndActions actions = new Actions();
    private final AtomicInteger before = new AtomicInteger();
    private final AtomicInteger added = new AtomicInteger();

    /** One action is there already. */
    public AddOrRun() {
      var unused = actions.add(before::incrementAndGet);
    }

    @Actor
    public void add() {
      if (!actions.add(added::incrementAndGet)) {
        added.incrementAndGet();
      }
    }

    @Actor
    public void end() {
      actions.run();
    }

    @Arbiter
    public void count(II_Result r) {
      r.r1 = before.get();
      r.r2 = added.get();
    }
  }

  /** An action is taken back while the end comes: it runs, or it has been taken back. */
  @JCStressTest
  @Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "Taken back in time; the other one ran.")
  @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "The end came first; both ran.")
  @Outcome(expect = FORBIDDEN, desc = "An action was lost, or ran though it was taken back.")
  @State
  public static class RemoveOrRun {
    private final EndActions actions = new Actions();
    private final AtomicInteger mine = new AtomicInteger();
    private final AtomicInteger other = new AtomicInteger();
    private final Runnable action = mine::incrementAndGet;
    private boolean takenBack; // written by one actor, read by the arbiter

    public RemoveOrRun() {
      actions.add(action);
      actions.add(other::incrementAndGet);
    }

    @Actor
    public void leave() {
      takenBack = actions.remove(action);
    }

    @Actor
    public void end() {
      actions.run();
    }

    @Arbiter
    public void count(II_Result r) {
      int expected = takenBack ? 0 : 1;
      r.r1 = mine.get() == expected ? expected : -1;
      r.r2 = other.get();
    }
  }

  /** An action is taken back while another is added: only that one is left. */
  @JCStressTest
  @Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "Taken back; the other one ran.")
  @Outcome(expect = FORBIDDEN, desc = "An action was lost, or ran though it was taken back.")
  @State
  public static class RemoveOrAdd {
    private final EndActions actions = new Actions();
    private final AtomicInteger mine = new AtomicInteger();
    private final AtomicInteger other = new AtomicInteger();
    private final Runnable action = mine::incrementAndGet;

    public RemoveOrAdd() {
      actions.add(action);
    }

    @Actor
    public void leave() {
      actions.remove(action);
    }

    @Actor
    public void join() {
      actions.add(other::incrementAndGet);
    }

    @Arbiter
    public void count(II_Result r) {
      actions.run();
      r.r1 = mine.get();
      r.r2 = other.get();
    }
  }
}
