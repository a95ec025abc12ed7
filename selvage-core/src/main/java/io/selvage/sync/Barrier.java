package io.selvage.sync;

import io.selvage.CancelledException;
import io.selvage.kernel.Step;
import io.selvage.kernel.ThreadRecord;
import io.selvage.kernel.WaitNode;
import io.selvage.kernel.WaitQueue;
import io.selvage.kernel.jvm.SpinLock;
import io.selvage.kernel.support.Arguments;
import java.time.Duration;
import java.util.Objects;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * Makes tasks wait until a given number of them have arrived; then it stays open for ever.
 *
 * {@snippet class="io.selvage.sync.SyncSnippets" region="barrier"}
 *
 * <p>Each call of {@code await} returns the place of its caller in the order of arrival: 0 for the
 * first one. A task that arrives after the barrier has opened passes at once, and gets the next
 * number.
 *
 * <p><b>Threads.</b> Any thread may call any method. A thread that passes sees everything that the
 * counted threads did before they arrived.
 *
 * <p><b>Interruption.</b> A thread that is cancelled, is interrupted or times out while it waits
 * has not arrived. It is not counted, the threads after it move up by one place, and the barrier
 * waits for another arrival. So the places of the threads that have passed are 0, 1, 2, ... without
 * a gap. If the barrier has opened before the wait was withdrawn, the arrival counts: then {@code
 * await} returns the place, and the next operation reports the cancellation.
 */
public final class Barrier {
  /*
   * Protocol. Everything is guarded by lock.
   *
   *   passed 0 ──the arrival that completes parties──▶ parties ──each later arrival──▶ + 1
   *
   * While passed is 0, the queue holds the nodes of the arrived threads that wait, in order; together with withoutWaiting always fewer than parties.
   * Opening counts all of them, and gives each waiting thread its place by claiming its node.
   *
   * All or nothing: many nodes cannot be claimed in one step, and a thread that was let through cannot be called back if a later claim fails. So the
   * lock, not the node, decides whether an arrival counts: a thread whose node is still in the queue when the barrier opens has arrived. If its wait
   * was aborted just before, the claim fails, but the thread has its place, which its node carries. The thread finds the place when it tries to
   * remove its node. Then it returns the place, and its next operation reports the abort. If the thread removes its node before the barrier opens,
   * the arrival is withdrawn.
   *
   * The arrival that opens the barrier allocates nothing from there to the last wake-up.
   *
   * Check with: BarrierTest, BarrierStress, SyncSimulationTest.
   */
  private static final String AWAIT = "Barrier.await";
  private static final int NOT_COUNTED = -1;

  private final String label; // the beginning of toString
  private final int parties;
  private final SpinLock lock = new SpinLock();

  // guarded by lock
  private final WaitQueue waiters = new WaitQueue(lock);
  private final WaitQueue.Claimed released = new WaitQueue.Claimed();
  private int withoutWaiting; // arrivals before the barrier opened
  private int passed;

  /** The place of a waiting thread, guarded by lock; carried by the thread's node. */
  private static final class Place {
    private int number = NOT_COUNTED; // read without the lock after the wait, which ends with it
  }

  /**
   * Creates a barrier at which no thread has arrived.
   *
   * @param parties how many threads have to arrive; 1 or more
   * @throws IllegalArgumentException if it is less
   */
  public Barrier(int parties) {
    this.label = "";
    this.parties = positive(parties);
  }

  /**
   * Creates a barrier with a name.
   *
   * @param name the name in messages and dumps; not empty
   * @param parties how many have to arrive; at least 1
   * @throws IllegalArgumentException if the name is empty, or the number is less than 1
   */
  public Barrier(String name, int parties) {
    this.label = Arguments.name(name, "name") + ", ";
    this.parties = positive(parties);
  }

  private static int positive(int parties) {
    if (parties < 1) {
      throw new IllegalArgumentException("parties must be >= 1, was " + parties);
    }
    return parties;
  }

