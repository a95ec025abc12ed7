package io.selvage.runtime;

import io.selvage.GroupOptions;
import io.selvage.Task;
import io.selvage.TaskGroup;
import io.selvage.function.ThrowingRunnable;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/** Several tasks that all run to their ends, and the wait for them. */
final class Batch {
  private final GroupOptions options;

  Batch(String name) {
    this.options =
        TaskGroup.options().withName(name).withPolicy(GroupOptions.FailurePolicy.COLLECT);
  }

  <T extends @Nullable Object> List<T> callAll(List<Callable<? extends T>> bodies)
      throws InterruptedException {
    List<Task<T>> ended = options.call(group -> forkAll(group, bodies));
    return ended.stream().map(Task::resultNow).toList();
  }

  private static <T extends @Nullable Object> List<Task<T>> forkAll(
      TaskGroup group, List<Callable<? extends T>> bodies) {
    List<Task<T>> tasks = new ArrayList<>();
    for (Callable<? extends T> body : bodies) {
      tasks.add(group.fork(body));
    }
    return tasks;
  }

  void runAll(List<ThrowingRunnable<? extends Exception>> bodies) throws InterruptedException {
    options.run(group -> bodies.forEach(group::launch));
  }
}
