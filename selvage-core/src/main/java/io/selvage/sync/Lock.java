package io.selvage.sync;

import io.selvage.CancelledException;
import io.selvage.kernel.Permits;
import io.selvage.kernel.Step;
import io.selvage.kernel.WaitNode;
import io.selvage.kernel.support.Arguments;
import io.selvage.kernel.support.FieldHandle;
import io.selvage.kernel.support.Preload;
import io.selvage.select.Selectable;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.Optional;

/**
 * A lock that one task holds at a time. Acquiring it returns a guard, and closing the guard
 * releases it.
 *
 * {@snippet class="io.selvage.sync.SyncSnippets" region="lock"}
 *
 * <p>A released lock goes directly to the longest-waiting thread; no thread overtakes a waiter. It
 * may be held across operations that wait.
 *
 * <p><b>It is not reentrant.</b> A thread that acquires the lock while it holds it would wait for
 * itself, so it gets an {@link IllegalStateException} instead. A thread holds the lock from
 * acquiring it until the guard is closed, by any thread, or {@linkplain Guard#handOver() handed
 * over}. A task counts as the holder only until it ends, although its thread may continue with
 * other work.
 *
 * <p><b>Threads.</b> Any thread may call any method. A thread that acquires the lock sees
 * everything that earlier holders did while they held it.
 *
 * <p><b>Interruption.</b> A thread that is cancelled or interrupted while it waits does not hold
 * the lock, and has left the queue. If it got the lock first, it holds the lock, and the next
 * operation reports the cancellation.
 *
 * @apiNote If a guard is never closed, no thread can acquire the lock again: acquire it in the head
 *     of a {@code try}. If its name is not used, write {@code try (var _ = lock.acquire())}.
 */
public final class Lock {
  /*
   * Protocol. The one permit is the lock. A guard is a handle of it, see Permits.
   *
   * holder is written by the thread that has just acquired the permit, and cleared by the close of its guard before the permit is released. So
   * it identifies the present holder, or is 0 for a moment around the hand-over; it is HANDED_OVER if another thread is to close the guard.
   *
   * The holder is identified by the number of its thread. A thread runs one task only, and numbers are not used again. holder is a number because a
   * reference would be written to memory at each acquire, and need a barrier of the garbage collector; holderName is rarely written.
   *
   * A thread can see itself as the holder only if it has written the field itself, and its guard is still open: so it can be refused without a lock.
   * If another thread is closing the guard at that moment, the acquiring thread may be refused although the lock is about to become free. The rule
   * is: hand over a guard that another thread will close, if the acquiring thread may want the lock meanwhile. So plain fields are enough: a thread
   * only has to see its own writes. Texts may show an older holder. If two threads close a guard at the same time, a later holder may be
   * forgotten, and is not refused.
   *
   * Check with: LockTest, LockStress, SyncSimulationTest.
   */
  static {
    Preload.classes(MethodHandles.lookup(), Guard.class);
  }

  private static final long NONE = 0;
  private static final long HANDED_OVER = Long.MIN_VALUE;

  private static final VarHandle HOLDER =
      FieldHandle.of(MethodHandles.lookup(), "holder", long.class);

  private final Permits permits = new Permits(1);
  private long holder; // racy on purpose, see above
  private String holderName = ""; // of the thread that has acquired it last

  private final String label; // the beginning of toString

  /** Creates a free lock. */
  public Lock() {
    label = "";
  }

  /**
   * Creates a free lock with a name.
   *
   * @param name the name in messages and dumps; not empty
   * @throws IllegalArgumentException if the name is empty
   */
  public Lock(String name) {
    label = Arguments.name(name, "name") + ", ";
  }

  /**
   * The ownership of the lock, until this guard is closed.
   *
   * <p><b>Threads.</b> Any thread may close it or hand it over.
   */
  public static final class Guard implements AutoCloseable {
    private static final VarHandle CLOSED =
        FieldHandle.of(MethodHandles.lookup(), "closed", boolean.class);

    static {
      // links the call, so that the first close of a guard needs no memory
      var unused = CLOSED.compareAndSet(new Guard(new Lock()), true, true);
    }

    // see the protocol of Permits
    private final Lock lock;
    private final Thread owner = Thread.currentThread();
    private boolean closing; // written by the owner only
    private volatile boolean closed;

    private Guard(Lock lock) {
      this.lock = lock;
    }

