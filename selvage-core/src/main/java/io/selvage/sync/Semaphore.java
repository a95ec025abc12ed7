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
 * Limits how many tasks do something at the same time: each acquires a permit, and closes it at the
 * end.
 *
 * {@snippet class="io.selvage.sync.SyncSnippets" region="semaphore"}
 *
 * <p>A closed permit goes directly to the longest-waiting thread. No thread overtakes a waiter, not
 * even by {@link #tryAcquire()}.
 *
 * <p><b>Threads.</b> Any thread may call any method; a permit may be closed by another thread than
 * the one that acquired it. A thread that acquires a permit sees everything that was done by the
 * threads that held it before.
 *
 * <p><b>Interruption.</b> A thread that is cancelled or interrupted while it waits has no permit,
 * and has left the queue; a permit that becomes free goes to the next waiter. If the thread got the
 * permit first, it holds the permit, and the next operation reports the cancellation.
 *
 * @apiNote A permit that is never closed is lost: acquire it in the head of a {@code try}. If its
 *     name is not used, write {@code try (var _ = semaphore.acquire())}.
 */
public final class Semaphore {
  static {
    Preload.classes(MethodHandles.lookup(), Permit.class);
  }

  private final Permits permits;
  private final String label; // the beginning of toString

  /**
   * Creates a semaphore with all permits free.
   *
   * @param permits how many; with 0 each thread waits until some are {@linkplain #add added}
   * @throws IllegalArgumentException if it is negative
   */
  public Semaphore(int permits) {
    this.permits = new Permits(permits);
    this.label = "";
  }

  /**
   * Creates a semaphore with a name, all of whose permits are free.
   *
   * @param name the name in messages and dumps; not empty
   * @param permits how many; 0 or more
   * @throws IllegalArgumentException if the name is empty, or the number is negative
   */
  public Semaphore(String name, int permits) {
    this.label = Arguments.name(name, "name") + ", ";
    this.permits = new Permits(permits);
  }

  /**
   * One acquired permit, until it is closed.
   *
   * <p><b>Threads.</b> Any thread may close it.
   */
  public static final class Permit implements AutoCloseable {
    private static final VarHandle CLOSED =
        FieldHandle.of(MethodHandles.lookup(), "closed", boolean.class);

    static {
      // links the call, so that the first close of a permit needs no memory
      var unused = CLOSED.compareAndSet(new Permit(new Permits(0)), true, true);
    }

    // see the protocol of Permits
    private final Permits from;
    private final Thread owner = Thread.currentThread();
    private boolean closing; // written by the owner only
    private volatile boolean closed;

    private Permit(Permits from) {
      this.from = from;
    }

    /** Releases the permit. Never waits; a second call does nothing. */
    @Override
    public void close() {
      Step.beforeEnd("Semaphore.release");
      if (owner == Thread.currentThread()) {
        if (closing) {
          return;
        }
        closing = true;
        if (from.tryReleaseOwned()) {
          return;
        }
      } else {
        from.share();
        if (closing) {
          return;
        }
      }
      if (CLOSED.compareAndSet(this, false, true)) {
        from.release();
      }
    }

    @Override
    public String toString() {
      return closing || closed ? "Permit[closed]" : "Permit[held]";
    }
  }

  /**
   * Acquires a permit. Waits until there is one, after all threads that wait already.
   *
   * @return the permit, to be closed
   * @throws CancelledException if the calling thread is cancelled, also on entry
   * @throws InterruptedException if the calling thread was interrupted from outside
   */
  public Permit acquire() throws InterruptedException {
    Permit permit = new Permit(permits); // created first: nothing can fail after the acquire
    permits.acquire("Semaphore.acquire", this);
    return permit;
  }

  /**
   * Acquires a permit; waits until there is one, for at most {@code timeout}.
   *
   * @param timeout zero or more; with zero it tries once, and if no permit is free it lets other
   *     threads run
   * @return the permit, to be closed; empty if the time was over first
   * @throws CancelledException if the calling thread is cancelled, also on entry
   * @throws InterruptedException if the calling thread was interrupted from outside
   * @throws IllegalArgumentException if the timeout is negative or longer than 100 years
   */
  public Optional<Permit> acquire(Duration timeout) throws InterruptedException {
    long deadline = WaitNode.deadlineAfter(timeout);
    Optional<Permit> permit = Optional.of(new Permit(permits));
    return permits.acquire("Semaphore.acquire", this, deadline) ? permit : Optional.empty();
  }

  /**
   * Acquires a permit if one is free. Never waits, and works for cancelled threads, too.
   *
   * @return the permit, to be closed; empty if none is free
   */
  public Optional<Permit> tryAcquire() {
    Step.before("Semaphore.tryAcquire");
    Optional<Permit> permit = Optional.of(new Permit(permits));
    return permits.tryAcquire() ? permit : Optional.empty();
  }

  /**
   * {@return the acquire of a permit as a clause of a {@link io.selvage.select.Select}; its value
   * is the permit, to be closed}
   */
  public Selectable<Permit> onAcquire() {
    return new AcquireChoice<>(permits, this, new Permit(permits));
  }

  /**
   * Adds permits permanently: hands them to the waiting threads, the longest-waiting first, and
   * adds the rest to the free permits. Never waits. The time it takes depends on the number of
   * waiters that get a permit, not on the number of permits.
   *
   * @param more how many; 0 or more
   * @throws IllegalArgumentException if it is negative
   * @throws IllegalStateException if more than {@link Integer#MAX_VALUE} would be free: then none
   *     is added
   */
  public void add(int more) {
    if (more < 0) {
      throw new IllegalArgumentException(
          "more must be >= 0, was " + more + "; permits are only added");
    }
    Step.beforeEnd("Semaphore.add");
    permits.release(more);
  }

  /** {@return how many permits are free; the number may have changed already} */
  public int available() {
    return permits.available();
  }

  /** {@return how many threads wait for a permit; the number may have changed already} */
  public int waiting() {
    return permits.waiting();
  }

  @Override
  public String toString() {
    return "Semaphore[" + label + available() + " free, " + waiting() + " waiting]";
  }
}
