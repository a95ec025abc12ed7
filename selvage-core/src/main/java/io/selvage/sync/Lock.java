package io.selvage.sync;

import io.selvage.CancelledException;
import io.selvage.kernel.Permits;
import io.selvage.kernel.Step;
import io.selvage.kernel.ThreadRecord;
import io.selvage.kernel.Threads;
import io.selvage.kernel.support.Arguments;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Lets one task in at a time: who acquires it gets a guard, and closes that when it leaves.
 *
 * {@snippet class="io.selvage.sync.SyncSnippets" region="lock"}
 *
 * <p>A lock that is released goes straight to who waits longest; nobody gets past a waiter. It may
 * be held across operations that wait.
 *
 * <p><b>It is not reentrant.</b> A thread that acquires it while it holds it would wait for itself,
 * so it is told instead: {@link IllegalStateException}. A thread holds the lock from acquiring it
 * until the guard is closed, by whomever, or {@linkplain Guard#handOver() handed over}; a task only
 * until it ends, though its thread may go on to work for others.
 *
 * <p><b>Threads.</b> Any thread may call anything. Who acquires the lock sees what was done by
 * those who held it before.
 *
 * <p><b>Interruption.</b> Who is cancelled or interrupted while it waits does not hold the lock,
 * and has left the queue. If the lock came first it is held, and the next operation reports the
 * cancellation.
 *
 * @apiNote A guard that is never closed locks everybody out: acquire it in the head of a {@code
 *     try}. Where its name is not used, {@code try (var _ = lock.acquire())} says so to the
 *     compiler.
 */
public final class Lock {
  /*
   * Protocol. The one permit is the lock. holder is written by who has just got the permit, and cleared by the close of
   * its guard before the permit goes on; so it is the guard of the present holder, or null for a moment around the
   * hand-over.
   *
   * Who the holder is says its record: that of a task is its own, its thread may be used again for others.
   *
   * A thread can see itself as the holder only if it has written that itself, and its guard is still open: to refuse it
   * needs no lock. Another thread that is just closing the guard may be too late for that; the rule is to hand over a
   * guard that another thread is to close, if its thread wants the lock meanwhile. So a plain field is enough: what counts
   * is that a thread sees its own writes. Texts may show an older holder.
   *
   * Check with: LockTest, SyncSimulationTest.
   */
  private final Permits permits = new Permits(1);
  private @Nullable Guard holder; // racy on purpose, see above

  private final String label; // what toString begins with

  /** Creates a free lock. */
  public Lock() {
    label = "";
  }

  /**
   * Creates a free lock with a name.
   *
   * @param name which messages and dumps show; not empty
   * @throws IllegalArgumentException if the name is empty
   */
  public Lock(String name) {
    label = Arguments.name(name, "name") + ", ";
  }

  /**
   * The right to be inside, until it is closed.
   *
   * <p><b>Threads.</b> Any thread may close it or hand it over.
   */
  public static final class Guard implements AutoCloseable {
    private final Lock lock;
    private final ThreadRecord acquirer = ThreadRecord.current(); // threads of pools work for many
    private final AtomicBoolean closed = new AtomicBoolean();
    private volatile boolean handedOver;

    private Guard(Lock lock) {
      this.lock = lock;
    }

    /** Releases the lock. Never waits; a second call does nothing. */
    @Override
    public void close() {
      Step.beforeEnd("Lock.release");
      if (closed.compareAndSet(false, true)) {
        lock.holder = null;
        lock.permits.release();
      }
    }

    /**
     * Says that another thread is going to close this: then the one that has acquired it does not
     * count as the holder any more, and may wait for the lock like everybody else.
     *
     * @return this
     */
    public Guard handOver() {
      handedOver = true;
      return this;
    }

    private boolean isHeldByCaller() {
      return !handedOver && acquirer == ThreadRecord.current();
    }

    @Override
    public String toString() {
      return closed.get() ? "Guard[closed]" : "Guard[" + lock + "]";
    }
  }

  /**
   * Acquires the lock; waits until it is free, behind all who wait already.
   *
   * @return its guard, to be closed
   * @throws CancelledException if the calling thread is cancelled, also on entry
   * @throws InterruptedException if the calling thread was interrupted from outside
   * @throws IllegalStateException if the calling thread holds it already
   */
  public Guard acquire() throws InterruptedException {
    refuseHolder();
    Guard guard = new Guard(this);
    permits.acquire("Lock.acquire", this);
    holder = guard;
    return guard;
  }

  /**
   * Acquires the lock; waits until it is free, for at most {@code timeout}.
   *
   * @param timeout zero or more; with zero it looks once, and if it is held lets others run
   * @return its guard, to be closed; empty if the time was over first
   * @throws CancelledException if the calling thread is cancelled, also on entry
   * @throws InterruptedException if the calling thread was interrupted from outside
   * @throws IllegalStateException if the calling thread holds it already
   * @throws IllegalArgumentException if the timeout is negative or longer than 100 years
   */
  public Optional<Guard> acquire(Duration timeout) throws InterruptedException {
    long deadline = Timeouts.deadline(timeout);
    refuseHolder();
    Optional<Guard> guard = Optional.of(new Guard(this));
    return permits.acquire("Lock.acquire", this, deadline) ? held(guard) : Optional.empty();
  }

  /**
   * Acquires the lock if it is free. Never waits, and works for cancelled threads, too.
   *
   * @return its guard, to be closed; empty if somebody holds it, also if that is the calling thread
   */
  public Optional<Guard> tryAcquire() {
    Step.before("Lock.tryAcquire");
    Optional<Guard> guard = Optional.of(new Guard(this));
    return permits.tryAcquire() ? held(guard) : Optional.empty();
  }

  private Optional<Guard> held(Optional<Guard> guard) {
    holder = guard.get();
    return guard;
  }

  private void refuseHolder() {
    Guard guard = holder;
    if (guard != null && guard.isHeldByCaller()) {
      throw new IllegalStateException(
          "Lock.acquire called by "
              + guard.acquirer.thread()
              + ", which holds "
              + (label.isEmpty() ? "this lock" : this)
              + " and would wait for itself; close its guard first, or call"
              + " handOver() on it if another thread is to close it");
    }
  }

  /** {@return whether somebody holds it; it may have changed already} */
  public boolean isLocked() {
    return permits.available() == 0;
  }

  /** {@return how many threads wait for it; it may be another number already} */
  public int waiting() {
    return permits.waiting();
  }

  @Override
  public String toString() {
    if (!isLocked()) {
      return "Lock[" + label + "free]";
    }
    Guard guard = holder;
    return "Lock["
        + label
        + "held"
        + (guard == null
            ? ""
            : guard.handedOver ? ", handed over" : " by " + Threads.nameOf(guard.acquirer.thread()))
        + ", "
        + waiting()
        + " waiting]";
  }
}
