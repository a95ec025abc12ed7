package io.selvage.runtime;

import io.selvage.TaskGroup;
import io.selvage.kernel.Completion;
import io.selvage.kernel.Step;
import io.selvage.kernel.WaitNode;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** The calls that run in a runtime now. */
final class RunningCalls {
  /*
   * Protocol.
   *
   *   state    2n: n calls are inside. 2n + 1: the same, and no more are admitted. end sets the lowest bit, once.
   *            The thread that makes it 1 completes ended: the last call that leaves, or end itself.
   *   groups   the groups of the calls, for a cancel. A call that was admitted adds its group, then the runtime looks whether it was cancelled
   *            meanwhile; a cancel is recorded by the runtime first, and then looks for groups. So one of the two cancels the group.
   *
   * Check with: RunningCallsStress, RuntimeSimulationTest.
   */
  private final AtomicLong state = new AtomicLong();
  private final Set<TaskGroup> groups = ConcurrentHashMap.newKeySet();
  private final Completion<Boolean> ended = new Completion<>();

  /** Returns false if no more calls are admitted. The thread that gets true calls leave, once. */
  boolean admit() {
    Step.before("SelvageRuntime.call");
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

  void add(TaskGroup group) {
    groups.add(group);
    Step.within("SelvageRuntime.call");
  }

  void remove(TaskGroup group) {
    groups.remove(group);
  }

  boolean contains(TaskGroup group) {
    return groups.contains(group);
  }

  void cancel(String reason) {
    groups.forEach(group -> group.cancel(reason));
  }

  /** Waits as {@link #awaitEnd}; the wait can be cancelled. */
  void await(String operation, Object owner) throws InterruptedException {
    var unused = ended.await(operation, owner, WaitNode.NEVER);
  }

  /** Waits until no call is inside; neither cancellation nor an interrupt ends this wait. */
  void awaitEnd(String operation, Object owner) {
    var unused = ended.awaitUncancellably(operation, owner);
  }
}
