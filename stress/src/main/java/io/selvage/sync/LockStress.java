package io.selvage.sync;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.selvage.sync.Lock.Guard;
import org.jspecify.annotations.Nullable;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LL_Result;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/** The protocol of {@link Lock}. */
public final class LockStress {
  private LockStress() {}

  /** The owner and another thread close a guard, while a third thread tries the lock. */
  @JCStressTest
  @Outcome(id = "0, false", expect = ACCEPTABLE, desc = "Free in the end; one was inside.")
  @Outcome(expect = FORBIDDEN, desc = "Two were inside, or the lock is lost.")
  @State
  public static class OwnerAndOther {
    private final Lock lock = new Lock();
    private volatile @Nullable Guard passed;
    private int inside; // guarded by the lock
    private int failures; // guarded by the lock

    private void enterAndLeave() {
      if (++inside != 1) {
        failures++;
      }
      inside--;
    }

    @Actor
    public void owner() {
      Guard own = lock.tryAcquire().orElse(null);
      if (own != null) {
        enterAndLeave();
        passed = own;
        own.close();
      }
    }

    @Actor
    public void other() {
      for (int spins = 0; spins < 10_000 && passed == null; spins++) {
        Thread.onSpinWait();
      }
      Guard others = passed;
      if (others != null) {
        others.close();
      }
    }

    @Actor
    public void third() {
      for (int i = 0; i < 3; i++) {
        Guard own = lock.tryAcquire().orElse(null);
        if (own != null) {
          enterAndLeave();
          own.close();
        }
      }
    }

    @Arbiter
    public void left(LL_Result r) {
      r.r1 = failures + inside;
      r.r2 = lock.isLocked();
    }
  }

  /** What was done by one holder is seen by the next one. */
  @JCStressTest
  @Outcome(id = "true, true", expect = ACCEPTABLE, desc = "Each saw all of the other, or nothing.")
  @Outcome(expect = FORBIDDEN, desc = "The writes of a holder are torn apart.")
  @State
  public static class Visibility {
    private final Lock lock = new Lock();
    private int first; // guarded by the lock
    private int second; // guarded by the lock

    private boolean change() {
      Guard own = lock.tryAcquire().orElse(null);
      if (own == null) {
        return true;
      }
      boolean equal = first == second;
      first++;
      second++;
      own.close();
      return equal;
    }

    private boolean changeTwice() {
      boolean once = change();
      return change() && once;
    }

    @Actor
    public void one(ZZ_Result r) {
      r.r1 = changeTwice();
    }

    @Actor
    public void other(ZZ_Result r) {
      r.r2 = changeTwice();
    }
  }
}
