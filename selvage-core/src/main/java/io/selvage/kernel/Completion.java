package io.selvage.kernel;

import io.selvage.kernel.jvm.SpinLock;
import io.selvage.kernel.support.FieldHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * An event that happens once and carries a value: the end of a task, a reply, a close. Any number
 * of threads may wait for it, any number of times.
 *
 * @param <T> the type of the value
 */
public final class Completion<T> {
  /*
   * Protocol. value: null ──complete──▶ v, once, by CAS of any thread; for the others complete returns false.
   *
   * The first waiter creates the queue, together with its lock, and publishes it by CAS. A waiter publishes the queue, then reads value again under
   * the lock. The completing thread writes value, then reads waiters. At least one of them sees what the other has written: either the waiter does
   * not wait, or it is found, claimed under the lock and woken outside of it. A wait that was withdrawn removes its node, so abandoned waits leave
   * nothing behind. Between the write of value and the last wake-up nothing is allocated.
   *
   * Check with: CompletionTest, CompletionStress.
   */
  private static final VarHandle VALUE =
      FieldHandle.of(MethodHandles.lookup(), "value", Object.class);
  private static final VarHandle WAITERS =
      FieldHandle.of(MethodHandles.lookup(), "waiters", WaitQueue.class);

  private volatile @Nullable T value;
  private volatile @Nullable WaitQueue waiters; // created late

  /**
   * Sets the value and wakes all waiters. Any thread; allocates nothing. Returns false, without
   * effect, if there was a value already.
   */
  public boolean complete(T newValue) {
    if (!VALUE.compareAndSet(this, null, newValue)) {
      return false;
    }
    Step.within("Completion.complete");
    WaitQueue queue = waiters;
    if (queue != null) {
      WaitQueue.signalAll(claimAll(queue, newValue));
    }
    return true;
  }

  private static WaitQueue.@Nullable Entry claimAll(WaitQueue queue, Object newValue) {
    queue.lock.lock();
    try {
      return queue.claimAll(newValue);
    } finally {
      queue.lock.unlock();
    }
  }

  /** {@return the value, or null if there is none yet} */
  public @Nullable T poll() {
    return value;
  }

  /** {@return whether there is a value} */
  public boolean isDone() {
    return value != null;
  }

  /** {@return how many threads wait now} */
  public int waiting() {
    WaitQueue queue = waiters;
    if (queue == null) {
      return 0;
    }
    queue.lock.lock();
    try {
      return queue.size();
    } finally {
      queue.lock.unlock();
    }
  }

  /**
   * Waits for the value.
   *
   * @param operation the name of the wait, for dumps
   * @param owner the object that ends, for dumps
   * @param deadline in the time of the calling thread's scheduler, or {@link WaitNode#NEVER}
   * @return the value, or null if the deadline passed
   * @throws InterruptedException if the calling thread is cancelled or interrupted, also on entry
   */
  public @Nullable T await(String operation, Object owner, long deadline)
      throws InterruptedException {
    ThreadRecord self = ThreadRecord.current();
    self.begin(operation);
    T early = value;
    if (early != null) {
      return early;
    }
    Step.within(operation);
    WaitQueue queue = queue();
    WaitNode node = joinQueue(queue, self, operation, owner);
    boolean done = node == null || queue.await(node, deadline) != WaitNode.TIMED_OUT;
    return done ? value : null;
  }

  /**
   * Waits for the value, and sets {@code givenUp} as the value if the wait ends without one. So the
   * completing thread and the waiting thread always agree on the outcome: if this throws, or
   * returns {@code givenUp}, every later {@link #complete} returns false.
   *
   * @param operation the name of the wait, for dumps
   * @param owner the object that ends, for dumps
   * @param deadline in the time of the calling thread's scheduler, or {@link WaitNode#NEVER}
   * @param givenUp the value of an abandoned wait
   * @return the value; {@code givenUp} if the deadline passed first
   * @throws InterruptedException if the calling thread is cancelled or interrupted before there is
   *     a value. If the value comes first, the next operation of the thread reports the
   *     cancellation. An error, such as one caused by a full heap, is thrown on; the value is set
   *     then, too
   */
  public T awaitOrGiveUp(String operation, Object owner, long deadline, T givenUp)
      throws InterruptedException {
    try {
      T early = await(operation, owner, deadline);
      if (early != null || complete(givenUp)) {
        return early == null ? givenUp : early;
      }
    } catch (InterruptedException e) {
      if (complete(givenUp)) {
        throw e;
      }
      ThreadRecord.current().redeliver(e);
    } catch (Throwable e) {
      var unused = complete(givenUp);
      throw e;
    }
    return Objects.requireNonNull(value);
  }

  /**
   * Waits for the value; neither cancellation nor an interrupt ends the wait. The interrupt flag is
   * kept.
   *
   * @param operation the name of the wait, for dumps
   * @param owner the object that ends, for dumps
   */
  public T awaitUncancellably(String operation, Object owner) {
    ThreadRecord self = ThreadRecord.current();
    Step.before(operation);
    boolean[] interrupted = {false};
    Runnable onInterrupt = () -> interrupted[0] = true; // allocated before the node is in the queue
    WaitNode node = joinQueue(queue(), self, operation, owner);
    if (node != null) {
      node.awaitUncancellably(onInterrupt);
      if (interrupted[0]) {
        self.thread.interrupt();
      }
    }
    T done = value;
    if (done == null) {
      throw new IllegalStateException("resumed without a value");
    }
    return done;
  }

  /**
   * As {@link #awaitUncancellably}, and never fails: while the heap is full, it polls.
   *
   * @param operation the name of the wait, for dumps
   * @param owner the object that ends, for dumps
   */
  public T awaitInAnyCase(String operation, Object owner) {
    try {
      Exhaustion.point("Completion.await");
      return awaitUncancellably(operation, owner);
    } catch (OutOfMemoryError full) {
      return pollUntilDone();
    }
  }

  private T pollUntilDone() {
    ThreadRecord self = ThreadRecord.current();
    boolean interrupted = false;
    T done = value;
    for (; done == null; done = value) {
      interrupted |= self.machine().pause(self, true);
    }
    if (interrupted) {
      self.thread.interrupt();
    }
    return done;
  }

  /** {@return the queue of the waiting threads, with its lock; for a select} */
  public WaitQueue queue() {
    WaitQueue known = waiters;
    if (known != null) {
      return known;
    }
    WaitQueue created = new WaitQueue(new SpinLock());
    return WAITERS.compareAndSet(this, null, created) ? created : Objects.requireNonNull(waiters);
  }

  /** Returns null if there is a value, so that there is nothing to wait for. */
  private @Nullable WaitNode joinQueue(
      WaitQueue queue, ThreadRecord self, String operation, Object owner) {
    WaitNode node = new WaitNode(self, operation, owner);
    queue.lock.lock();
    try {
      if (value != null) {
        return null;
      }
      queue.add(node);
      return node;
    } finally {
      queue.lock.unlock();
    }
  }
}
