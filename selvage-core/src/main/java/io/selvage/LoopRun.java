package io.selvage;

import io.selvage.kernel.CallerTrace;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/** One run of a {@link Loop}: forks the main task, and tells its failure from those of others. */
final class LoopRun<T extends @Nullable Object>
    implements TaskGroup.Body<Task<T>, RuntimeException> {
  private final Loop loop;
  private final Callable<? extends T> main;
  private final Class<?> kind;
  private @Nullable Task<T> task;

  LoopRun(Loop loop, Callable<? extends T> main, Class<?> kind) {
    this.loop = loop;
    this.main = main;
    this.kind = kind;
  }

  @Override
  public Task<T> run(TaskGroup group) {
    loop.opened(group);
    Task<T> forked = group.forkMain(main, kind);
    task = forked;
    return forked;
  }

  /**
   * {@return what leaves the loop: what the main body threw if it failed first, otherwise the
   * group's exception}
   */
  Throwable outcome(TaskFailedException failed) {
    Throwable first = Objects.requireNonNull(failed.getCause());
    if (task == null || task.state() != Task.State.FAILED || task.failureNow() != first) {
      return failed;
    }
    Suppression suppression = new Suppression(first);
    for (Throwable other : failed.getSuppressed()) {
      if (!suppression.add(other)) {
        Uncaught.log("a task of loop '" + loop.name() + "'", other);
      }
    }
    Misbehaviour.warn("loop '" + loop.name() + "'", failed.misbehaved(), 0);
    CallerTrace.suppressOn(first, "loop '" + loop.name() + "' was run", failed);
    return first;
  }
}
