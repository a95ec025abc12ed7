package io.selvage.runtime;

import io.selvage.GroupOptions;
import io.selvage.TaskGroup;
import io.selvage.ThreadPool;
import io.selvage.kernel.support.Arguments;
import java.util.Objects;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The options of a {@link SelvageRuntime}. Immutable; each {@code with} method returns a copy.
 *
 * {@snippet class="io.selvage.runtime.RuntimeSnippets" region="options"}
 */
public final class RuntimeOptions {
  static final RuntimeOptions DEFAULT = new RuntimeOptions("runtime", 0, 0, null);

  final String name;
  final int limit; // 0 means none
  final int poolSize; // 0 means the shared pool
  final @Nullable BiConsumer<String, Throwable> uncaughtHandler;

  private RuntimeOptions(
      String name,
      int limit,
      int poolSize,
      @Nullable BiConsumer<String, Throwable> uncaughtHandler) {
    this.name = name;
    this.limit = limit;
    this.poolSize = poolSize;
    this.uncaughtHandler = uncaughtHandler;
  }

  /**
   * {@return options with this name, the first part of the names of the tasks and their threads}
   *
   * @param newName not empty; {@code runtime} unless set
   * @throws IllegalArgumentException if it is empty
   */
  public RuntimeOptions withName(String newName) {
    return new RuntimeOptions(Arguments.name(newName, "name"), limit, poolSize, uncaughtHandler);
  }

  /**
   * {@return options that let at most this number of spawned tasks run at once; see {@link
   * GroupOptions#withLimit}}
   *
   * @param running at least 1; there is no limit unless set
   * @throws IllegalArgumentException if it is less
   */
  public RuntimeOptions withLimit(int running) {
    if (running < 1) {
      throw new IllegalArgumentException("limit of running tasks must be >= 1, was " + running);
    }
    return new RuntimeOptions(name, running, poolSize, uncaughtHandler);
  }

  /**
   * {@return options with a pool of its own for calls that block; see {@link SelvageRuntime#pool}}
   *
   * @param calls how many calls may run at once, at least 1; without this option the pool is the
   *     {@linkplain ThreadPool#shared() shared one}
   * @throws IllegalArgumentException if it is less
   */
  public RuntimeOptions withPoolSize(int calls) {
    if (calls < 1) {
      throw new IllegalArgumentException("limit of running calls must be >= 1, was " + calls);
    }
    return new RuntimeOptions(name, limit, calls, uncaughtHandler);
  }

  /**
   * {@return options with a handler for the failures of tasks that no other code receives}
   *
   * @param handler gets the name of the task and its exception; called on the thread that detects
   *     the failure. Without a handler, the failures are logged
   */
  public RuntimeOptions withUncaughtHandler(BiConsumer<String, Throwable> handler) {
    return new RuntimeOptions(name, limit, poolSize, Objects.requireNonNull(handler, "handler"));
  }

  /**
   * Opens a runtime with these options.
   *
   * @return the runtime, to be closed
   * @throws OutOfMemoryError if there is no memory for it, or no thread
   */
  public SelvageRuntime open() {
    return new SelvageRuntime(this);
  }

  /**
   * Opens a runtime, runs {@code body} on the calling thread, and closes the runtime: tasks that
   * still run are cancelled and joined. This is the frame of a {@code main} method.
   *
   * {@snippet class="io.selvage.runtime.RuntimeSnippets" region="call"}
   *
   * @param <T> the type of the result
   * @param <X> what the body may throw
   * @param body gets the runtime
   * @return the result of the body
   * @throws X if the body does: the same object
   * @throws InterruptedException if the calling thread is cancelled or interrupted
   * @throws io.selvage.TaskCancelledException if the runtime was cancelled, and the body therefore
   *     has no result
   */
  public <T extends @Nullable Object, X extends Exception> T call(
      SelvageRuntime.Body<? extends T, X> body) throws X, InterruptedException {
    Objects.requireNonNull(body, "body");
    try (SelvageRuntime runtime = open()) {
      return runtime.<T, X>call(() -> body.run(runtime));
    }
  }

  /**
   * Opens a runtime, runs {@code body} on the calling thread, and closes the runtime; see {@link
   * #call}.
   *
   * @param <X> what the body may throw
   * @param body gets the runtime
   * @throws X if the body does: the same object
   * @throws InterruptedException if the calling thread is cancelled or interrupted
   */
  public <X extends Exception> void run(SelvageRuntime.VoidBody<X> body)
      throws X, InterruptedException {
    Objects.requireNonNull(body, "body");
    try (SelvageRuntime runtime = open()) {
      runtime.<X>run(() -> body.run(runtime));
    }
  }

  /** The group of the spawned tasks. */
  GroupOptions groupOptions() {
    GroupOptions group = TaskGroup.options().withName(name).withoutLimit();
    if (limit > 0) {
      group = group.withLimit(limit);
    }
    return uncaughtHandler == null ? group : group.withUncaughtHandler(uncaughtHandler);
  }

  /** The group of one call. */
  GroupOptions callOptions() {
    GroupOptions group = TaskGroup.options().withName(name + "/call");
    return uncaughtHandler == null ? group : group.withUncaughtHandler(uncaughtHandler);
  }

  @Override
  public String toString() {
    return "RuntimeOptions["
        + name
        + (limit == 0 ? "" : ", limited to " + limit)
        + (poolSize == 0 ? "" : ", pool of " + poolSize)
        + "]";
  }
}
