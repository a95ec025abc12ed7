package io.selvage.kernel;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

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

/** The protocol of {@link Completion}. */
public final class CompletionStress {
  private CompletionStress() {}

  /** Waits as {@code record}. Returns what that ends with. */
  static Object await(Completion<String> completion, ThreadRecord record, long deadline) {
    record.begin();
    try {
      return String.valueOf(completion.await("test", "a test", deadline));
    } catch (CancelledByTest e) {
      return "cancelled";
    } catch (InterruptedException e) {
      return "interrupted";
    } catch (SpinScheduler.Stuck e) {
      return "stuck";
    }
  }

  /** Joining the queue against completing: the waiter gets the value, and leaves nothing behind. */
  @JCStressTest
  @Outcome(id = "value, true, 0", expect = ACCEPTABLE, desc = "The waiter got the value.")
  @Outcome(expect = FORBIDDEN, desc = "The waiter was missed.")
  @State
  public static class CompleteOrAwait {
    private final Completion<String> completion = new Completion<>();
    private final ThreadRecord record = Model.record();

    @Actor
    public void waiter(LLL_Result r) {
      r.r1 = await(completion, record, WaitNode.NEVER);
    }

    @Actor
    public void completer(LLL_Result r) {
      r.r2 = completion.complete("value");
    }

    @Arbiter
    public void left(LLL_Result r) {
      r.r3 = completion.waiting();
    }
  }

  /** null to v, twice: one wins, and its value stands. */
  @JCStressTest
  @Outcome(id = "true/false, a", expect = ACCEPTABLE, desc = "The first actor was first.")
  @Outcome(id = "false/true, b", expect = ACCEPTABLE, desc = "The second actor was first.")
  @Outcome(expect = FORBIDDEN, desc = "Completed twice, or never.")
  @State
  public static class TwoCompleters {
    private final Completion<String> completion = new Completion<>();
    private boolean first;
    private boolean second;

    @Actor
    public void first() {
      first = completion.complete("a");
    }

    @Actor
    public void second() {
      second = completion.complete("b");
    }

    @Arbiter
    public void check(LL_Result r) {
      r.r1 = first + "/" + second;
      r.r2 = completion.poll();
    }
  }

  /** Withdrawing a wait whose deadline has passed against completing. */
  @JCStressTest
  @Outcome(id = "value, true, 0", expect = ACCEPTABLE, desc = "The value was there in time.")
  @Outcome(id = "null, true, 0", expect = ACCEPTABLE, desc = "The wait was withdrawn.")
  @Outcome(expect = FORBIDDEN, desc = "The withdrawn wait was left in the queue.")
  @State
  public static class CompleteOrWithdraw {
    private final Completion<String> completion = new Completion<>();
    private final ThreadRecord record = Model.record();

    @Actor
    public void waiter(LLL_Result r) {
      r.r1 = await(completion, record, System.nanoTime() - 1);
    }

    @Actor
    public void completer(LLL_Result r) {
      r.r2 = completion.complete("value");
    }

    @Arbiter
    public void left(LLL_Result r) {
      r.r3 = completion.waiting();
    }
  }

  /** Withdrawing a cancelled wait against joining the queue: nothing is left behind. */
  @JCStressTest
  @Outcome(id = "cancelled, 0", expect = ACCEPTABLE, desc = "The wait was withdrawn.")
  @Outcome(expect = FORBIDDEN, desc = "The wait was missed, or left in the queue.")
  @State
  public static class CancelOrAwait {
    private final Completion<String> completion = new Completion<>();
    private final ThreadRecord record = Model.record();

    @Actor
    public void waiter(LL_Result r) {
      r.r1 = await(completion, record, WaitNode.NEVER);
    }

    @Actor
    public void canceller() {
      record.root().cancel(Model.CAUSE);
    }

    @Arbiter
    public void left(LL_Result r) {
      r.r2 = completion.waiting();
    }
  }

  /** A cancel and a completion that come one behind the other while the wait begins. */
  @JCStressTest
  @Outcome(id = "value, true, 0", expect = ACCEPTABLE, desc = "The value was first.")
  @Outcome(id = "cancelled, true, 0", expect = ACCEPTABLE, desc = "The wait was withdrawn.")
  @Outcome(expect = FORBIDDEN, desc = "The wait was missed, or left in the queue.")
  @State
  public static class CancelAndComplete {
    private final Completion<String> completion = new Completion<>();
    private final ThreadRecord record = Model.record();

    @Actor
    public void waiter(LLL_Result r) {
      r.r1 = await(completion, record, WaitNode.NEVER);
    }

    @Actor
    public void other(LLL_Result r) {
      record.root().cancel(Model.CAUSE);
      r.r2 = completion.complete("value");
    }

    @Arbiter
    public void left(LLL_Result r) {
      r.r3 = completion.waiting();
    }
  }
}
