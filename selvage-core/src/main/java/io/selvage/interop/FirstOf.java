package io.selvage.interop;

import io.selvage.kernel.Completion;
import io.selvage.kernel.WaitNode;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The wait of {@link GroupExecutor#invokeAny}: for the first result, or for the last failure. */
final class FirstOf<T extends @Nullable Object> {
  /*
   * Protocol. A task adds itself to ended when it ends, under this object's monitor. The first task that has succeeded, or the last of all, completes
   * decided. The list has space for all tasks from the beginning: an end allocates nothing.
   */
  private final int all;
  private final List<GroupFuture<T>> ended; // guarded by this
  private final Completion<Boolean> decided = new Completion<>();

  FirstOf(int all) {
    this.all = all;
    this.ended = new ArrayList<>(all);
  }

  /** {@return the action that a task runs at its end} */
  Runnable atEndOf(GroupFuture<T> future) {
    return () -> {
      if (decides(future)) {
        decided.complete(true);
      }
    };
  }

  private synchronized boolean decides(GroupFuture<T> future) {
    ended.add(future);
    future.observeFailure(); // the waiting thread gets the failure, or has left
    return future.hasResult() || ended.size() == all;
  }

  void await() throws InterruptedException {
    var unused = decided.await("GroupExecutor.invokeAny", this, WaitNode.NEVER);
  }

  /** {@return the tasks that have ended, in this order} */
  synchronized List<GroupFuture<T>> ended() {
    return List.copyOf(ended);
  }

  @Override
  public synchronized String toString() {
    return ended.size() + " of " + all + " tasks have ended";
  }
}
