package io.selvage.kernel;

import io.selvage.kernel.jvm.SpinLock;
import io.selvage.kernel.support.FieldHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * A number of permits, granted in the order of arrival. Locks, semaphores and limits are built from
 * it.
 *
 * <p>A released permit goes directly to the longest-waiting thread; no thread overtakes a waiter. A
 * permit has no owner: any thread may release it.
 */
public final class Permits {
  /*
   * Protocol. state is a number of permits and two flags.
   *
   *   n permits  are free, and no thread waits
   *   CONTENDED  none is free, and the queue is not empty
   *   SHARED     beside either of them: a thread has closed a handle that another thread had acquired; this flag is never cleared
   *
   *   n ──acquire──▶ n - 1, n ──release k──▶ n + k   by CAS of any thread; a thread that loses the CAS reads the state again
   *   0 ──▶ CONTENDED                              by CAS under the lock: the waiter joins the queue in the same section
   *   CONTENDED ──▶ n                              by CAS under the lock: only SHARED may change meanwhile
   *
   * A thread that releases while the state is CONTENDED claims the first node. This claim is the hand-off: the permit is never
   * free in between. If the claim fails, the wait was withdrawn, and the next node is tried; if there is none, the permit becomes
   * free (1). The claim that empties the queue leaves 0. Several permits that are released together claim as many nodes under the
   * same lock, and the remaining permits become free. A wait that was withdrawn removes its node; the state stays CONTENDED, and the next
   * release finds the queue empty. So a permit is either free, or held by exactly one acquire that has happened.
   *
   * The thread that has claimed a node wakes its waiter after it has left the lock.
   *
   * Handles. Semaphore.Permit and Lock.Guard release their permit once, whichever threads close them. Each handle has an owner, the thread that has
   * created it, and the fields closing and closed.
   *
   *   the owner        writes closing, then calls tryReleaseOwned; if that fails, the CAS of closed decides
   *   another thread   calls share, then reads closing; if that is false, the CAS of closed decides
   *
   * So the owner usually needs one CAS, that of the state. tryReleaseOwned and share change the same word. If the release of the owner comes first, the
   * thread that calls share sees closing, and leaves the handle to the owner. If share comes first, tryReleaseOwned fails; then either the
   * other thread has seen closing and left the handle to the owner, or both are at the CAS of closed. Once SHARED is set, every close needs that CAS.
   *
   * All changes of the state are calls of one method of the handle with the same types: a VarHandle allocates when such a call is linked, and
   * the first acquire does that.
   *
   * Check with: PermitsTest, PermitsStress, SemaphoreStress, PermitsSimulationTest.
   */
  private static final long CONTENDED = 1L << 32;
  private static final long SHARED = 1L << 33;

  private static final VarHandle STATE =
      FieldHandle.of(MethodHandles.lookup(), "state", long.class);

  private final SpinLock lock = new SpinLock();
  private final WaitQueue waiters = new WaitQueue(lock); // guarded by lock
  private final WaitQueue.Claimed claimed = new WaitQueue.Claimed(); // guarded by lock
  private volatile long state;

  /**
   * Creates permits that are all free.
   *
   * @param permits how many; 0 or more
   * @throws IllegalArgumentException if it is less
   */
  public Permits(int permits) {
    if (permits < 0) {
      throw new IllegalArgumentException("permits must be >= 0, was " + permits);
    }
    state = permits;
  }

  /**
   * Acquires a permit. Waits until there is one, after all threads that wait already.
   *
   * @param operation the name of the wait, for dumps
   * @param owner the object that is acquired, for dumps
   * @throws InterruptedException if the calling thread is cancelled or interrupted, also on entry:
   *     then it has no permit
   */
  public void acquire(String operation, Object owner) throws InterruptedException {
    var unused = acquire(operation, owner, WaitNode.NEVER);
  }

  /**
   * As {@link #acquire(String, Object)}, until a deadline.
   *
   * @param operation the name of the wait, for dumps
   * @param owner the object that is acquired, for dumps
   * @param deadline in the time of the calling thread's scheduler, or {@link WaitNode#NEVER}
   * @return whether there was a permit; false if the deadline passed first
   * @throws InterruptedException if the calling thread is cancelled or interrupted, also on entry:
   *     then it has no permit
   */
  public boolean acquire(String operation, Object owner, long deadline)
      throws InterruptedException {
    ThreadRecord self = ThreadRecord.current();
    self.begin(operation);
    if (takeFree()) {
      return true;
    }
    Step.within(operation);
    WaitNode node = takeOrJoinQueue(self, operation, owner);
    if (node == null) {
      return true;
    }
    return waiters.await(node, deadline) != WaitNode.TIMED_OUT;
  }

