package io.selvage.kernel;

import io.selvage.kernel.support.FieldHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The tasks of one group. It admits tasks, knows the live ones, and ends when the last of them has
 * ended.
 */
public final class GroupMembers {
  /*
   * Protocol.
   *
   *   admitted   2 * number of tasks ever admitted, + 1 once ENDED. CAS by forkers (any thread) and by the owner, which sets ENDED only from a value
   *              that equals the finished tasks: so no task is admitted unnoticed, and a forker that finds ENDED is refused.
   *   finished   number of tasks that have ended; getAndAdd by the ending task, which then reads admitted, and owner if it was the last one.
   *   owner      the node of the owner's wait. The owner writes it, then compares the counters; the last task
   *              increments finished, then reads it. At least one of them sees what the other has written.
   *   head       stack of the root regions, live ones and some that have ended; pushed by CAS, never popped.
   *
   * The ending task compares the counters before it reads owner. In the other order the branch would depend on owner alone, which is null for all tasks
   * that end before their owner waits. Code that was compiled then would have to be thrown away at the first task that finds an owner; and each of
   * the threads that wait in such code, maybe a million, would take the slow way out of it.
   *
   * Regions that have ended are unlinked by sweeps. A sweep changes only links after the head and is exclusive (sweeping). A walker that is on an
   * unlinked region continues along its old link and misses no live task. The next sweep is due when as many tasks have ended as were live at the
   * last one. So ending a task is O(1) on average, and the number of linked regions is bounded by the live tasks plus a constant.
   *
   * Check with: GroupMembersTest, GroupMembersStress.
   */
  private static final int SMALL = 64;
  private static final VarHandle ADMITTED =
      FieldHandle.of(MethodHandles.lookup(), "admitted", long.class);
  private static final VarHandle FINISHED =
      FieldHandle.of(MethodHandles.lookup(), "finished", long.class);
  private static final VarHandle HEAD =
      FieldHandle.of(MethodHandles.lookup(), "head", Region.class);
  private static final VarHandle SWEEPING =
      FieldHandle.of(MethodHandles.lookup(), "sweeping", boolean.class);

  private final @Nullable Object group;
  private volatile long admitted;
  private volatile long finished;
  private volatile @Nullable WaitNode owner;
  private volatile @Nullable Region head;

  @SuppressWarnings("UnusedVariable") // read through SWEEPING
  private volatile boolean sweeping;

  private volatile long nextSweep = SMALL; // written by the thread that sweeps

  /**
   * Creates the set of the tasks of a group.
   *
   * @param group for dumps
   */
  public GroupMembers(@Nullable Object group) {
    this.group = group;
  }

  /** {@return the group whose tasks these are} */
  @Nullable Object group() {
    return group;
  }

  /** Admits a new task. Returns its number, from 1, or -1 once the group has ended. Any thread. */
  public long admit() {
    while (true) {
      long count = admitted;
      if ((count & 1) != 0) {
        return -1;
      }
      if (ADMITTED.compareAndSet(this, count, count + 2)) {
        return (count >>> 1) + 1;
      }
    }
  }

  /**
   * Makes the root region of an admitted task visible to cancellation. Any thread. The caller then
   * checks the group's cause.
   */
  public void add(Region task) {
    Region first;
    do {
      first = head;
      task.nextSibling = first;
    } while (!HEAD.compareAndSet(this, first, task));
  }

  /** Counts an admitted task as ended; its region cannot be cancelled any more. */
  public void finish(@Nullable Region task) {
    if (task != null) {
      task.markEnded();
    }
    long done = (long) FINISHED.getAndAdd(this, 1L) + 1;
    Step.within("Task.end");
    if (done == admitted >>> 1) { // first, as it is false for nearly all tasks: see the protocol
      wakeOwner();
    }
    if (done >= nextSweep && SWEEPING.compareAndSet(this, false, true)) {
      nextSweep = done + Math.max(SMALL, sweep());
      sweeping = false;
    }
  }

  private void wakeOwner() {
    WaitNode waiting = owner;
    if (waiting != null) {
      waiting.resume(null);
    }
  }

  /** {@return how many tasks have been admitted and have not ended} */
  public long live() {
    long done = finished;
    return (admitted >>> 1) - done;
  }

  /**
   * {@return how many live tasks are of this kind} Looks at each of them; any thread.
   *
   * @param kind tests the root region of the task
   */
  public long count(Predicate<Region> kind) {
    long count = 0;
    for (Region task = head; task != null; task = task.nextSibling) {
      if (!task.ended && kind.test(task)) {
        count++;
      }
    }
    return count;
  }

  /** {@return whether no task is admitted any more} */
  public boolean ended() {
    return (admitted & 1) != 0;
  }

  /**
   * Waits until all tasks have ended, and then admits no more. Owner thread only. Cannot be
   * cancelled, and does not fail: while the heap is full it polls.
   *
   * @param group whose tasks they are, for dumps
   * @param onInterrupt run each time the owner is interrupted from outside
   */
  public void awaitEnd(ThreadRecord self, Object group, Runnable onInterrupt) {
    while (!tryEnd()) {
      WaitNode node = newNode(self, group);
      if (node == null) {
        if (self.machine().pause(self, true)) {
          onInterrupt.run();
        }
        continue;
      }
      Step.within("TaskGroup.end");
      owner = node;
      Step.within("TaskGroup.end");
      if (finished == admitted >>> 1 && node.claim(null)) {
        continue;
      }
      node.awaitUncancellably(onInterrupt);
    }
  }

  private static @Nullable WaitNode newNode(ThreadRecord self, Object group) {
    try {
      Exhaustion.point("TaskGroup.end: wait");
      return new WaitNode(self, "TaskGroup.end", group);
    } catch (OutOfMemoryError e) {
      return null;
    }
  }

  private boolean tryEnd() {
    long done = finished;
    if (ADMITTED.compareAndSet(this, done << 1, (done << 1) | 1)) {
      head = null;
      return true;
    }
    return false;
  }

  /**
   * Cancels the live tasks, for the walk of {@link Region#cancel}.
   *
   * @return the last one in the chain of the walk
   */
  Region cancelLive(CancelCause why, Region last) {
    Region end = last;
    for (Region task = head; task != null; task = task.nextSibling) {
      if (!task.ended) {
        end = task.joinWalk(why, end);
      }
    }
    return end;
  }

  void forEachLive(Consumer<Region> action) {
    for (Region task = head; task != null; task = task.nextSibling) {
      if (!task.ended) {
        action.accept(task);
      }
    }
  }

  /** {@return the root region that was added last, live or not; the others follow it} */
  @Nullable Region youngest() {
    return head;
  }

  /** Unlinks the regions that have ended, except the head. Returns how many are left. */
  private int sweep() {
    int live = 0;
    Region kept = head;
    while (kept != null) {
      live++;
      Region next = kept.nextSibling;
      while (next != null && next.ended) {
        next = next.nextSibling;
      }
      kept.nextSibling = next;
      kept = next;
    }
    return live;
  }

  /** {@return how many regions are linked; for tests} */
  int linked() {
    int count = 0;
    for (Region task = head; task != null; task = task.nextSibling) {
      count++;
    }
    return count;
  }
}
