package io.selvage.kernel;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Something that happens once and carries a value: the end of a task, a reply, a close. Any number
 * of threads wait for it, as often as they like.
 *
 * @param <T> the type of the value
 */
public final class Completion<T> {
  /*
   * Protocol. value: null ──complete──▶ v, once, by any thread; the lock (this object's monitor, which never leaves the
   * kernel) decides who is first, the others are told so. Waiters join the queue under the lock while there is no
   * value; complete takes them all out and claims them under the lock and wakes them outside of it. A waiter whose
   * wait was withdrawn takes itself out, so abandoned waits leave nothing behind.
   */
  private volatile @Nullable T value;
  private @Nullable WaitQueue waiters; // guarded by this, made when needed

  /**
   * Fixes the value and wakes everybody. Any thread; returns false, without effect, if there was
   * one already.
   */
  public boolean complete(T newValue) {
    List<WaitNode> claimed = List.of();
    synchronized (this) {
      if (value != null) {
        return false;
      }
      value = newValue;
      if (waiters != null) {
        claimed = new ArrayList<>(waiters.size());
        waiters.claimAll(newValue, claimed::add);
        waiters = null;
      }
    }
    claimed.forEach(WaitNode::signal);
    return true;
  }

  /** {@return the value, or null if it is not there yet} */
  public @Nullable T poll() {
    return value;
  }

  /** {@return whether there is a value} */
  public boolean isDone() {
    return value != null;
  }

  /** {@return how many threads wait now} */
  public synchronized int waiting() {
    return waiters == null ? 0 : waiters.size();
  }

  /**
   * Waits for the value.
   *
   * @param deadline in the time of the calling thread's scheduler, or {@link WaitNode#NEVER}
   * @return the value, or null if the deadline passed
   * @throws InterruptedException if the calling thread is cancelled or interrupted, also on entry
   */
  public @Nullable T await(long deadline) throws InterruptedException {
    ThreadRecord self = ThreadRecord.current();
    self.checkpoint();
    WaitNode node = joinQueue(self);
    if (node == null) {
      return value;
    }
    boolean resumed = false;
    try {
      resumed = node.await(deadline) != WaitNode.TIMED_OUT;
    } finally {
      if (!resumed) {
        leaveQueue(node);
      }
    }
    return resumed ? value : null;
  }

  /** Waits for the value, whatever happens to the calling thread. Its interrupt flag is kept. */
  public T awaitUncancellably() {
    ThreadRecord self = ThreadRecord.current();
    WaitNode node = joinQueue(self);
    if (node != null) {
      boolean[] interrupted = {false};
      node.awaitUncancellably(() -> interrupted[0] = true);
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

  private synchronized @Nullable WaitNode joinQueue(ThreadRecord self) {
    if (value != null) {
      return null;
    }
    if (waiters == null) {
      waiters = new WaitQueue();
    }
    WaitNode node = new WaitNode(self);
    waiters.add(node);
    return node;
  }

  private synchronized void leaveQueue(WaitNode node) {
    if (waiters != null) {
      waiters.remove(node);
    }
  }
}
