package io.selvage.kernel.select;

import io.selvage.kernel.ThreadRecord;
import io.selvage.kernel.WaitNode;
import io.selvage.kernel.jvm.SpinLock;
import org.jspecify.annotations.Nullable;

/**
 * A point in time as a choice. It is in no queue: the selection waits no longer than until the
 * earliest deadline of its choices.
 */
public abstract class TimedChoice extends Choice {
  private final long deadline;

  /**
   * Creates it.
   *
   * @param deadline in the time of the calling thread's scheduler, or {@link WaitNode#NEVER}
   */
  protected TimedChoice(long deadline) {
    this.deadline = deadline;
  }

  @Override
  public final @Nullable SpinLock lock() {
    return null;
  }

  @Override
  protected boolean tryNow() {
    return deadline != WaitNode.NEVER && ThreadRecord.current().scheduler().now() - deadline >= 0;
  }

  @Override
  protected final boolean join() {
    return true;
  }

  @Override
  protected final void leave() {}

  @Override
  protected final long deadline() {
    return deadline;
  }

  @Override
  public @Nullable Object result() {
    return null;
  }
}
