package io.selvage.channel;

import io.selvage.BrokenResourceException;
import io.selvage.CancelledException;
import io.selvage.ClosedResourceException;
import io.selvage.EndOfStreamException;
import io.selvage.kernel.Step;
import io.selvage.kernel.ThreadRecord;
import io.selvage.kernel.WaitNode;
import io.selvage.kernel.WaitQueue;
import io.selvage.kernel.jvm.SpinLock;
import io.selvage.kernel.select.Choice;
import io.selvage.kernel.support.Arguments;
import io.selvage.select.Selectable;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A value that changes: it can be read at any time, and threads can wait for its next change.
 *
 * {@snippet class="io.selvage.channel.ChannelSnippets" region="latest"}
 *
 * <p>It keeps the latest value only. A reader that is slower than the changes skips those in
 * between; it never misses the last one.
 *
 * <p><b>Threads.</b> Any number of threads may set, read and watch. A thread that reads a value
 * sees everything that the thread that has set it did before.
 *
 * <p><b>Cancellation.</b> A wait that is cancelled has seen no change: the next call returns it.
 *
 * @param <T> the type of the value, which is never null
 */
public final class Latest<T> implements AutoCloseable {
  /*
   * Protocol. Everything is written under lock; current and end are also read without it.
   *
   *   current  the value and its number; a set replaces it by one with the next number and claims all entries in the queue
   *   OPEN ──close / fail──▶ ENDED     once; the last value stays, and all waiters are woken
   *
   * Invariant: a watcher waits only while it has seen the current number and the end is not set. A watcher that is woken reads current again, so it
   * gets the newest value. A wait that was withdrawn removes its entry, and the watcher has seen nothing new.
   *
   * Check with: LatestTest, LatestStress, LatestSimulationTest.
   */

  /** A value and its number, from 0. */
  private record Version<T>(T value, long number) {}

  private final SpinLock lock = new SpinLock();
  private final WaitQueue waiters = new WaitQueue(lock); // guarded by lock
  private final String label; // the beginning of toString
  private volatile Version<T> current;
  private volatile @Nullable End end;

  /**
   * Creates it with a value.
   *
   * @param initial the value, not null
   */
  public Latest(T initial) {
    this.label = "";
    this.current = new Version<>(Objects.requireNonNull(initial, "initial"), 0);
  }

  /**
   * Creates it with a name and a value.
   *
   * @param name the name in messages and dumps; not empty
   * @param initial the value, not null
   * @throws IllegalArgumentException if the name is empty
   */
  public Latest(String name, T initial) {
    this.label = Arguments.name(name, "name") + ", ";
    this.current = new Version<>(Objects.requireNonNull(initial, "initial"), 0);
  }

  /** {@return the latest value; never waits} */
  public T get() {
    return current.value();
  }

  /**
   * Changes the value, and wakes all watchers. Never waits. A value that is equal to the one before
   * is a change, too.
   *
   * @param value the new value, not null
   * @throws ClosedResourceException if it is closed
   */
  public void set(T value) {
    Objects.requireNonNull(value, "value");
    Step.before("Latest.set");
    WaitQueue.Entry claimed;
    lock.lock();
    try {
      if (end != null) {
        throw end.toRefusal("set of a closed value");
      }
      current = new Version<>(value, current.number() + 1);
      claimed = waiters.claimAll(null);
    } finally {
      lock.unlock();
    }
    Step.within("Latest.set");
    WaitQueue.signalAll(claimed);
  }

  /**
   * {@return a watcher whose first {@link Watcher#next()} waits for the next change, because it has
   * seen the current value}
   */
  public Watcher<T> watchChanges() {
    return new Watcher<>(this, current.number());
  }

  /** {@return a watcher whose first {@link Watcher#next()} returns the current value at once} */
  public Watcher<T> watch() {
    return new Watcher<>(this, -1);
  }

  /**
   * Sees the changes of a {@link Latest}.
   *
   * <p><b>Threads.</b> One thread at a time.
   *
   * @param <T> the type of the value
   */
  public static final class Watcher<T> {
    private final Latest<T> latest;
    private volatile long seen; // volatile, as another thread may continue

    private Watcher(Latest<T> latest, long seen) {
      this.latest = latest;
      this.seen = seen;
    }

