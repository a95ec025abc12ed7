package io.selvage;

import io.selvage.kernel.Completion;
import io.selvage.kernel.Step;
import io.selvage.kernel.ThreadRecord;
import io.selvage.kernel.WaitNode;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
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
   *   claimed  false ──first demand──▶ true, by CAS: the winner forks. The others wait for forked, which is a moment at most,
   *            as forking never waits.
   *   forked   null ──the winner──▶ the task; or the group's refusal, if it has ended: then all are refused.
   *   body     written at the making, cleared by the winner: it must not be kept as long as the result is.
   */
  private record Forked<T extends @Nullable Object>(
      @Nullable Task<T> task, @Nullable Throwable refusal) {}

  private final TaskGroup group;
  private final String name;
  private final AtomicBoolean claimed = new AtomicBoolean();
  private final Completion<Forked<T>> forked = new Completion<>();
  private @Nullable Callable<? extends T> body;

  Lazy(TaskGroup group, String name, Callable<? extends T> body) {
    this.group = group;
    this.name = Objects.requireNonNull(name, "name");
    this.body = Objects.requireNonNull(body, "body");
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
   * @throws IllegalStateException if nobody had asked before the group ended
   * @throws CancelledException if the calling thread is cancelled, also on entry
   * @throws InterruptedException if the calling thread was interrupted from outside
   */
  public T join() throws InterruptedException {
    ThreadRecord.current().begin("Lazy.join");
    var unused = fork();
    Forked<T> known = forked.poll();
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
    if (!claimed.compareAndSet(false, true)) {
      return false;
    }
    Callable<? extends T> work = Objects.requireNonNull(body);
    body = null;
    Forked<T> result;
    try {
      result = new Forked<>(group.fork(name, work), null);
    } catch (Throwable refusal) {
      result = new Forked<>(null, refusal);
    }
    var unused = forked.complete(result);
    return true;
  }

  private Task<T> task(Forked<T> known) {
    if (known.task == null) {
      throw new IllegalStateException(
          "lazy task '" + name() + "' was not asked for in time: it cannot be forked any more",
          known.refusal);
    }
    return known.task;
  }

  /** {@return whether somebody has asked, so that the task has been forked} */
  public boolean isStarted() {
    return claimed.get();
  }

  /** {@return the name, as {@code group/task}} */
  public String name() {
    return group.name() + "/" + name;
  }

  @Override
  public String toString() {
    Forked<T> known = forked.poll();
    String state = known == null || known.task == null ? "not forked" : "" + known.task.state();
    return "Lazy[" + name() + ", " + state + "]";
  }
}
