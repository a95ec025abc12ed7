package io.selvage.sync;

import io.selvage.CancelledException;
import io.selvage.kernel.Step;
import io.selvage.kernel.ThreadRecord;
import io.selvage.kernel.WaitNode;
import io.selvage.kernel.WaitQueue;
import io.selvage.kernel.jvm.KernelLock;
import io.selvage.kernel.support.Arguments;
import java.time.Duration;

/**
 * A flag that others can wait for.
 *
 * {@snippet class="io.selvage.sync.SyncSnippets" region="event"}
 *
 * <p>{@link #set} releases everybody who waits at that moment, also if a {@link #clear} follows
 * before they run. So behind {@link #await} the flag may be down again; who needs it up looks
 * again, in a loop.
 *
 * <p><b>Threads.</b> Any thread may call anything. Who has waited sees what was done before the
 * {@code set} that ended the wait; who clears sees what was done before every earlier {@code set}.
 *
 * <p><b>Interruption.</b> A wait that is cancelled or interrupted leaves nothing behind.
 */
public final class Event {
  /*
   * Protocol. isSet and waiters are guarded by lock; isSet is also read without it. Invariant: nobody joins the queue
   * while it is set, and the change to set claims everybody in it, so whoever is in the queue waits for the next set.
   * Waking up happens behind the lock. A waiter whose wait was withdrawn takes its node out.
   *
   * set and clear take the lock also when they change nothing: so a set that came too late to change anything happens
   * before the clear that follows it.
   *
   * Check with: EventTest, EventStress, SyncSimulationTest.
   */
  private static final String AWAIT = "Event.await";

  private final KernelLock lock = new KernelLock();
  private final WaitQueue waiters = new WaitQueue(); // guarded by lock
  private volatile boolean isSet; // written under the lock

  private final String label; // what toString begins with

  /** Creates an event that is not set. */
  public Event() {
    label = "";
  }

  /**
   * Creates an event with a name, which is not set.
   *
   * @param name which messages and dumps show; not empty
   * @throws IllegalArgumentException if the name is empty
   */
  public Event(String name) {
    label = Arguments.name(name, "name") + ", ";
  }

  /**
   * Sets the flag, and releases all who wait now. Never waits.
   *
   * @return true if this call has changed it, false if it was set already
   */
  public boolean set() {
    Step.before("Event.set");
    WaitNode claimed;
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
    WaitNode.signalAll(claimed);
    return true;
  }

  /**
   * Takes the flag down: who comes from now on waits for the next {@link #set}. Never waits.
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

  /** {@return whether the flag is up; it may have changed already} */
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
   * @param timeout zero or more; with zero it looks once, and if it is not set lets others run
   * @return true if it was set, false if the time was over first
   * @throws CancelledException if the calling thread is cancelled, also on entry, and also if it is
   *     set
   * @throws InterruptedException if the calling thread was interrupted from outside
   * @throws IllegalArgumentException if the timeout is negative or longer than 100 years
   */
  public boolean await(Duration timeout) throws InterruptedException {
    return await(Timeouts.deadline(timeout));
  }

  private boolean await(long deadline) throws InterruptedException {
    ThreadRecord self = ThreadRecord.current();
    self.begin(AWAIT);
    if (isSet) {
      return true;
    }
    Step.within(AWAIT);
    WaitNode node = new WaitNode(self, AWAIT, this);
    if (!joinQueue(node)) {
      return true;
    }
    boolean released = false;
    try {
      released = node.await(deadline) != WaitNode.TIMED_OUT;
    } finally {
      if (!released) {
        leaveQueue(node);
      }
    }
    return released;
  }

  /** Returns false if it is set, so that there is nothing to wait for. */
  private boolean joinQueue(WaitNode node) {
    lock.lock();
    try {
      if (isSet) {
        return false;
      }
      waiters.add(node);
      return true;
    } finally {
      lock.unlock();
    }
  }

  private void leaveQueue(WaitNode node) {
    lock.lock();
    try {
      waiters.remove(node);
    } finally {
      lock.unlock();
    }
  }

  /** {@return how many threads wait for it; it may be another number already} */
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
