package io.selvage;

import io.selvage.kernel.Completion;
import io.selvage.kernel.Exhaustion;
import io.selvage.kernel.Step;
import io.selvage.kernel.ThreadRecord;
import io.selvage.kernel.WaitNode;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A task that is forked when somebody first asks for its result, at most once, for all who ask.
 * Made by {@link TaskGroup#lazy} and {@link Loop#lazy}.
 *
 * {@snippet class="io.selvage.TasksSnippets" region="lazy"}
 *
 * <p>It is a task of the group that made it, whoever asks first: it is cancelled with that group
 * and not with who asks, and its failure is a failure of the group. If nobody asks it never runs.
 * The result stays, also behind the end of the group.
 *
 * <p><b>Threads.</b> Any thread may call anything. What was done before the first call is visible
 * to the task, and what the task did to all who got its result.
 *
 * @param <T> the type of the result
 */
public final class Lazy<T extends @Nullable Object> {
  /*
   * Protocol.
   *
   *   body     the work ──first demand──▶ null, by a swap: who gets the work forks it. The others wait for forked, which is
   *            a moment at most, as forking never waits.
   *   forked   null ──who forks──▶ the task; or what the fork has thrown, as the group's refusal, if it has ended: then all
   *            are refused. That object itself, so that nothing is allocated between the swap and telling the others.
   */
  private final TaskGroup group;
  private final String name;
  private final AtomicReference<@Nullable Callable<? extends T>> body;
  private final Completion<Object> forked = new Completion<>();

  Lazy(TaskGroup group, String name, Callable<? extends T> body) {
    this.group = group;
    this.name = name;
    this.body = new AtomicReference<>(body);
  }

  /**
   * Forks the task unless somebody has done so, and waits for its end.
   *
   * <p><b>Cancellation</b> of the caller withdraws this wait and leaves the task alone.
   *
   * @return the result
   * @throws TaskFailedException if the task failed; the cause is what it threw
   * @throws TaskCancelledException if the task was cancelled, or its group before
   * @throws JoinCycleException if the task waits, through others, for the calling task, or is
   *     around it
   * @throws IllegalStateException if nobody had asked before the group ended, or the fork failed,
   *     as when the heap was full
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
   * Forks the task unless somebody has done so, and does not wait for it. Never waits.
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
      forked.complete(group.fork(name, work));
    } catch (IllegalStateException refusal) {
      forked.complete(refusal);
    } catch (Throwable failure) {
      forked.complete(failure);
      throw failure;
    }
    return true;
  }

  @SuppressWarnings("unchecked") // it was forked with a body of this type
  private Task<T> task(Object known) {
    if (known instanceof Task<?> task) {
      return (Task<T>) task;
    }
    Throwable refusal = (Throwable) known;
    throw new IllegalStateException(
        refusal instanceof IllegalStateException
            ? "lazy task '" + name() + "' was not asked for in time: it cannot be forked any more"
            : "lazy task '" + name() + "' could not be forked when it was first asked for",
        refusal);
  }

  /** {@return whether somebody has asked, so that the task has been forked} */
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