  /**
   * Arrives, and waits for the other threads; passes at once if enough threads have arrived before.
   *
   * @return the place in the order of arrival, from 0
   * @throws CancelledException if the calling thread is cancelled, also on entry: then the thread
   *     has not arrived
   * @throws InterruptedException if the calling thread was interrupted from outside: then the
   *     thread has not arrived
   */
  public int await() throws InterruptedException {
    return await(WaitNode.NEVER);
  }

  /**
   * Arrives, and waits for the other threads, for at most {@code timeout}.
   *
   * @param timeout zero or more
   * @return the place in the order of arrival, from 0; empty if the time was over first: then the
   *     thread has not arrived
   * @throws CancelledException if the calling thread is cancelled, also on entry: then the thread
   *     has not arrived
   * @throws InterruptedException if the calling thread was interrupted from outside: then the
   *     thread has not arrived
   * @throws IllegalArgumentException if the timeout is negative or longer than 100 years
   */
  public OptionalInt await(Duration timeout) throws InterruptedException {
    int place = await(WaitNode.deadlineAfter(timeout));
    return place == NOT_COUNTED ? OptionalInt.empty() : OptionalInt.of(place);
  }

  private int await(long deadline) throws InterruptedException {
    ThreadRecord self = ThreadRecord.current();
    self.begin(AWAIT);
    Place place = new Place();
    WaitNode node = new WaitNode(self, AWAIT, this);
    node.carry(place);
    WaitQueue.Entry claimed;
    boolean passes;
    lock.lock();
    try {
      claimed = arrive(node, place);
      passes = place.number != NOT_COUNTED; // later another thread may write it, and wakes this one
    } finally {
      lock.unlock();
    }
    WaitQueue.signalAll(claimed);
    if (passes) {
      return place.number;
    }
    try {
      var unused = waiters.await(node, deadline);
    } catch (InterruptedException e) {
      if (place.number == NOT_COUNTED) {
        throw e;
      }
      self.redeliver(e); // the barrier has opened before
    }
    return place.number;
  }

  /**
   * Gives the calling thread its place if it may pass; otherwise its node is in the queue. Returns
   * the nodes of the threads that may pass with it.
   */
  private WaitQueue.@Nullable Entry arrive(WaitNode node, Place place) {
    WaitQueue.Entry claimed = null;
    if (passed == 0) {
      if (waiters.size() + withoutWaiting + 1 < parties) {
        waiters.add(node);
        return null;
      }
      claimed = open();
    }
    place.number = passed++;
    return claimed;
  }

  /**
   * Arrives without waiting for the other threads. Never waits, and works for cancelled threads,
   * too. Such an arrival cannot be withdrawn. When the barrier opens, the threads that wait have
   * the first places, and these arrivals the places after them.
   *
   * @return whether this arrival has opened the barrier, or it was open
   */
  public boolean arrive() {
    Step.before("Barrier.arrive");
    WaitQueue.Entry claimed = null;
    lock.lock();
    try {
      if (passed > 0) {
        passed++;
        return true;
      }
      withoutWaiting++;
      if (waiters.size() + withoutWaiting < parties) {
        return false;
      }
      claimed = open();
    } finally {
      lock.unlock();
    }
    Step.within("Barrier.arrive");
    WaitQueue.signalAll(claimed);
    return true;
  }

  private WaitQueue.@Nullable Entry open() {
    for (WaitQueue.Entry each = waiters.poll(); each != null; each = waiters.poll()) {
      Place place = (Place) Objects.requireNonNull(each.carried());
      place.number = passed++;
      if (each.claim(place)) {
        released.add(each);
      }
    }
    passed += withoutWaiting;
    return released.take();
  }

  /**
   * {@return how many threads have arrived, without withdrawn arrivals; may become more than the
   * parties}
   */
  public int value() {
    lock.lock();
    try {
      return passed == 0 ? waiters.size() + withoutWaiting : passed;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public String toString() {
    return "Barrier[" + label + value() + " of " + parties + " have arrived]";
  }
}