    /** Releases the lock. Never waits; a second call does nothing. */
    @Override
    public void close() {
      Step.beforeEnd("Lock.release");
      if (owner == Thread.currentThread()) {
        if (isClosed()) {
          return; // the holder may be the owner again, with another guard
        }
        closing = true;
        if (lock.holder == numberOf(owner)) {
          lock.holder = NONE;
        }
        if (lock.permits.tryReleaseOwned()) {
          return;
        }
      } else {
        lock.permits.share();
        if (closing) {
          return;
        }
      }
      if (CLOSED.compareAndSet(this, false, true)) {
        lock.holder = NONE;
        lock.permits.release();
      }
    }

    /**
     * Declares that another thread will close this guard. Then the thread that has acquired it does
     * not count as the holder any more, and may wait for the lock like any other thread.
     *
     * @return this
     */
    public Guard handOver() {
      if (!isClosed()) {
        var unused = HOLDER.compareAndSet(lock, numberOf(owner), HANDED_OVER);
      }
      return this;
    }

    private boolean isClosed() {
      return closing || closed;
    }

    @Override
    public String toString() {
      return isClosed() ? "Guard[closed]" : "Guard[" + lock + "]";
    }
  }

  /**
   * Acquires the lock. Waits until it is free, after all threads that wait already.
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
    heldBy(guard.owner);
    return guard;
  }

  /**
   * Acquires the lock; waits until it is free, for at most {@code timeout}.
   *
   * @param timeout zero or more; with zero it tries once, and if the lock is held it lets other
   *     threads run
   * @return its guard, to be closed; empty if the time was over first
   * @throws CancelledException if the calling thread is cancelled, also on entry
   * @throws InterruptedException if the calling thread was interrupted from outside
   * @throws IllegalStateException if the calling thread holds it already
   * @throws IllegalArgumentException if the timeout is negative or longer than 100 years
   */
  public Optional<Guard> acquire(Duration timeout) throws InterruptedException {
    long deadline = WaitNode.deadlineAfter(timeout);
    refuseHolder();
    Optional<Guard> guard = Optional.of(new Guard(this));
    return permits.acquire("Lock.acquire", this, deadline) ? held(guard) : Optional.empty();
  }

  /**
   * Acquires the lock if it is free. Never waits, and works for cancelled threads, too.
   *
   * @return its guard, to be closed; empty if a thread holds the lock, even if that is the calling
   *     thread
   */
  public Optional<Guard> tryAcquire() {
    Step.before("Lock.tryAcquire");
    Optional<Guard> guard = Optional.of(new Guard(this));
    return permits.tryAcquire() ? held(guard) : Optional.empty();
  }

  /**
   * {@return the acquire as a clause of a {@link io.selvage.select.Select}; its value is the guard,
   * to be closed}
   *
   * @throws IllegalStateException if the calling thread holds the lock already
   */
  public Selectable<Guard> onAcquire() {
    refuseHolder();
    Guard guard = new Guard(this);
    return new AcquireChoice<>(permits, this, guard) {
      @Override
      public Object result() {
        heldBy(guard.owner);
        return guard;
      }
    };
  }

  private Optional<Guard> held(Optional<Guard> guard) {
    heldBy(guard.get().owner);
    return guard;
  }

  private void heldBy(Thread owner) {
    String name = owner.getName();
    if (holderName != name) {
      holderName = name;
    }
    holder = numberOf(owner);
  }

  /** Returns a number that says also of which kind the thread is. */
  private static long numberOf(Thread thread) {
    return thread.isVirtual() ? -thread.threadId() : thread.threadId();
  }

  private void refuseHolder() {
    Thread self = Thread.currentThread();
    if (holder == numberOf(self)) {
      throw new IllegalStateException(
          "Lock.acquire called by "
              + self
              + ", which holds "
              + (label.isEmpty() ? "this lock" : this)
              + " and would wait for itself; close its guard first, or call"
              + " handOver() on it if another thread is to close it");
    }
  }

  /** {@return whether a thread holds it; it may have changed already} */
  public boolean isLocked() {
    return permits.available() == 0;
  }

  /** {@return how many threads wait for it; the number may have changed already} */
  public int waiting() {
    return permits.waiting();
  }

  @Override
  public String toString() {
    if (!isLocked()) {
      return "Lock[" + label + "free]";
    }
    return "Lock[" + label + "held" + shown(holder, holderName) + ", " + waiting() + " waiting]";
  }

  private static String shown(long holder, String name) {
    if (holder == NONE) {
      return "";
    }
    if (holder == HANDED_OVER) {
      return ", handed over";
    }
    return " by " + (name.isEmpty() ? unnamed(holder) : name);
  }

  /** As {@link io.selvage.kernel.Threads#nameOf} says it. */
  private static String unnamed(long holder) {
    String kind = holder < 0 ? "virtual" : "platform";
    return "unnamed " + kind + " thread #" + Math.abs(holder);
  }
}
