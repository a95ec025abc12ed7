package io.selvage;

import io.selvage.function.ThrowingSupplier;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/** One call of a {@link ThreadPool}: the body of its group, and of its task. */
final class PoolCall<T extends @Nullable Object>
    implements TaskGroup.VoidBody<RuntimeException>, Callable<T> {
  private final ThrowingSupplier<? extends T, ?> call;
  private @Nullable Task<T> task;

  PoolCall(ThrowingSupplier<? extends T, ?> call) {
    this.call = call;
  }

  @Override
  public void run(TaskGroup group) {
    String caller = Thread.currentThread().getName();
    task = group.fork(caller.isEmpty() ? "call" : caller, (Callable<T>) this);
  }

  @Override
  public T call() throws Exception {
    return call.get();
  }

  /** {@return whether the call has returned} */
  boolean hasResult() {
    return task != null && task.state() == Task.State.SUCCEEDED;
  }

  /** {@return what the call has returned} */
  T result() {
    return Objects.requireNonNull(task).resultNow();
  }
}
