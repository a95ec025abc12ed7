package io.selvage.sync;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.selvage.kernel.ThreadRecord;
import io.selvage.stress.Model;
import io.selvage.stress.SpinScheduler;
import io.selvage.sync.Semaphore.Permit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LL_Result;
import org.openjdk.jcstress.infra.results.L_Result;

/** A permit that several threads close is released once; see the protocol of Permits. */
public final class SemaphoreStress {
  private SemaphoreStress() {}

  /** Waits until the owner has passed its permit on, but not for ever. */
  static @Nullable Permit seen(Passed passed) {
    for (int spins = 0; spins < 10_000; spins++) {
      Permit permit = passed.permit;
      if (permit != null) {
        return permit;
      }
      Thread.onSpinWait();
    }
    return null;
  }

  /** How a permit gets from its owner to another thread. */
  static class Passed {
    volatile @Nullable Permit permit;
  }

  static Permit acquired(Semaphore semaphore) {
    return semaphore.tryAcquire().orElseThrow();
  }

  static String left(Semaphore semaphore) {
    return semaphore.available() + "/" + semaphore.waiting();
  }

  /** The owner and another thread close one permit, while the other permit is acquired. */
  @JCStressTest
  @Outcome(id = "2/0", expect = ACCEPTABLE, desc = "Released once.")
  @Outcome(expect = FORBIDDEN, desc = "Released twice, or not at all.")
  @State
  public static class OwnerAndOther extends Passed {
    private final Semaphore semaphore = new Semaphore(2);

    @Actor
    public void owner() {
      Permit own = acquired(semaphore);
      permit = own;
      own.close();
    }

    @Actor
    public void other() {
      Permit others = seen(this);
      if (others != null) {
        others.close();
      }
    }

    @Actor
    public void third() {
      acquired(semaphore).close();
    }

    @Arbiter
    public void left(L_Result r) {
      r.r1 = SemaphoreStress.left(semaphore);
    }
  }

  /** The owner and two other threads close one permit. */
  @JCStressTest
  @Outcome(id = "1/0", expect = ACCEPTABLE, desc = "Released once.")
  @Outcome(expect = FORBIDDEN, desc = "Released twice, or not at all.")
  @State
  public static class OwnerAndTwoOthers extends Passed {
    private final Semaphore semaphore = new Semaphore(1);

    @Actor
    public void owner() {
      Permit own = acquired(semaphore);
      permit = own;
      own.close();
    }

    @Actor
    public void other() {
      close();
    }

    @Actor
    public void third() {
      close();
    }

    private void close() {
      Permit others = seen(this);
      if (others != null) {
        others.close();
      }
    }

    @Arbiter
    public void left(L_Result r) {
      r.r1 = SemaphoreStress.left(semaphore);
    }
  }

  /** The owner and another thread close a permit that a third thread waits for. */
  @JCStressTest
  @Outcome(id = "held, 0/0", expect = ACCEPTABLE, desc = "The waiter has it, and no other thread.")
  @Outcome(expect = FORBIDDEN, desc = "The waiter was missed, or the permit is doubled.")
  @State
  public static class OwnerAndOtherWithAWaiter extends Passed {
    private final Semaphore semaphore = new Semaphore(1);
    private final ThreadRecord record = Model.record();

    @Actor
    public void owner() {
      Permit own = semaphore.tryAcquire().orElse(null);
      if (own != null) { // otherwise the waiter was first
        permit = own;
        own.close();
      }
    }

    @Actor
    public void other() {
      Permit others = seen(this);
      if (others != null) {
        others.close();
      }
    }

    @Actor
    public void waiter(LL_Result r) {
      record.begin();
      try {
        semaphore.acquire();
        r.r1 = "held";
      } catch (InterruptedException e) {
        r.r1 = "interrupted";
      } catch (SpinScheduler.Stuck e) {
        r.r1 = "stuck";
      }
    }

    @Arbiter
    public void left(LL_Result r) {
      r.r2 = SemaphoreStress.left(semaphore);
    }
  }
}
