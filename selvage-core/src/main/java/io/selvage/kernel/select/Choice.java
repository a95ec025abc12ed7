package io.selvage.kernel.select;

import io.selvage.kernel.WaitNode;
import io.selvage.kernel.WaitQueue;
import io.selvage.kernel.jvm.SpinLock;
import io.selvage.kernel.support.FieldHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * One operation that a {@link Selection} may perform. It is its own entry in the queue of its
 * structure, so a selection allocates nothing for it.
 */
public abstract class Choice extends WaitQueue.Entry {
  /*
   * Protocol.
   *
   *   used     false ──first selection, by CAS──▶ true. A choice takes part in one selection only: an entry must not change its node while other
   *            threads may still signal it.
   *   node     set by the selecting thread before it joins the queues; all choices of a selection share one node.
   *   carried  guarded by the lock of the structure. A claim writes the value there, then decides the node in favour of this choice. If the node was
   *            decided for another choice before, the value is never read. The selecting thread reads it if the node was decided for this choice.
   *
   * tryNow and join run under the lock of the structure. If tryNow or join performs the operation, no other choice does, because the selecting thread
   * calls them one after the other and stops. If they claim entries of other threads, signal() of these is left to wakeOthers, outside of all locks.
   */
  private static final VarHandle USED =
      FieldHandle.of(MethodHandles.lookup(), "used", boolean.class);

  @SuppressWarnings("UnusedVariable") // written through USED
  private volatile boolean used;

  private boolean off;
  private @Nullable Object handler;
  private @Nullable WaitNode node;

  // links of the selection, used by the selecting thread only
  @Nullable Choice nextInOrder;
  @Nullable Choice nextByLock;

  /** Creates a choice that is switched on. */
  protected Choice() {}

  /** Switches the choice off: the selection ignores it. */
  public final void switchOff() {
    off = true;
  }

  final boolean isOff() {
    return off;
  }

  /** Sets what the caller of the selection does with the value. */
  public final void handleWith(Object newHandler) {
    handler = newHandler;
  }

  /** {@return what the caller of the selection does with the value, or null} */
  public final @Nullable Object handler() {
    return handler;
  }

  /** Returns false if it takes or took part in a selection. */
  final boolean use() {
    return USED.compareAndSet(this, false, true);
  }

  final void waitBy(WaitNode shared) {
    node = shared;
  }

  @Override
  public final boolean claim(@Nullable Object value) {
    WaitNode shared = node;
    carry(value);
    return shared != null && shared.claim(this);
  }

  @Override
  public final void signal() {
    WaitNode shared = node;
    if (shared != null) {
      shared.signal();
    }
  }

  /** {@return the lock of the structure, or null if there is none} */
  public abstract @Nullable SpinLock lock();

  /**
   * Performs the operation if that is possible now. Under the lock, if there is one.
   *
   * @return whether it was performed
   */
  protected abstract boolean tryNow();

  /**
   * Puts this entry into the queue of the structure. Under the lock, after a {@link #tryNow} that
   * has returned false.
   *
   * @return false if the operation was performed instead, because it has become possible meanwhile
   */
  protected abstract boolean join();

  /** Takes this entry out of its queue, if it is there. Under the lock. */
  protected abstract void leave();

  /** Wakes the threads that tryNow or join has claimed. Under no lock. */
  protected void wakeOthers() {}

  /** {@return the time at which this choice happens by itself, or {@link WaitNode#NEVER}} */
  protected long deadline() {
    return WaitNode.NEVER;
  }

  /** {@return whether this choice happens if no other one is possible now} */
  protected boolean isOtherwise() {
    return false;
  }

  /**
   * {@return whether an exception of {@link #result()} says that the structure has ended} The
   * caller then looks whether that is so because it is being cancelled itself.
   */
  public boolean reportsAnEnd() {
    return true;
  }

  /**
   * The operation was performed, by this thread or by another one that has claimed the entry. On
   * the selecting thread, under no lock.
   *
   * @return the value of the operation
   * @throws RuntimeException if the structure has ended
   */
  public abstract @Nullable Object result();
}
