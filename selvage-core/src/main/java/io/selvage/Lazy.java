package io.selvage;

import io.selvage.kernel.Completion;
import io.selvage.kernel.Exhaustion;
import io.selvage.kernel.Step;
import io.selvage.kernel.ThreadRecord;
import io.selvage.kernel.WaitNode;
import io.selvage.kernel.support.Handover;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A task that is forked when its result is first requested, at most once for all callers. Created
 * by {@link TaskGroup#lazy} and {@link Loop#lazy}.
 *
 * {@snippet class="io.selvage.TasksSnippets" region="lazy"}
 *
 * <p>It is a task of the group that created it, even if a thread outside of the group is the first
 * caller. It is cancelled with that group and not with its callers, and its failure is a failure of
 * the group. If its result is never requested, it never runs. The result stays available, even
 * after the end of the group.
 *
 * <p><b>Threads.</b> Any thread may call any method. Everything done before the first call is
 * visible to the task, and everything that the task did is visible to all threads that get its
 * result.
 *
 * @param <T> the type of the result
 */
public final class Lazy<T extends @Nullable Object> {
  /*
   * Protocol.
   *
   *   body     the work ──first demand──▶ null, by a swap: the thread that gets the work forks it. The others wait for forked,
   *            only for a moment, because forking never waits.
   *   forked   null ──the forking thread──▶ the task; or the exception of the fork, for example because the group has ended: then
   *            all callers get an exception. It is the same object, so that nothing is allocated between the swap and the publication.
   */
  private final TaskGroup group;
  private final String name;
  private final AtomicReference<@Nullable Callable<? extends T>> body;
  private final Completion<Object> forked = new Completion<>();
  private boolean tooLate; // the group had ended; written before forked is completed

  Lazy(TaskGroup group, String name, Callable<? extends T> body) {
    this.group = group;
    this.name = name;
    this.body = new AtomicReference<>(body);
  }

  /**
   * Forks the task unless it was forked before, and waits for its end.
   *
   * <p><b>Cancellation</b> of the caller withdraws this wait and does not affect the task.
   *
   * @return the result
   * @throws TaskFailedException if the task failed; the cause is its exception
   * @throws TaskCancelledException if the task was cancelled, or its group before
   * @throws JoinCycleException if the task waits, through others, for the calling task, or is
   *     around it
   * @throws IllegalStateException if the first request comes after the end of the group, or the
   *     fork failed, for example because the heap was full
   * @throws CancelledException if the calling thread is cancelled, also on entry
   * @throws InterruptedException if the calling thread was interrupted from outside
   */
  public T join() throws InterruptedException {
    ThreadRecord.current().begin("Lazy.join");
    var unused = fork();
    Object known = forked.poll();
    if (known == null) {
      known = Objects.requireNonNull(forked.await("Lazy.join", this, WaitNode.NEVER));
    }
    return task(known).join();
  }

  /**
   * Forks the task unless it was forked before, and does not wait for it. Never waits.
   *
   * @return true if this call forked it
   * @throws IllegalStateException if the group has ended and this is the first call
   */
  public boolean start() {
    Step.before("Lazy.start");
    if (!fork()) {
      return false;
    }
    var unused = task(Objects.requireNonNull(forked.poll()));
    return true;
  }

  private boolean fork() {
    Callable<? extends T> work = body.getAndSet(null);
    if (work == null) {
      return false;
    }
    try {
      Exhaustion.point("Lazy.fork: task");
      forked.complete(group.fork(name, work, Handover.kindOf(work), true, null));
    } catch (Throwable failure) {
      tooLate = failure instanceof IllegalStateException && group.hasEnded();
      forked.complete(failure);
      if (!tooLate) {
        throw failure;
      }
    }
    return true;
  }

  @SuppressWarnings("unchecked") // it was forked with a body of this type
  private Task<T> task(Object known) {
    if (known instanceof Task<?> task) {
      return (Task<T>) task;
    }
    throw new IllegalStateException(
        tooLate
            ? "lazy task '" + name() + "' was not asked for in time: it cannot be forked any more"
            : "lazy task '" + name() + "' could not be forked when it was first asked for",
        (Throwable) known);
  }

  /** {@return whether the task was requested and has been forked} */
  public boolean isStarted() {
    return body.get() == null;
  }

  /** {@return the name, as {@code group/task}} */
  public String name() {
    return group.name() + "/" + name;
  }

  @Override
  public String toString() {
    String state = forked.poll() instanceof Task<?> task ? "" + task.state() : "not forked";
    return "Lazy[" + name() + ", " + state + "]";
  }
}
