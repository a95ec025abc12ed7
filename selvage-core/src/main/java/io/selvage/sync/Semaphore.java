package io.selvage.sync;

import io.selvage.CancelledException;
import io.selvage.kernel.Permits;
import io.selvage.kernel.Step;
import io.selvage.kernel.support.Arguments;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Lets a number of tasks in at a time: each acquires a permit, and closes it when it leaves.
 *
 * {@snippet class="io.selvage.sync.SyncSnippets" region="semaphore"}
 *
 * <p>A permit that is closed goes straight to who waits longest. Nobody gets past a waiter, {@link
 * #tryAcquire()} neither.
 *
 * <p><b>Threads.</b> Any thread may call anything; a permit may be closed by another thread than
 * the one that acquired it. Who acquires a permit sees what was done by those who held it before.
 *
 * <p><b>Interruption.</b> Who is cancelled or interrupted while it waits has no permit, and has
 * left the queue; a permit that comes free goes to the next one. If the permit came first it is
 * held, and the next operation reports the cancellation.
 *
 * @apiNote A permit that is never closed is lost: acquire it in the head of a {@code try}. Where
 *     its name is not used, {@code try (var _ = semaphore.acquire())} says so to the compiler.
 */
public final class Semaphore {
  private final Permits permits;
  private final String label; // what toString begins with

  /**
   * Creates a semaphore all of whose permits are free.
   *
   * @param permits how many; with 0 everybody waits until some are {@linkplain #add added}
   * @throws IllegalArgumentException if it is negative
   */
  public Semaphore(int permits) {
    this.permits = new Permits(permits);
    this.label = "";
  }

  /**
   * Creates a semaphore with a name, all of whose permits are free.
   *
   * @param name which messages and dumps show; not empty
   * @param permits how many; 0 or more
   * @throws IllegalArgumentException if the name is empty, or the number is negative
   */
  public Semaphore(String name, int permits) {
    this.label = Arguments.name(name, "name") + ", ";
    this.permits = new Permits(permits);
  }

  /**
   * The right to be inside, until it is closed.
   *
   * <p><b>Threads.</b> Any thread may close it.
   */
  public static final class Permit implements AutoCloseable {
    private final Permits from;
    private final AtomicBoolean closed = new AtomicBoolean();

    private Permit(Permits from) {
      this.from = from;
    }

    /** Gives the permit back. Never waits; a second call does nothing. */
    @Override
    public void close() {
      Step.beforeEnd("Semaphore.release");
      if (closed.compareAndSet(false, true)) {
        from.release();
      }
    }

    @Override
    public String toString() {
      return closed.get() ? "Permit[closed]" : "Permit[held]";
    }
  }

  /**
   * Acquires a permit; waits until there is one, behind all who wait already.
   *
   * @return the permit, to be closed
   * @throws CancelledException if the calling thread is cancelled, also on entry
   * @throws InterruptedException if the calling thread was interrupted from outside
   */
  public Permit acquire() throws InterruptedException {
    Permit permit = new Permit(permits); // made before, so that nothing can fail behind
    permits.acquire("Semaphore.acquire", this);
    return permit;
  }

  /**
   * Acquires a permit; waits until there is one, for at most {@code timeout}.
   *
   * @param timeout zero or more; with zero it looks once, and if there is none lets others run
   * @return the permit, to be closed; empty if the time was over first
   * @throws CancelledException if the calling thread is cancelled, also on entry
   * @throws InterruptedException if the calling thread was interrupted from outside
   * @throws IllegalArgumentException if the timeout is negative or longer than 100 years
   */
  public Optional<Permit> acquire(Duration timeout) throws InterruptedException {
    long deadline = Timeouts.deadline(timeout);
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
   * Adds permits for good: to those who wait, the longest-waiting first, and the rest to those that
   * are free. Never waits; takes as long as there are waiters that get a permit, however many
   * permits are added.
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

  /** {@return how many permits are free; it may be another number already} */
  public int available() {
    return permits.available();
  }

  /** {@return how many threads wait for a permit; it may be another number already} */
  public int waiting() {
    return permits.waiting();
  }

  @Override
  public String toString() {
    return "Semaphore[" + label + available() + " free, " + waiting() + " waiting]";
  }
}
