package io.selvage.interop;

import io.selvage.CancelScope;
import io.selvage.GroupOptions;
import io.selvage.Task;
import io.selvage.TaskGroup;
import io.selvage.kernel.Completion;
import io.selvage.kernel.Exhaustion;
import io.selvage.kernel.ThreadRecord;
import io.selvage.kernel.WaitNode;
import io.selvage.kernel.support.Arguments;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A task group as an {@link ExecutorService}, for libraries that need one: their submissions become
 * tasks of the group, which waits for them.
 *
 * {@snippet class="io.selvage.interop.InteropSnippets" region="executor"}
 *
 * <p><b>Failure.</b> The failure of a command that {@link #execute} runs has no other receiver, so
 * it fails the group, as the failure of any task does. The failure of a submitted task goes to its
 * future. If no code has read it by the end of the group, it goes to the {@linkplain
 * GroupOptions#withUncaughtHandler uncaught handler}.
 *
 * <p><b>Cancellation.</b> {@code cancel(true)} of a future cancels the task and everything below
 * it. {@code cancel(false)} does so if the task has not begun; otherwise it only drops the result.
 * The future is done at once; the group waits for the clean-up. When the group is cancelled, the
 * futures of its tasks are cancelled, too; later commands are rejected. A command that {@link
 * #execute} has accepted and that has not begun by then never runs, and an {@code Executor} cannot
 * report that. Use {@link Futures#fork} for a future that is completed however its task ends.
 *
 * <p><b>Shutdown</b> affects only this view: {@link #shutdown} rejects further tasks, {@link
 * #shutdownNow} cancels the tasks that were submitted through this view. The group continues, and
 * it may have several views. There is no need to shut it down: when the group has ended, every task
 * is rejected.
 *
 * <p><b>Threads.</b> Any thread may call any method. {@code get}, {@code invokeAll} and similar
 * methods wait in an operation of the library: the wait can be cancelled, and in a loop the other
 * tasks run meanwhile.
 */
public final class GroupExecutor implements ExecutorService {
  /*
   * Protocol.
   *
   *   state       2 * number of live tasks, + 1 once it is shut down; CAS of any thread. No task is admitted from then on.
   *   terminated  completed by the thread that changes state to 1: it is shut down, and no task is left.
   *   live        the tasks that shutdownNow cancels; added before the fork, removed at the end of the task. It is read after the shutdown, so only
   *               tasks that are just being forked can be missed, and these read stopping after their fork. A command that never runs is reported to
   *               one caller: the caller of shutdownNow, if that call has withdrawn it, otherwise the caller of execute.
   *
   * Each admitted task is counted as ended, whatever happens; see GroupFuture.over.
   */
  private static final int SHUT = 1;

  private final TaskGroup group;
  private final AtomicLong state = new AtomicLong();
  private final AtomicLong forked = new AtomicLong();
  private final Completion<Boolean> terminated = new Completion<>();
  private final NavigableMap<Long, GroupFuture<?>> live =
      new ConcurrentSkipListMap<>(); // by number
  private volatile boolean stopping;

  private GroupExecutor(TaskGroup group) {
    this.group = group;
  }

  /**
   * {@return a new view of a group}
   *
   * @param group runs the tasks; its limit, if it has one, applies to them
   */
  public static GroupExecutor of(TaskGroup group) {
    return new GroupExecutor(Objects.requireNonNull(group, "group"));
  }

  // ---- submitting

  /**
   * Runs a command as a task of the group. Its failure fails the group.
   *
   * @param command the work
   * @throws RejectedExecutionException if this is shut down, or the group has ended or is cancelled
   */
  @Override
  public void execute(Runnable command) {
    Objects.requireNonNull(command, "command");
    Callable<@Nullable Void> body =
        () -> {
          command.run();
          return null;
        };
    GroupFuture<@Nullable Void> future = new GroupFuture<@Nullable Void>(body, command);
    fork(future, "execute-", true);
    if (!future.isTaken()) {
      throw new RejectedExecutionException(
          (stopping ? "the executor" : "group '" + group.name() + "'")
              + " is cancelled, so the command never runs");
    }
  }

  @Override
  public <T extends @Nullable Object> Future<T> submit(Callable<T> task) {
    Objects.requireNonNull(task, "task");
    GroupFuture<T> future = new GroupFuture<>(task, () -> runAlone(task));
    fork(future, "submit-", false);
    return future;
  }

  @Override
  public <T extends @Nullable Object> Future<T> submit(Runnable task, T result) {
    Objects.requireNonNull(task, "task");
    GroupFuture<T> future = new GroupFuture<>(callable(task, result), task);
    fork(future, "submit-", false);
    return future;
  }

  @Override
  public Future<?> submit(Runnable task) {
    return this.<@Nullable Object>submit(task, null);
  }

  private static <T extends @Nullable Object> Callable<T> callable(Runnable task, T result) {
    return () -> {
      task.run();
      return result;
    };
  }

  @SuppressWarnings("InterruptedExceptionSwallowed") // it is the cause
  private static void runAlone(Callable<?> task) {
    try {
      Object unused = task.call();
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new CompletionException(e);
    }
  }

  private <T extends @Nullable Object> void fork(
      GroupFuture<T> future, String kind, boolean supervised) {
    Long number = forked.incrementAndGet();
    String name = kind + number;
    future.prepare(() -> ended(number, future));
    admit();
    Task<T> task;
    try {
      Exhaustion.point("GroupExecutor.fork: task");
      live.put(number, future);
      task = supervised ? group.fork(name, future) : group.forkUnsupervised(name, future);
    } catch (IllegalStateException refused) {
      future.runAtEnd();
      if (!group.hasEnded()) {
        throw refused;
      }
      shutdown();
      throw new RejectedExecutionException(
          "group '" + group.name() + "' has ended, and its executor with it", refused);
    } catch (Throwable t) {
      future.runAtEnd();
      throw t;
    }
    try {
      future.attach(task);
      Exhaustion.point("GroupExecutor.fork: end");
      task.onEnd(future::runAtEnd);
      if (stopping) {
        future.stop();
      }
    } catch (Throwable noMemory) {
      future.abandon();
      throw noMemory;
    }
  }

  private void admit() {
    long now = state.get();
    while ((now & SHUT) == 0) {
      if (state.compareAndSet(now, now + 2)) {
        return;
      }
      now = state.get();
    }
    throw new RejectedExecutionException(
        "the executor of group '" + group.name() + "' is shut down");
  }

  /** The task has ended, or there is none; it is counted as ended, whatever happens. */
  private void ended(Long number, GroupFuture<?> future) {
    try {
      future.taskEnded();
      live.remove(number);
    } catch (OutOfMemoryError e) {
      // it stays in the map, without effect: it has ended
    } finally {
      if (state.addAndGet(-2) == SHUT) {
        terminated.complete(true);
      }
    }
  }

  // ---- several tasks

  /**
   * Runs all tasks and waits until they are done.
   *
   * <p><b>Cancellation</b> of the caller cancels the tasks that are not done, and waits for their
   * clean-up.
   */
  @Override
  public <T extends @Nullable Object> List<Future<T>> invokeAll(
      Collection<? extends Callable<T>> tasks) throws InterruptedException {
    List<Callable<T>> calls = Arguments.elements(tasks, "tasks");
    List<GroupFuture<T>> futures = new ArrayList<>(calls.size());
    try {
      submitAll(calls, futures);
      awaitAll(futures);
    } finally {
      stop(futures);
    }
    return List.copyOf(futures);
  }

  /**
   * Runs all tasks and waits until they are done or the time is over. Then the tasks that are not
   * done are cancelled; they have cleaned up when this returns.
   */
  @Override
  public <T extends @Nullable Object> List<Future<T>> invokeAll(
      Collection<? extends Callable<T>> tasks, long timeout, TimeUnit unit)
      throws InterruptedException {
    List<Callable<T>> calls = Arguments.elements(tasks, "tasks");
    Duration limit = Deadlines.duration(timeout, unit);
    List<GroupFuture<T>> futures = new ArrayList<>(calls.size());
    try {
      submitAll(calls, futures);
      CancelScope.moveOnAfter(limit).run(() -> awaitAll(futures));
    } finally {
      stop(futures);
    }
    return List.copyOf(futures);
  }

  private <T extends @Nullable Object> void submitAll(
      List<Callable<T>> tasks, List<GroupFuture<T>> into) throws InterruptedException {
    ThreadRecord.current().begin("GroupExecutor.invoke");
    for (Callable<T> task : tasks) {
      into.add((GroupFuture<T>) submit(task));
    }
  }

  private static <T extends @Nullable Object> void awaitAll(List<GroupFuture<T>> futures)
      throws InterruptedException {
    for (GroupFuture<T> future : futures) {
      future.awaitDone();
    }
  }

  /** Cancels the tasks that are not done, and waits for their clean-up. */
  private static <T extends @Nullable Object> void stop(List<GroupFuture<T>> futures) {
    for (GroupFuture<T> future : futures) {
      future.cancel(true);
    }
    for (GroupFuture<T> future : futures) {
      future.awaitEnded();
    }
  }

  /**
   * Runs all tasks, and returns the result of the first task that has one. The others are
   * cancelled; they have cleaned up when this returns.
   *
   * @throws ExecutionException if none has a result; its cause is the first failure, the others are
   *     suppressed
   */
  @Override
  public <T extends @Nullable Object> T invokeAny(Collection<? extends Callable<T>> tasks)
      throws InterruptedException, ExecutionException {
    return this.<T>firstOf(callsOf(tasks)).value();
  }

  /**
   * As {@link #invokeAny(Collection)}, with a time limit.
   *
   * @throws ExecutionException if none has a result
   * @throws TimeoutException if the time was over first
   */
  @Override
  public <T extends @Nullable Object> T invokeAny(
      Collection<? extends Callable<T>> tasks, long timeout, TimeUnit unit)
      throws InterruptedException, ExecutionException, TimeoutException {
    List<Callable<T>> calls = callsOf(tasks);
    return CancelScope.failAfter(Deadlines.duration(timeout, unit))
        .call(() -> this.<T>firstOf(calls))
        .value();
  }

  private static <T extends @Nullable Object> List<Callable<T>> callsOf(
      Collection<? extends Callable<T>> tasks) {
    List<Callable<T>> calls = Arguments.elements(tasks, "tasks");
    if (calls.isEmpty()) {
      throw new IllegalArgumentException(
          "tasks must not be empty, as invokeAny returns the result of one; give it at least one");
    }
    return calls;
  }

  private <T extends @Nullable Object> Arrival.Value<T> firstOf(List<Callable<T>> calls)
      throws InterruptedException, ExecutionException {
    List<GroupFuture<T>> futures = new ArrayList<>(calls.size());
    FirstOf<T> first = new FirstOf<>(calls.size());
    try {
      submitAll(calls, futures);
      for (GroupFuture<T> future : futures) {
        future.whenEnded(first.atEndOf(future));
      }
      first.await();
      List<Throwable> failures = new ArrayList<>();
      for (GroupFuture<T> future : first.ended()) {
        switch (future.arrival()) {
          case Arrival.Value<T> value -> {
            return value;
          }
          case Arrival.Failure<T>(Throwable thrown) -> failures.add(thrown);
        }
      }
      throw allFailed(failures);
    } finally {
      stop(futures);
    }
  }

  private static ExecutionException allFailed(List<Throwable> failures) {
    ExecutionException all = new ExecutionException(failures.getFirst());
    failures.stream().skip(1).forEach(all::addSuppressed);
    return all;
  }

  // ---- the end

  @Override
  public void shutdown() {
    if (state.getAndUpdate(now -> now | SHUT) == 0) {
      terminated.complete(true);
    }
  }

  /**
   * Rejects further tasks, and cancels all tasks that were submitted through this executor.
   *
   * @return the tasks that had not begun and never will: the commands, and runnables for submitted
   *     tasks
   */
  @Override
  public List<Runnable> shutdownNow() {
    shutdown();
    stopping = true;
    List<Runnable> never = new ArrayList<>();
    for (GroupFuture<?> future : live.values()) {
      Runnable withdrawn = future.withdraw();
      if (withdrawn != null) {
        never.add(withdrawn);
      }
    }
    return never;
  }

  @Override
  public boolean isShutdown() {
    return (state.get() & SHUT) != 0;
  }

  @Override
  public boolean isTerminated() {
    return terminated.isDone();
  }

  @Override
  public boolean awaitTermination(long timeout, TimeUnit unit) throws InterruptedException {
    long deadline = Deadlines.in(timeout, unit);
    if (deadline == WaitNode.NEVER) {
      refuseOwn("awaitTermination");
    }
    return terminated.await("GroupExecutor.awaitTermination", this, deadline) != null;
  }

  /**
   * Shuts down and waits for all tasks that were submitted through this executor. If the calling
   * thread is cancelled or interrupted meanwhile, the tasks are cancelled, and it waits for them
   * anyway; the next operation of the thread reports the cancellation.
   *
   * @throws IllegalStateException if it is called by one of its own tasks, which would wait for
   *     itself
   */
  @Override
  public void close() {
    refuseOwn("close");
    shutdown();
    try {
      var unused = terminated.await("GroupExecutor.close", this, WaitNode.NEVER);
    } catch (InterruptedException e) {
      shutdownNow();
      var unused = terminated.awaitUncancellably("GroupExecutor.close", this);
      ThreadRecord.current().redeliver(e);
    }
  }

  private void refuseOwn(String operation) {
    ThreadRecord self = ThreadRecord.current();
    for (GroupFuture<?> future : live.values()) {
      if (future.isAround(self)) {
        throw new IllegalStateException(
            operation
                + " of the executor of group '"
                + group.name()
                + "' called by its own task, on '"
                + Thread.currentThread().getName()
                + "', which it would wait for; call shutdown() there, or "
                + operation
                + " from outside");
      }
    }
  }

  @Override
  public String toString() {
    return "GroupExecutor["
        + group.name()
        + ", "
        + state.get() / 2
        + " running"
        + (isShutdown() ? ", shut down" : "")
        + "]";
  }
}