    /**
     * Waits until the value was changed since the last one that this watcher has seen.
     *
     * @return the latest value
     * @throws EndOfStreamException if it was closed, and the last value was seen
     * @throws BrokenResourceException if it was failed, and the last value was seen
     * @throws CancelledException if the calling thread is cancelled, also on entry
     * @throws InterruptedException if the calling thread was interrupted from outside
     */
    public T next() throws InterruptedException {
      return latest.next(this);
    }

    /** {@return the latest value if this watcher has not seen it; never waits} */
    public Optional<T> tryNext() {
      Step.before("Latest.tryNext");
      Version<T> now = latest.current;
      if (now.number() == seen) {
        return Optional.empty();
      }
      Optional<T> result = Optional.of(now.value());
      seen = now.number();
      return result;
    }

    /**
     * {@return the next change as a clause of a {@link io.selvage.select.Select}} If the value was
     * closed, and the last one was seen, the select throws what {@link #next} would throw.
     */
    public Selectable<T> onNext() {
      return latest.new NextChoice(this);
    }

    @Override
    public String toString() {
      return "Watcher[" + latest + "]";
    }
  }

  private T next(Watcher<T> watcher) throws InterruptedException {
    ThreadRecord self = ThreadRecord.current();
    self.begin("Latest.next");
    try {
      while (true) {
        WaitNode node;
        lock.lock();
        try {
          if (current.number() != watcher.seen) {
            return see(watcher);
          }
          if (end != null) {
            throw end.toException();
          }
          node = new WaitNode(self, "Latest.next", this);
          waiters.add(node);
        } finally {
          lock.unlock();
        }
        var unused = waiters.await(node, WaitNode.NEVER);
      }
    } catch (EndOfStreamException | BrokenResourceException e) {
      self.preferOwnCancellation();
      throw e;
    }
  }

  private T see(Watcher<T> watcher) {
    Version<T> now = current;
    watcher.seen = now.number();
    return now.value();
  }

  private final class NextChoice extends Choice implements Selectable<T> {
    private final Watcher<T> watcher;

    NextChoice(Watcher<T> watcher) {
      this.watcher = watcher;
    }

    @Override
    public SpinLock lock() {
      return lock;
    }

    @Override
    protected boolean tryNow() {
      return current.number() != watcher.seen || end != null;
    }

    @Override
    protected boolean join() {
      waiters.add(this);
      return true;
    }

    @Override
    protected void leave() {
      waiters.remove(this);
    }

    @Override
    public Object result() {
      End how = end;
      if (current.number() == watcher.seen && how != null) {
        throw how.toException();
      }
      return see(watcher);
    }

    @Override
    public String toString() {
      return "next change of " + Latest.this;
    }
  }

  /** Ends the changes: watchers see the last value, then the end. Never waits. */
  @Override
  public void close() {
    var unused = end(End.closed("closed"));
  }

  /**
   * Ends the changes: watchers see the last value, then the end. Never waits.
   *
   * @param reason the reason that exceptions tell
   * @return true if this call has closed it, false if it was closed before
   */
  public boolean close(String reason) {
    return end(End.closed(reason));
  }

  /**
   * Ends the changes because of a failure: watchers see the last value, then a {@link
   * BrokenResourceException}. Never waits.
   *
   * @param cause the failure
   * @return true if this call has closed it, false if it was closed before
   */
  public boolean fail(Throwable cause) {
    return end(End.failed(cause));
  }

  private boolean end(End how) {
    Step.before("Latest.close");
    WaitQueue.Entry claimed;
    lock.lock();
    try {
      if (end != null) {
        return false;
      }
      end = how;
      claimed = waiters.claimAll(null);
    } finally {
      lock.unlock();
    }
    Step.within("Latest.close");
    WaitQueue.signalAll(claimed);
    return true;
  }

  /** {@return whether it was closed, in whatever way} */
  public boolean isClosed() {
    return end != null;
  }

  /** {@return how many threads wait for a change; the number may have changed already} */
  public int waiting() {
    lock.lock();
    try {
      return waiters.size();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public String toString() {
    return "Latest[" + label + waiting() + " waiting" + (isClosed() ? ", closed]" : "]");
  }
}
