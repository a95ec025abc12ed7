package io.selvage.sync;

import io.selvage.CancelledException;
import io.selvage.kernel.Step;
import io.selvage.kernel.ThreadRecord;
import io.selvage.kernel.WaitNode;
import io.selvage.kernel.WaitQueue;
import io.selvage.kernel.jvm.SpinLock;
import io.selvage.kernel.select.Choice;
import io.selvage.kernel.support.Arguments;
import io.selvage.select.Trigger;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A flag that threads can wait for.
 *
 * {@snippet class="io.selvage.sync.SyncSnippets" region="event"}
 *
 * <p>{@link #set} releases all threads that wait at that moment, even if a {@link #clear} follows
 * before they run. So the flag may be clear again after {@link #await}; code that needs the flag
 * set must check it in a loop.
 *
 * <p><b>Threads.</b> Any thread may call any method. A thread that has waited sees everything that
 * was done before the {@code set} that ended the wait. A thread that clears the flag sees
 * everything that was done before every earlier {@code set}.
 *
 * <p><b>Interruption.</b> A wait that is cancelled or interrupted leaves nothing behind.
 */
public final class Event {
  /*
   * Protocol. isSet and waiters are guarded by lock; isSet is also read without it. Invariant: no thread joins the queue while isSet is true, and the
   * change to true claims all nodes in the queue. So a thread whose node is in the queue waits for the next set. Waiters are woken after the lock was
   * released. A wait that was withdrawn removes its node.
   *
   * set and clear acquire the lock even if they change nothing. So a set that has changed nothing also happens-before the clear that follows it.
   *
   * Check with: EventTest, EventStress, SyncSimulationTest.
   */
  private static final String AWAIT = "Event.await";

  private final SpinLock lock = new SpinLock();
  private final WaitQueue waiters = new WaitQueue(lock); // guarded by lock
  private volatile boolean isSet; // written under the lock

  private final String label; // the beginning of toString

  /** Creates an event that is not set. */
  public Event() {
    label = "";
  }

  /**
   * Creates an event with a name, which is not set.
   *
   * @param name the name in messages and dumps; not empty
   * @throws IllegalArgumentException if the name is empty
   */
  public Event(String name) {
    label = Arguments.name(name, "name") + ", ";
  }

  /**
   * Sets the flag, and releases all threads that wait now. Never waits.
   *
   * @return true if this call has changed it, false if it was set already
   */
  public boolean set() {
    Step.before("Event.set");
    WaitQueue.Entry claimed;
    lock.lock();
    try {
      if (isSet) {
        return false;
      }
      isSet = true;
      claimed = waiters.claimAll(null);
    } finally {
      lock.unlock();
    }
    Step.within("Event.set");
    WaitQueue.signalAll(claimed);
    return true;
  }

  /**
   * Clears the flag: from now on {@link #await} waits for the next {@link #set}. Never waits.
   *
   * @return true if this call has changed it, false if it was not set
   */
  public boolean clear() {
    Step.before("Event.clear");
    lock.lock();
    try {
      boolean changed = isSet;
      isSet = false;
      return changed;
    } finally {
      lock.unlock();
    }
  }

  /** {@return whether the flag is set; it may have changed already} */
  public boolean isSet() {
    return isSet;
  }

  /**
   * Waits until it is set; returns at once if it is.
   *
   * @throws CancelledException if the calling thread is cancelled, also on entry, and also if it is
   *     set
   * @throws InterruptedException if the calling thread was interrupted from outside
   */
  public void await() throws InterruptedException {
    var unused = await(WaitNode.NEVER);
  }

  /**
   * Waits until it is set, for at most {@code timeout}.
   *
   * @param timeout zero or more; with zero it checks once, and if the flag is not set it lets other
   *     threads run
   * @return true if it was set, false if the time was over first
   * @throws CancelledException if the calling thread is cancelled, also on entry, and also if it is
   *     set
   * @throws InterruptedException if the calling thread was interrupted from outside
   * @throws IllegalArgumentException if the timeout is negative or longer than 100 years
   */
  public boolean await(Duration timeout) throws InterruptedException {
    return await(WaitNode.deadlineAfter(timeout));
  }

  private boolean await(long deadline) throws InterruptedException {
    ThreadRecord self = ThreadRecord.current();
    self.begin(AWAIT);
    if (isSet) {
      return true;
    }
    Step.within(AWAIT);
    WaitNode node = new WaitNode(self, AWAIT, this);
    lock.lock();
    try {
      if (isSet) {
        return true;
      }
      waiters.add(node);
    } finally {
      lock.unlock();
    }
    return waiters.await(node, deadline) != WaitNode.TIMED_OUT;
  }

  /** {@return the wait for it as a clause of a {@link io.selvage.select.Select}} */
  public Trigger onSet() {
    return new SetChoice();
  }

  /** The wait as a clause of a select. */
  private final class SetChoice extends Choice implements Trigger {

    @Override
    public SpinLock lock() {
      return lock;
    }

    @Override
    protected boolean tryNow() {
      return isSet;
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
    public @Nullable Object result() {
      return null;
    }

    @Override
    public String toString() {
      return "await " + Event.this;
    }
  }

  /** {@return how many threads wait for it; the number may have changed already} */
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
    return "Event[" + label + (isSet ? "set" : "not set, " + waiting() + " waiting") + "]";
  }
}
