package io.selvage.runtime;

import io.selvage.TaskGroup;
import io.selvage.function.ThrowingSupplier;
import io.selvage.kernel.Completion;
import io.selvage.kernel.Step;
import io.selvage.kernel.WaitNode;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** The calls that run in a runtime now. */
final class RunningCalls {
  /*
   * Protocol.
   *
   *   state    2n: n calls are inside. 2n + 1: the same, and no more are admitted. end sets the lowest bit, once.
   *            The thread that makes it 1 completes ended: the last call that leaves, or end itself.
   *   groups   the groups of the calls. A call that was admitted adds its group, then reads cancelReason. A cancel writes cancelReason, then cancels the
   *            groups that it finds. So a call that begins during a cancel is cancelled by one of the two.
   *
   * Check with: RunningCallsStress, RuntimeSimulationTest.
   */
  private final AtomicLong state = new AtomicLong();
  private final Set<TaskGroup> groups = ConcurrentHashMap.newKeySet();
  private final Completion<Boolean> ended = new Completion<>();
  private volatile @Nullable String cancelReason;

  /** Returns false if no more calls are admitted. The thread that gets true calls leave, once. */
  boolean admit() {
    for (long now = state.get(); (now & 1) == 0; now = state.get()) {
      if (state.compareAndSet(now, now + 2)) {
        return true;
      }
    }
    return false;
  }

  void leave() {
    if (state.addAndGet(-2) == 1) {
      ended.complete(true);
    }
  }

  /** Admits no more calls. May be called again. */
  void end() {
    for (long now = state.get(); (now & 1) == 0; now = state.get()) {
      if (state.compareAndSet(now, now + 1) && now == 0) {
        ended.complete(true);
      }
    }
  }

  /** {@return whether no more calls are admitted, and none is inside} */
  boolean isOver() {
    return ended.isDone();
  }

  /** Runs the body of a call that was admitted, in its group. */
  <T extends @Nullable Object, X extends Exception> T enter(
      TaskGroup group, ThrowingSupplier<? extends T, X> body) throws X, InterruptedException {
    groups.add(group);
    try {
      Step.within("SelvageRuntime.call");
      String why = cancelReason;
      if (why != null) {
        group.cancel(why);
      }
      return body.get();
    } finally {
      groups.remove(group);
    }
  }

  boolean contains(TaskGroup group) {
    return groups.contains(group);
  }

  /** Cancels the calls that are inside or were admitted. May be called again. */
  void cancel(String reason) {
    cancelReason = reason;
    groups.forEach(group -> group.cancel(reason));
  }

  /** Waits as {@link #awaitEnd}; the wait can be cancelled. */
  void await(String operation, Object owner) throws InterruptedException {
    var unused = ended.await(operation, owner, WaitNode.NEVER);
  }

  /** Waits until no call is inside; neither cancellation nor an interrupt ends this wait. */
  void awaitEnd(String operation, Object owner) {
    var unused = ended.awaitInAnyCase(operation, owner);
  }
}
