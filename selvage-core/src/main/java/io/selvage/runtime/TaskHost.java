package io.selvage.runtime;

import io.selvage.GroupOptions;
import io.selvage.TaskGroup;
import io.selvage.kernel.Completion;
import io.selvage.kernel.Exhaustion;
import io.selvage.kernel.Threads;
import io.selvage.kernel.WaitNode;
import io.selvage.kernel.support.Rethrow;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A group on a thread of its own, into which any thread forks. */
final class TaskHost {
  /*
   * Protocol. A separate thread opens the group, completes opened and waits for leaving; then the group ends with its tasks.
   *
   *   opened   null ──the group is there, or there will be none──▶ true. Before that its thread writes group, or failure.
   *   leaving  null ──leave, or the thread was interrupted──▶ true, once. Then the thread leaves the body of the group.
   *   ended    null ──the group has ended, and all its tasks with it──▶ true.
   *
   * onEnd runs on the thread of the group before ended, in whatever way it ends.
   */
  private final Completion<Boolean> opened = new Completion<>();
  private final Completion<Boolean> leaving = new Completion<>();
  private final Completion<Boolean> ended = new Completion<>();
  private final GroupOptions options;
  private final Runnable onEnd;
  private volatile @Nullable TaskGroup group;
  private volatile @Nullable Throwable failure;
  private volatile @Nullable Thread thread;

  /**
   * Opens the group; returns when it is there.
   *
   * @param name of its thread
   * @param onEnd must not fail
   */
  TaskHost(String name, GroupOptions options, Runnable onEnd) {
    this.options = options;
    this.onEnd = onEnd;
    Threads.start(name, false, this::run, this::failed);
    try {
      var unused = opened.awaitUncancellably("SelvageRuntime.open", this);
    } catch (Throwable noMemory) {
      leave(); // so its thread ends
      throw noMemory;
    }
    Throwable why = failure;
    if (group == null && why != null) {
      Rethrow.asDeclared(why);
    }
  }

  private void run() {
    thread = Thread.currentThread();
    try {
      Exhaustion.point("SelvageRuntime.open: group");
      options.run(this::serve);
    } catch (InterruptedException e) {
      // an interrupt from outside: the group has cancelled and joined its tasks
    } catch (Throwable thrown) {
      failure = thrown;
      if (group != null) {
        throw thrown; // no other code receives it
      }
    } finally {
      over();
    }
  }

  private void failed(Throwable noThread) {
    failure = noThread;
    over();
  }

  private void over() {
    leave();
    onEnd.run();
    ended.complete(true);
    opened.complete(true);
  }

  /** The wait is over even after a cancel: leave follows each cancel. */
  private void serve(TaskGroup opening) {
    group = opening;
    opened.complete(true);
    var unused = leaving.awaitInAnyCase("SelvageRuntime", this);
  }

  /** {@return the group of the tasks} */
  TaskGroup group() {
    return Objects.requireNonNull(group);
  }

  /** {@return whether the calling thread is that of the group, also while the group ends} */
  boolean isOwnThread() {
    return Thread.currentThread() == thread;
  }

  /** Lets the group end when its tasks have ended. */
  void leave() {
    leaving.complete(true);
  }

  /** Waits as {@link #awaitEnd}; the wait can be cancelled. */
  void await(String operation, Object owner) throws InterruptedException {
    var unused = ended.await(operation, owner, WaitNode.NEVER);
  }

  /** Waits until the group has ended; neither cancellation nor an interrupt ends this wait. */
  void awaitEnd(String operation, Object owner) {
    var unused = ended.awaitInAnyCase(operation, owner);
  }

  @Override
  public String toString() {
    return "tasks of " + options;
  }
}
