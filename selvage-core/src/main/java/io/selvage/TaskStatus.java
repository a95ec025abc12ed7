package io.selvage;

import io.selvage.kernel.Completion;
import io.selvage.kernel.Step;
import io.selvage.kernel.ThreadRecord;
import io.selvage.kernel.WaitNode;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * A task that was started with {@link TaskGroup#start} uses this to report that it is ready.
 *
 * <p><b>Threads.</b> Any thread of the task.
 *
 * @param <V> the type of the value that the caller of {@code start} gets
 */
public final class TaskStatus<V> {
  /*
   * Protocol. One Completion decides between started(value), by the task, and the end of the task, reported by the
   * group. If started wins, failures belong to the group from then on; if the end wins, they belong to the caller of
   * start. A caller that is cancelled meanwhile withdraws its wait, cancels the task and waits for its end; a later call of started has no effect.
   */
  private sealed interface News {
    record Started(Object value) implements News {}

    record Ended() implements News {}
  }

  /** Created early: the end of a task must not fail. */
  private static final News ENDED = new News.Ended();

  private final Completion<News> news = new Completion<>();
  private volatile @Nullable Task<?> task;

  private TaskStatus() {}

  /** Forks a task, and waits until it reports that it is ready; see {@link TaskGroup#start}. */
  static <V> V start(TaskGroup group, String name, TaskGroup.StartBody<V> body)
      throws InterruptedException {
    ThreadRecord.current().begin("TaskGroup.start");
    TaskStatus<V> status = new TaskStatus<>();
    Callable<@Nullable Void> work =
        () -> {
          body.run(status);
          return null;
        };
    Task<@Nullable Void> task = group.fork(name, work, body.getClass(), false, status);
    try {
      V value = task.<@Nullable V>dependOn(ThreadRecord.current(), status::await);
      if (value != null) {
        return value;
      }
    } catch (InterruptedException | JoinCycleException e) {
      task.cancel("the caller of start gave up");
      if (task.awaitEnd() == Task.State.FAILED && !status.isStarted()) {
        e.addSuppressed(task.failureNow());
      }
      throw e;
    }
    if (task.awaitEnd() == Task.State.CANCELLED) {
      ThreadRecord.current().preferOwnCancellation();
    }
    var unused = task.resultNow();
    throw new IllegalStateException(
        "task '"
            + task.name()
            + "' ended without calling started; call status.started(value) when it is ready");
  }

  void bind(Task<?> newTask) {
    task = newTask;
  }

  /**
   * Reports that the task is ready, and passes the value to the caller of {@code start}.
   *
   * @param value not null
   * @throws IllegalStateException if it was called before
   */
  public void started(V value) {
    Objects.requireNonNull(value, "value");
    Step.before("TaskStatus.started");
    if (!news.complete(new News.Started(value))) {
      throw new IllegalStateException(
          "started was called twice"
              + (task == null ? "" : " by task '" + task.name() + "'")
              + "; call it once");
    }
    Task<?> starting = task;
    if (starting != null) {
      starting.supervise();
    }
  }

  /** {@return whether the task has reported that it is ready} */
  public boolean isStarted() {
    return news.poll() instanceof News.Started;
  }

  void ended() {
    news.complete(ENDED);
  }

  /** Waits; returns the value, or null if the task ended without one. */
  @SuppressWarnings("unchecked") // started takes a V
  @Nullable V await() throws InterruptedException {
    return news.await("TaskGroup.start", this, WaitNode.NEVER) instanceof News.Started(Object value)
        ? (V) value
        : null;
  }

  @Override
  public String toString() {
    return "TaskStatus[" + task + (isStarted() ? ", started" : ", not started") + "]";
  }
}
