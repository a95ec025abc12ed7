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

/** The protocol of {@link Permits}. */
public final class PermitsStress {
  private PermitsStress() {}

  /** Acquires as {@code record}. Returns what that ends with. */
  static String acquire(Permits permits, ThreadRecord record, long deadline) {
    record.begin();
    try {
      return permits.acquire("test", "a test", deadline) ? "held" : "late";
    } catch (CancelledByTest e) {
      return "cancelled";
    } catch (InterruptedException e) {
      return "interrupted";
    } catch (SpinScheduler.Stuck e) {
      return "stuck";
    }
  }

  static String left(Permits permits) {
    return permits.available() + "/" + permits.waiting();
  }

  /** Joining the queue against a release: the permit is handed over or found. */
  @JCStressTest
  @Outcome(id = "held, 0/0", expect = ACCEPTABLE, desc = "The permit is held.")
  @Outcome(expect = FORBIDDEN, desc = "The waiter was missed, or the permit is doubled.")
  @State
  public static class AcquireOrRelease {
    private final Permits permits = new Permits(0);
    private final ThreadRecord record = Model.record();

    @Actor
    public void acquirer(LL_Result r) {
      r.r1 = acquire(permits, record, WaitNode.NEVER);
    }

    @Actor
    public void releaser() {
      permits.release();
    }

    @Arbiter
    public void left(LL_Result r) {
      r.r2 = PermitsStress.left(permits);
    }
  }

  /** Two threads share one permit: each of them acquires and releases it twice. */
  @JCStressTest
  @Outcome(id = "held, held, 4/1/0", expect = ACCEPTABLE, desc = "One after the other.")
  @Outcome(expect = FORBIDDEN, desc = "Both had it at once, or one was forgotten.")
  @State
  public static class Exclusion {
    private final Permits permits = new Permits(1);
    private final ThreadRecord first = Model.record();
    private final ThreadRecord second = Model.record();
    private int inside; // guarded by the permit
    private int rounds; // guarded by the permit

    private String use(ThreadRecord record) {
      String got = "";
      for (int round = 0; round < 2; round++) {
        got = acquire(permits, record, WaitNode.NEVER);
        if (!got.equals("held")) {
          return got;
        }
        boolean alone = ++inside == 1;
        rounds++;
        inside--;
        permits.release();
        if (!alone) {
          return "together";
        }
      }
      return got;
    }

    @Actor
    public void first(LLL_Result r) {
      r.r1 = use(first);
    }

    @Actor
    public void second(LLL_Result r) {
      r.r2 = use(second);
    }

    @Arbiter
    public void left(LLL_Result r) {
      r.r3 = rounds + "/" + PermitsStress.left(permits);
    }
  }

  /** A hand-over against a withdrawal: the permit is held or free. */
  @JCStressTest
  @Outcome(id = "held, 0/0", expect = ACCEPTABLE, desc = "The permit is held.")
  @Outcome(id = "cancelled, 1/0", expect = ACCEPTABLE, desc = "The permit is free.")
  @Outcome(expect = FORBIDDEN, desc = "The permit is lost or doubled, or a waiter is left.")
  @State
  public static class ReleaseThenCancel {
    private final Permits permits = new Permits(0);
    private final ThreadRecord record = Model.record();

    @Actor
    public void acquirer(LL_Result r) {
      r.r1 = acquire(permits, record, WaitNode.NEVER);
    }

    @Actor
    public void other() {
      permits.release();
      record.root().cancel(Model.CAUSE);
    }

    @Arbiter
    public void left(LL_Result r) {
      r.r2 = PermitsStress.left(permits);
    }
  }

  /** The same, the cancel first: no permit goes to a waiter that has left. */
  @JCStressTest
  @Outcome(id = "held, 0/0", expect = ACCEPTABLE, desc = "The permit is held.")
  @Outcome(id = "cancelled, 1/0", expect = ACCEPTABLE, desc = "The permit is free.")
  @Outcome(expect = FORBIDDEN, desc = "The permit is lost or doubled, or a waiter is left.")
  @State
  public static class CancelThenRelease {
    private final Permits permits = new Permits(0);
    private final ThreadRecord record = Model.record();

    @Actor
    public void acquirer(LL_Result r) {
      r.r1 = acquire(permits, record, WaitNode.NEVER);
    }

    @Actor
    public void other() {
      record.root().cancel(Model.CAUSE);
      permits.release();
    }

    @Arbiter
    public void left(LL_Result r) {
      r.r2 = PermitsStress.left(permits);
    }
  }

  /** The only waiter gives up while a permit is released: it is held or free. */
  @JCStressTest
  @Outcome(id = "held, 0/0", expect = ACCEPTABLE, desc = "The permit came in time.")
  @Outcome(id = "late, 1/0", expect = ACCEPTABLE, desc = "The permit is free.")
  @Outcome(expect = FORBIDDEN, desc = "The permit is lost or doubled, or a waiter is left.")
  @State
  public static class GiveUpOrRelease {
    private final Permits permits = new Permits(0);
    private final ThreadRecord record = Model.record();

    @Actor
    public void acquirer(LL_Result r) {
      r.r1 = acquire(permits, record, System.nanoTime() - 1);
    }

    @Actor
    public void releaser() {
      permits.release();
    }

    @Arbiter
    public void left(LL_Result r) {
      r.r2 = PermitsStress.left(permits);
    }
  }

  /** The only waiter gives up while another one joins: the new one must not be forgotten. */
  @JCStressTest
  @Outcome(id = "late, held, 0/0", expect = ACCEPTABLE, desc = "The second one has it.")
  @Outcome(expect = FORBIDDEN, desc = "The permit is lost or doubled, or a waiter is left.")
  @State
  public static class GiveUpOrJoin {
    private final Permits permits = new Permits(0);
    private final ThreadRecord first = Model.record();
    private final ThreadRecord second = Model.record();

    @Actor
    public void first(LLL_Result r) {
      r.r1 = acquire(permits, first, System.nanoTime() - 1);
      permits.release();
    }

    @Actor
    public void second(LLL_Result r) {
      r.r2 = acquire(permits, second, WaitNode.NEVER);
    }

    @Arbiter
    public void left(LLL_Result r) {
      r.r3 = PermitsStress.left(permits);
    }
  }
}
