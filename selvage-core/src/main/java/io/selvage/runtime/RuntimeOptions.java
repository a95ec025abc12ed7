package io.selvage.runtime;

import io.selvage.GroupOptions;
import io.selvage.TaskGroup;
import io.selvage.ThreadPool;
import io.selvage.function.ThrowingRunnable;
import io.selvage.kernel.support.Arguments;
import io.selvage.kernel.support.Durations;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The options of a {@link SelvageRuntime}. Immutable; each {@code with} method returns a copy.
 *
 * {@snippet class="io.selvage.runtime.RuntimeSnippets" region="options"}
 */
public final class RuntimeOptions {
  /**
   * The body of a runtime with a result.
   *
   * @param <T> the type of the result
   * @param <X> what it may throw
   */
  @FunctionalInterface
  public interface Body<T extends @Nullable Object, X extends Exception> {
    /**
     * Runs in the runtime.
     *
     * @param runtime the runtime, which spawns tasks
     * @return the result
     * @throws X if it fails
     * @throws InterruptedException if the thread is cancelled or interrupted
     */
    T run(SelvageRuntime runtime) throws X, InterruptedException;
  }

  /**
   * The body of a runtime without a result.
   *
   * @param <X> what it may throw
   */
  @FunctionalInterface
  public interface VoidBody<X extends Exception> {
    /**
     * Runs in the runtime.
     *
     * @param runtime the runtime, which spawns tasks
     * @throws X if it fails
     * @throws InterruptedException if the thread is cancelled or interrupted
     */
    void run(SelvageRuntime runtime) throws X, InterruptedException;
  }

  static final RuntimeOptions DEFAULT =
      new RuntimeOptions(
          "runtime", 0, 0, null, List.of(), Duration.ofSeconds(10), ProcessEnd.real());

  final String name;
  final int limit; // 0 means none
  final int poolSize; // 0 means the shared pool
  final @Nullable BiConsumer<String, Throwable> uncaughtHandler;
  final List<String> signals;
  final Duration grace;
  final ProcessEnd process;

  private RuntimeOptions(
      String name,
      int limit,
      int poolSize,
      @Nullable BiConsumer<String, Throwable> uncaughtHandler,
      List<String> signals,
      Duration grace,
      ProcessEnd process) {
    this.name = name;
    this.limit = limit;
    this.poolSize = poolSize;
    this.uncaughtHandler = uncaughtHandler;
    this.signals = signals;
    this.grace = grace;
    this.process = process;
  }

  /**
   * {@return options with this name, the first part of the names of the tasks and their threads}
   *
   * @param newName not empty; {@code runtime} unless set
   * @throws IllegalArgumentException if it is empty
   */
  public RuntimeOptions withName(String newName) {
    return new RuntimeOptions(
        Arguments.name(newName, "name"), limit, poolSize, uncaughtHandler, signals, grace, process);
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
    return new RuntimeOptions(name, running, poolSize, uncaughtHandler, signals, grace, process);
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
    return new RuntimeOptions(name, limit, calls, uncaughtHandler, signals, grace, process);
  }

  /**
   * {@return options with a handler for the failures of tasks that no other code receives}
   *
   * @param handler gets the name of the task and its exception; called on the thread that detects
   *     the failure. Without a handler, the failures are logged
   */
  public RuntimeOptions withUncaughtHandler(BiConsumer<String, Throwable> handler) {
    return new RuntimeOptions(
        name, limit, poolSize, Objects.requireNonNull(handler, "handler"), signals, grace, process);
  }

  /**
   * {@return options with which these signals of the operating system end the runtime, and then the
   * process}
   *
   * <p>The first signal {@linkplain SelvageRuntime#cancel cancels} the runtime with the reason
   * "signal TERM". What it owns has time to clean up: the {@linkplain #withGrace grace period}.
   * When the runtime has been closed, the process ends by {@link System#exit} with the status that
   * shells use, 128 + the number of the signal. A second signal, or the end of the grace period,
   * ends the process at once, without shutdown hooks.
   *
   * {@snippet class="io.selvage.runtime.RuntimeSnippets" region="main"}
   *
   * @param names one or more names of signals without "SIG"; usually TERM and INT, which is Ctrl-C.
   *     What cannot be received is refused when the runtime is {@linkplain #open opened}: see
   *     {@link io.selvage.signal.Signals#receive}
   * @throws IllegalArgumentException if there is none, or one of them is empty
   */
  public RuntimeOptions withTerminationSignals(String... names) {
    List<String> copy = Arguments.elements(names, "names");
    if (copy.isEmpty()) {
      throw new IllegalArgumentException(
          "names must have one or more names of signals such as \"TERM\", was empty");
    }
    for (int i = 0; i < copy.size(); i++) {
      var unused = Arguments.name(copy.get(i), "names[" + i + "]");
    }
    return new RuntimeOptions(name, limit, poolSize, uncaughtHandler, copy, grace, process);
  }

  /**
   * {@return options with this time for the clean-up after a {@linkplain #withTerminationSignals
   * signal}}
   *
   * @param newGrace zero or more; 10 seconds unless set
   * @throws IllegalArgumentException if it is negative or longer than 100 years
   */
  public RuntimeOptions withGrace(Duration newGrace) {
    var unused = Durations.nanos(newGrace, "grace");
    return new RuntimeOptions(name, limit, poolSize, uncaughtHandler, signals, newGrace, process);
  }

  RuntimeOptions withProcessEnd(ProcessEnd end) {
    return new RuntimeOptions(name, limit, poolSize, uncaughtHandler, signals, grace, end);
  }

  /**
   * Opens a runtime with these options.
   *
   * @return the runtime, to be closed
   * @throws OutOfMemoryError if there is no memory for it, or no thread
   * @throws IllegalArgumentException if a {@linkplain #withTerminationSignals signal} cannot be
   *     received
   * @throws IllegalStateException if the JVM was started so that it keeps one of the signals
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
  public <T extends @Nullable Object, X extends Exception> T call(Body<? extends T, X> body)
      throws X, InterruptedException {
    Objects.requireNonNull(body, "body");
    try (SelvageRuntime runtime = open()) {
      return runtime.<T, X>callMain(() -> body.run(runtime));
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
  public <X extends Exception> void run(VoidBody<X> body) throws X, InterruptedException {
    Objects.requireNonNull(body, "body");
    try (SelvageRuntime runtime = open()) {
      ThrowingRunnable<X> inRuntime = () -> body.run(runtime);
      var unused = runtime.<@Nullable Void, X>callMain(inRuntime.asSupplier());
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
        + (signals.isEmpty() ? "" : ", ended by " + signals + " with grace " + grace)
        + "]";
  }
}