  /** Acquires a permit if one is free. Never waits; any thread, even if it is cancelled. */
  public boolean tryAcquire() {
    return takeFree();
  }

  private boolean takeFree() {
    for (long now = state; (int) now > 0; now = state) {
      if (STATE.compareAndSet(this, now, now - 1)) {
        return true;
      }
    }
    return false;
  }

  /** Returns null if a permit was acquired. */
  private @Nullable WaitNode takeOrJoinQueue(ThreadRecord self, String operation, Object owner) {
    WaitNode node = new WaitNode(self, operation, owner);
    lock.lock();
    try {
      return joinOrAcquire(node) ? node : null;
    } finally {
      lock.unlock();
    }
  }

  /** Returns false if a permit was acquired; otherwise a release looks for waiters from now on. */
  private boolean contend() {
    for (long now = state; (now & CONTENDED) == 0; now = state) {
      if (takeFree()) {
        return false;
      }
      if ((int) now == 0 && STATE.compareAndSet(this, now, now | CONTENDED)) {
        return true;
      }
    }
    return true;
  }

  /**
   * Releases a permit: hands it to the longest-waiting thread, or adds it to the free ones. Never
   * waits; any thread.
   *
   * @throws IllegalStateException if there are too many to be counted
   */
  public void release() {
    release(1);
  }

  /**
   * Releases permits, or adds new ones: hands them to the waiting threads, the longest-waiting
   * first, and adds the rest to the free ones. This is one atomic step, except that the new holders
   * are woken after it. Never waits; any thread; allocates nothing.
   *
   * @param permits how many; 0 or more
   * @throws IllegalStateException if there would be too many to be counted: then none is added
   */
  public void release(int permits) {
    for (long now = state; (now & CONTENDED) == 0; now = state) {
      if (STATE.compareAndSet(this, now, sum(now, permits))) {
        return;
      }
    }
    WaitQueue.Entry next = handOver(permits);
    if (next != null) {
      Step.within("Permits.release");
      WaitQueue.signalAll(next);
    }
  }

  private static long sum(long now, int more) {
    int free = (int) now;
    if (more > Integer.MAX_VALUE - free) {
      throw new IllegalStateException(
          free
              + " free permits and "
              + more
              + " more would be more than "
              + Integer.MAX_VALUE
              + "; release or add fewer");
    }
    return now + more;
  }

  /** Returns the nodes of the new holders, to be signalled, or null if all permits are free now. */
  private WaitQueue.@Nullable Entry handOver(int permits) {
    lock.lock();
    try {
      for (long now = state; (now & CONTENDED) == 0; now = state) { // the waiters have left
        if (STATE.compareAndSet(this, now, sum(now, permits))) {
          return null;
        }
      }
      int left = permits;
      for (; left > 0; left--) {
        WaitQueue.Entry next = waiters.claimFirst(null);
        if (next == null) {
          break;
        }
        claimed.add(next);
      }
      if (waiters.isEmpty()) {
        becomeFree(left);
      }
      return claimed.take();
    } finally {
      lock.unlock();
    }
  }

  private void becomeFree(int left) {
    long now;
    do {
      now = state;
    } while (!STATE.compareAndSet(this, now, (now & SHARED) | left));
  }

  // ---- for handles, see above

  /**
   * The owner of a handle, which has marked it as closing, releases its permit.
   *
   * @return whether it did; if not, a thread waits, or other threads close handles, too: then the
   *     compare-and-set of the handle decides, and the thread that wins it calls {@link #release()}
   */
  public boolean tryReleaseOwned() {
    for (long now = state; now < Integer.MAX_VALUE; now = state) { // no flag is set
      if (STATE.compareAndSet(this, now, now + 1)) {
        return true;
      }
    }
    return false;
  }

  /** A thread is about to close a handle that it does not own. */
  public void share() {
    for (long now = state; (now & SHARED) == 0; now = state) {
      if (STATE.compareAndSet(this, now, now | SHARED)) {
        return;
      }
    }
  }

  // ---- for a select, which tries and joins under the lock

  /** {@return the lock under which {@link #joinOrAcquire} and {@link #leave} are called} */
  public SpinLock lock() {
    return lock;
  }

  /** Adds an entry to the queue. Returns false if a permit was acquired instead. */
  public boolean joinOrAcquire(WaitQueue.Entry entry) {
    if (!contend()) {
      return false;
    }
    waiters.add(entry);
    return true;
  }

  /** Takes an entry out of the queue, if it is there. */
  public void leave(WaitQueue.Entry entry) {
    waiters.remove(entry);
  }

  /** {@return how many permits are free} */
  public int available() {
    return (int) state;
  }

  /** {@return how many threads wait for a permit} */
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
    return "Permits[" + available() + " free, " + waiting() + " waiting]";
  }
}
