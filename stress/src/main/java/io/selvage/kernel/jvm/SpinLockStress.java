package io.selvage.kernel.jvm;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.I_Result;

/** The protocol of {@link SpinLock}. */
public final class SpinLockStress {
  private SpinLockStress() {}

  /** Three threads count under the lock: no count is lost. */
  @JCStressTest
  @Outcome(id = "3", expect = ACCEPTABLE, desc = "Each thread has counted.")
  @Outcome(expect = FORBIDDEN, desc = "Two threads were in the section at once.")
  @State
  public static class Count {
    private final SpinLock lock = new SpinLock();
    private int count;

    private void increment() {
      lock.lock();
      try {
        count++;
      } finally {
        lock.unlock();
      }
    }

    @Actor
    public void first() {
      increment();
    }

    @Actor
    public void second() {
      increment();
    }

    @Actor
    public void third() {
      increment();
    }

    @Arbiter
    public void count(I_Result r) {
      r.r1 = count;
    }
  }

  /** A thread that holds the lock sees all or nothing of an earlier section. */
  @JCStressTest
  @Outcome(id = "0, 0", expect = ACCEPTABLE, desc = "The reader was first.")
  @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "The writer was first.")
  @Outcome(expect = FORBIDDEN, desc = "The reader has seen half of a section.")
  @State
  public static class Publish {
    private final SpinLock lock = new SpinLock();
    private int a;
    private int b;

    @Actor
    public void write() {
      lock.lock();
      try {
        a = 1;
        b = 1;
      } finally {
        lock.unlock();
      }
    }

    @Actor
    public void read(II_Result r) {
      lock.lock();
      try {
        r.r2 = b;
        r.r1 = a;
      } finally {
        lock.unlock();
      }
    }
  }
}
