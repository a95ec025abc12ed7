package io.selvage.kernel;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.selvage.stress.Meeting;
import io.selvage.stress.Model;
import io.selvage.stress.Model.CancelledByTest;
import io.selvage.stress.SpinScheduler;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LLL_Result;
import org.openjdk.jcstress.infra.results.LL_Result;
import org.openjdk.jcstress.infra.results.L_Result;

/** The protocol of {@link WaitNode}. */
public final class WaitNodeStress {
  private WaitNodeStress() {}

  /** {@return what the owner's wait ends with} */
  static Object await(WaitNode node, long deadline) {
    try {
      Object value = node.await(deadline);
      return value == WaitNode.TIMED_OUT ? "timed out" : String.valueOf(value);
    } catch (CancelledByTest e) {
      return "cancelled";
    } catch (InterruptedException e) {
      return "interrupted";
    } catch (SpinScheduler.Stuck e) {
      return "stuck";
    }
  }

  /**
   * WAITING to value against WAITING to Aborted: one of the two wins, the owner sees what the
   * winner wrote, and is woken once.
   */
  @JCStressTest
  @Outcome(id = "true/false, item, 1", expect = ACCEPTABLE, desc = "The operation happened.")
  @Outcome(
      id = "false/true, cancelled, 1",
      expect = ACCEPTABLE,
      desc = "The operation did not happen.")
  @Outcome(expect = FORBIDDEN, desc = "Both, neither, or the wrong value.")
  @State
  public static class ResumeOrAbort {
    private final SpinScheduler scheduler = new SpinScheduler();
    private final WaitNode node = new WaitNode(Model.record(scheduler), "test", "a test");
    private boolean resumed;
    private boolean aborted;

    @Actor
    public void resumer() {
      resumed = node.resume("item");
    }

    @Actor
    public void canceller() {
      aborted = node.abort(Model.CAUSE);
    }

    @Arbiter
    public void owner(LLL_Result r) {
      r.r1 = resumed + "/" + aborted;
      r.r3 = scheduler.readies();
      r.r2 = await(node, SpinScheduler.patience());
    }
  }

  /** WAITING to value, twice: one wins, the owner gets its value. */
  @JCStressTest
  @Outcome(id = "true/false, a, 1", expect = ACCEPTABLE, desc = "The first actor was first.")
  @Outcome(id = "false/true, b, 1", expect = ACCEPTABLE, desc = "The second actor was first.")
  @Outcome(expect = FORBIDDEN, desc = "A value is lost or given twice.")
  @State
  public static class TwoResumers {
    private final SpinScheduler scheduler = new SpinScheduler();
    private final WaitNode node = new WaitNode(Model.record(scheduler), "test", "a test");
    private boolean first;
    private boolean second;

    @Actor
    public void first() {
      first = node.resume("a");
    }

    @Actor
    public void second() {
      if (node.claim("b")) {
        node.signal();
        second = true;
      }
    }

    @Arbiter
    public void owner(LLL_Result r) {
      r.r1 = first + "/" + second;
      r.r3 = scheduler.readies();
      r.r2 = await(node, SpinScheduler.patience());
    }
  }

  /** WAITING to Aborted by the owner, whose deadline has passed, against WAITING to value. */
  @JCStressTest
  @Outcome(id = "item, true", expect = ACCEPTABLE, desc = "The operation happened.")
  @Outcome(id = "timed out, false", expect = ACCEPTABLE, desc = "The operation did not happen.")
  @Outcome(expect = FORBIDDEN, desc = "Owner and resumer disagree.")
  @State
  public static class ResumeOrDeadline {
    private final WaitNode node = new WaitNode(Model.record(), "test", "a test");

    @Actor
    public void owner(LL_Result r) {
      r.r1 = await(node, System.nanoTime() - 1);
    }

    @Actor
    public void resumer(LL_Result r) {
      r.r2 = node.resume("item");
    }
  }

  /**
   * Writing record.waiting and reading region.cause against writing region.cause and reading
   * record.waiting: one sees the other, so the wait ends.
   */
  @JCStressTest
  @Outcome(id = "cancelled", expect = ACCEPTABLE, desc = "One of the two has aborted the wait.")
  @Outcome(expect = FORBIDDEN, desc = "The wait was missed.")
  @State
  public static class CancelOrBeginWait {
    private final ThreadRecord record = Model.record();
    private final WaitNode node = new WaitNode(record, "test", "a test");

    @Actor
    public void owner(L_Result r) {
      r.r1 = await(node, WaitNode.NEVER);
    }

    @Actor
    public void canceller() {
      record.root().cancel(Model.CAUSE);
    }
  }

  /**
   * Publishing the edge of a nested region and reading the outer cause against writing that cause
   * and reading the edge: a wait in a region that is just being entered ends, too.
   *
   * <p>On the actor's own thread, as the region is left with an interrupt of ours: an interrupt of
   * another thread would count as one from outside.
   */
  @JCStressTest
  @Outcome(id = "clean, cancelled, clean", expect = ACCEPTABLE, desc = "It was cancelled.")
  @Outcome(expect = FORBIDDEN, desc = "The inner region was missed, or the interrupt has leaked.")
  @State
  public static class CancelOrEnterAndWait {
    private final Meeting<Region> meeting = new Meeting<>();

    @Actor
    public void owner(LLL_Result r) {
      r.r1 = GateOwner.takeFlag();
      ThreadRecord record = GateOwner.begin();
      meeting.publish(record.root());
      Region inner = GateOwner.enter(record, false);
      r.r2 = await(new WaitNode(record, "test", "a test"), WaitNode.NEVER);
      record.leave(inner, true);
      record.end();
      r.r3 = GateOwner.takeFlag();
    }

    @Actor
    public void canceller() {
      meeting.meet().cancel(Model.CAUSE);
    }
  }

  /**
   * The owner that finds itself cancelled while it begins to wait against a resumer that comes
   * behind the cancel: still one of the two wins.
   */
  @JCStressTest
  @Outcome(id = "item, true, 1", expect = ACCEPTABLE, desc = "The operation happened.")
  @Outcome(id = "cancelled, false, 1", expect = ACCEPTABLE, desc = "It did not happen.")
  @Outcome(expect = FORBIDDEN, desc = "Owner and resumer disagree.")
  @State
  public static class CancelThenResume {
    private final SpinScheduler scheduler = new SpinScheduler();
    private final ThreadRecord record = Model.record(scheduler);
    private final WaitNode node = new WaitNode(record, "test", "a test");

    @Actor
    public void owner(LLL_Result r) {
      r.r1 = await(node, WaitNode.NEVER);
    }

    @Actor
    public void other(LLL_Result r) {
      record.root().cancel(Model.CAUSE);
      r.r2 = node.resume("item");
    }

    @Arbiter
    public void woken(LLL_Result r) {
      r.r3 = scheduler.readies();
    }
  }

  /** A resumer that was first is not undone by the cancel that follows it. */
  @JCStressTest
  @Outcome(id = "item, true", expect = ACCEPTABLE, desc = "The operation happened.")
  @Outcome(expect = FORBIDDEN, desc = "What happened was taken back.")
  @State
  public static class ResumeThenCancel {
    private final ThreadRecord record = Model.record();
    private final WaitNode node = new WaitNode(record, "test", "a test");

    @Actor
    public void owner(LL_Result r) {
      r.r1 = await(node, WaitNode.NEVER);
    }

    @Actor
    public void other(LL_Result r) {
      r.r2 = node.resume("item");
      record.root().cancel(Model.CAUSE);
    }
  }
}
