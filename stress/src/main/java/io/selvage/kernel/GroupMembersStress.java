package io.selvage.kernel;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.selvage.stress.Model;
import io.selvage.stress.SpinScheduler;
import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LL_Result;
import org.openjdk.jcstress.infra.results.L_Result;

/** The protocol of {@link GroupMembers}. */
public final class GroupMembersStress {
  private GroupMembersStress() {}

  /** Waits as the owner does. Returns how many tasks were left. */
  static Object awaitEnd(GroupMembers children) {
    try {
      children.awaitEnd(Model.record(), "a test", () -> {});
      return (children.ended() ? "ended" : "open") + "/" + children.live();
    } catch (SpinScheduler.Stuck e) {
      return "stuck";
    }
  }

  /**
   * admitted + 2 against admitted + 1: a task is admitted before the end, and then waited for, or
   * refused.
   */
  @JCStressTest
  @Outcome(id = "admitted, ended/0", expect = ACCEPTABLE, desc = "The owner waits for the task.")
  @Outcome(id = "refused, ended/0", expect = ACCEPTABLE, desc = "The group had ended.")
  @Outcome(expect = FORBIDDEN, desc = "A task runs behind the end.")
  @State
  public static class AdmitOrEnd {
    private final GroupMembers children = new GroupMembers(null);

    @Actor
    public void forker(LL_Result r) {
      if (children.admit() < 0) {
        r.r1 = "refused";
      } else {
        r.r1 = children.ended() ? "behind the end" : "admitted";
        children.finish(null);
      }
    }

    @Actor
    public void owner(LL_Result r) {
      r.r2 = awaitEnd(children);
    }
  }

  /**
   * Writing the owner's node and comparing the counters against incrementing finished and reading
   * the node: the last task wakes the owner.
   */
  @JCStressTest
  @Outcome(id = "ended/0", expect = ACCEPTABLE, desc = "The owner knows that the last has ended.")
  @Outcome(expect = FORBIDDEN, desc = "The owner missed it, or did not wait.")
  @State
  public static class FinishOrAwaitEnd {
    private final GroupMembers children = new GroupMembers(null);

    public FinishOrAwaitEnd() {
      children.admit();
      children.admit();
    }

    @Actor
    public void tasks() {
      children.finish(null);
      children.finish(null);
    }

    @Actor
    public void owner(L_Result r) {
      r.r1 = awaitEnd(children);
    }
  }

  /**
   * A running task may always fork, as the group cannot end before it; the owner waits for both.
   */
  @JCStressTest
  @Outcome(id = "2, ended/0", expect = ACCEPTABLE, desc = "The child was admitted and waited for.")
  @Outcome(expect = FORBIDDEN, desc = "The group has ended while a task was running.")
  @State
  public static class ForkFromTaskOrEnd {
    private final GroupMembers children = new GroupMembers(null);

    public ForkFromTaskOrEnd() {
      children.admit();
    }

    @Actor
    public void task(LL_Result r) {
      r.r1 = children.admit();
      children.finish(null);
      children.finish(null);
    }

    @Actor
    public void owner(LL_Result r) {
      r.r2 = awaitEnd(children);
    }
  }

  /**
   * Pushing a task's region and reading the group's cause against writing the cause and walking the
   * stack: the task is cancelled.
   */
  @JCStressTest
  @Outcome(id = "cancelled", expect = ACCEPTABLE, desc = "The walk or the forker has seen it.")
  @Outcome(expect = FORBIDDEN, desc = "The task was missed.")
  @State
  public static class AddOrCancel {
    private final GroupMembers children = new GroupMembers(null);
    private final Region group =
        Region.nested(Model.record().root(), "group", false, null, children);
    private final Region task = Region.root(group, Model.record());
    private boolean refused;

    @Actor
    public void forker() {
      children.add(task);
      refused = group.cause() != null;
    }

    @Actor
    public void canceller() {
      group.cancel(Model.CAUSE);
    }

    @Arbiter
    public void check(L_Result r) {
      r.r1 = refused || task.cause() != null ? "cancelled" : "missed";
    }
  }

  /** Pushing at the head, twice: neither region is lost. */
  @JCStressTest
  @Outcome(id = "2", expect = ACCEPTABLE, desc = "Both are linked.")
  @Outcome(expect = FORBIDDEN, desc = "One was lost.")
  @State
  public static class TwoForkers {
    private final GroupMembers children = new GroupMembers(null);
    private final ThreadRecord record = Model.record();

    @Actor
    public void first() {
      children.add(Region.root(null, record));
    }

    @Actor
    public void second() {
      children.add(Region.root(null, record));
    }

    @Arbiter
    public void check(L_Result r) {
      r.r1 = children.linked();
    }
  }

  /** Unlinking what has ended against pushing and walking: no live task is missed. */
  @JCStressTest
  @Outcome(id = "3, 3", expect = ACCEPTABLE, desc = "The walk found the three live ones.")
  @Outcome(id = "4, 3", expect = ACCEPTABLE, desc = "And the task that was just ending.")
  @Outcome(expect = FORBIDDEN, desc = "A live task was missed, or a finished one kept.")
  @State
  public static class SweepOrWalk {
    private static final int TASKS = 66;

    private final GroupMembers children = new GroupMembers(null);
    private final ThreadRecord record = Model.record();
    private Region last = Region.root(null, record);

    public SweepOrWalk() {
      for (int i = 0; i < TASKS; i++) {
        Region task = Region.root(null, record);
        children.admit();
        children.add(task);
        // two of them live on, one ends in the actor below
        if (i == TASKS / 2) {
          last = task;
        } else if (i != 0 && i != TASKS - 1) {
          children.finish(task);
        }
      }
    }

    @Actor
    public void ending() {
      children.finish(last);
    }

    @Actor
    public void walker(LL_Result r) {
      children.admit();
      children.add(Region.root(null, record));
      r.r1 = walk();
    }

    @Arbiter
    public void check(LL_Result r) {
      r.r2 = walk();
    }

    private int walk() {
      AtomicInteger live = new AtomicInteger();
      children.forEachLive(task -> live.incrementAndGet());
      return live.get();
    }
  }
}
