package io.selvage;

import io.selvage.function.ThrowingConsumer;
import io.selvage.function.ThrowingFunction;
import io.selvage.function.ThrowingRunnable;
import io.selvage.function.ThrowingSupplier;
import io.selvage.kernel.ThreadRecord;
import io.selvage.kernel.support.Arguments;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * The usual ways to run several calls at once and wait for them, each in one line.
 *
 * {@snippet class="io.selvage.TasksSnippets" region="tasks"}
 *
 * <p>Each method opens a {@link TaskGroup}, forks a task for each call, and returns when every task
 * has ended. So nothing is left running, whatever happens. The rules of groups apply: inside of a
 * {@link Loop} the calls stay in the loop. The tasks are named after the method and numbered from
 * 1, for example {@code all/3}.
 *
 * <p><b>Cancellation</b> of the caller, or an interrupt from outside, cancels all calls; they are
 * joined before the exception is thrown. If the calls complete anyway, the result is returned, and
 * the next operation reports the cancellation.
 *
 * <p><b>Threads.</b> Any thread may call these.
 */
public final class Tasks {
  private Tasks() {}

  // ---- all of them

  /**
   * Runs calls at once, and waits for all of them. The first failure cancels the others.
   *
   * <p>Without any calls it is a {@link Selvage#checkpoint()}.
   *
   * @param <T> the type of the results
   * @param calls the code to run, each call as a separate task
   * @return the results in the order of the calls; cannot be changed
   * @throws TaskFailedException if a call failed: the cause is its exception
   * @throws TaskCancelledException if one of the calls has cancelled the scope of all
   * @throws CancelledException if the calling thread is cancelled, also on entry
   * @throws InterruptedException if the calling thread was interrupted from outside
   */
  public static <T extends @Nullable Object> List<T> all(
      Collection<? extends Callable<? extends T>> calls) throws InterruptedException {
    List<Callable<? extends T>> copy = Arguments.elements(calls, "calls");
    return new Gather<T>("all", copy.iterator(), null, true).run();
  }

  /**
   * Runs calls at once, and waits for all of them; see {@link #all(Collection)}.
   *
   * @param <T> the type of the results
   * @param calls the code to run, each call as a separate task
   * @return the results in the order of the calls; cannot be changed
   * @throws TaskFailedException if a call failed: the cause is its exception
   * @throws TaskCancelledException if one of the calls has cancelled the scope of all
   * @throws CancelledException if the calling thread is cancelled, also on entry
   * @throws InterruptedException if the calling thread was interrupted from outside
   */
  @SafeVarargs
  @SuppressWarnings("varargs") // they are only copied
  public static <T extends @Nullable Object> List<T> all(Callable<? extends T>... calls)
      throws InterruptedException {
    return all(Arguments.elements(calls, "calls"));
  }

  // ---- tasks that were forked before

  /**
   * Waits for tasks that have been forked already, in any group: until all have succeeded, or one
   * of them has failed or was cancelled. The tasks belong to their groups and are not affected. If
   * a task is in the list twice, its result is in both places.
   *
   * {@snippet class="io.selvage.TasksSnippets" region="joinAll"}
   *
   * <p>Without any tasks it is a {@link Selvage#checkpoint()}.
   *
   * <p><b>Cancellation</b> of the caller withdraws this wait.
   *
   * @param <T> the type of the results
   * @param tasks the tasks to wait for
   * @return the results in the order of the list; cannot be changed
   * @throws TaskFailedException if a task failed; the others may still be running
   * @throws TaskCancelledException if a task was cancelled, and none has failed
   * @throws JoinCycleException if a task waits, through others, for the calling task, or is around
   *     it
   * @throws CancelledException if the calling thread is cancelled, also on entry
   * @throws InterruptedException if the calling thread was interrupted from outside
   */
  public static <T extends @Nullable Object> List<T> joinAll(
      Collection<? extends Task<? extends T>> tasks) throws InterruptedException {
    return new JoinAll<T>(Arguments.elements(tasks, "tasks")).await();
  }

  /**
   * Waits for tasks that have been forked already; see {@link #joinAll(Collection)}.
   *
   * @param <T> the type of the results
   * @param tasks the tasks to wait for
   * @return the results in the order of the list; cannot be changed
   * @throws TaskFailedException if a task failed; the others may still be running
   * @throws TaskCancelledException if a task was cancelled, and none has failed
   * @throws JoinCycleException if a task waits, through others, for the calling task, or is around
   *     it
   * @throws CancelledException if the calling thread is cancelled, also on entry
   * @throws InterruptedException if the calling thread was interrupted from outside
   */
  @SafeVarargs
  @SuppressWarnings("varargs") // they are only copied
  public static <T extends @Nullable Object> List<T> joinAll(Task<? extends T>... tasks)
      throws InterruptedException {
    return joinAll(Arguments.elements(tasks, "tasks"));
  }

  /**
   * {@return the tasks in the order in which they end; this method does not wait}
   *
   * <p>Tasks that have ended already come first, in the order of the list. A task that is in the
   * list twice is in the result twice.
   *
   * {@snippet class="io.selvage.TasksSnippets" region="asCompleted"}
   *
   * @param <T> the type of the results
   * @param tasks the tasks; as always, they belong to their groups
   */
  public static <T extends @Nullable Object> CompletionOrder<T> asCompleted(
      Collection<? extends Task<? extends T>> tasks) {
    return CompletionOrder.of(Arguments.elements(tasks, "tasks"));
  }

  // ---- the first of them

  /**
   * Runs calls at once until the first of them has ended, with a result or a failure. The others
   * are cancelled and joined.
   *
   * <p>If the winner has a result, a loser's failure goes to the {@linkplain
   * GroupOptions#withUncaughtHandler uncaught handler} of the group that the calling task belongs
   * to, or else to the log {@code io.selvage.TaskGroup}.
   *
   * <p>A second call may complete as well before it can be cancelled. Its result is dropped; its
   * side effects remain.
   *
   * @param <T> the type of the result
   * @param calls the code to run, each call as a separate task; at least one
   * @return the result of the winner
   * @throws TaskFailedException if the winner failed: the cause is its exception; failures of other
   *     calls follow it in {@link TaskFailedException#failures()}
   * @throws TaskCancelledException if one of the calls has cancelled the scope of all
   * @throws IllegalArgumentException if there are no calls
   * @throws CancelledException if the calling thread is cancelled, also on entry
   * @throws InterruptedException if the calling thread was interrupted from outside
   */
  public static <T extends @Nullable Object> T race(
      Collection<? extends Callable<? extends T>> calls) throws InterruptedException {
    List<Callable<? extends T>> copy = Arguments.elements(calls, "calls");
    return new Race<T>("race", copy, false).run();
  }

  /**
   * Runs calls at once until the first of them has ended; see {@link #race(Collection)}.
   *
   * @param <T> the type of the result
   * @param calls the code to run, each call as a separate task; at least one
   * @return the result of the winner
   * @throws TaskFailedException if the winner failed: the cause is its exception; failures of other
   *     calls follow it in {@link TaskFailedException#failures()}
   * @throws TaskCancelledException if one of the calls has cancelled the scope of all
   * @throws IllegalArgumentException if there are no calls
   * @throws CancelledException if the calling thread is cancelled, also on entry
   * @throws InterruptedException if the calling thread was interrupted from outside
   */
  @SafeVarargs
  @SuppressWarnings("varargs") // they are only copied
  public static <T extends @Nullable Object> T race(Callable<? extends T>... calls)
      throws InterruptedException {
    return race(Arguments.elements(calls, "calls"));
  }

  /**
   * Runs calls at once until the first of them has succeeded. The others are cancelled and joined.
   *
   * <p>Failures are expected here: they count only if no call wins. A failure of a call after an
   * operation has reported its cancellation is handled as in a {@link #race(Collection) race}.
   *
   * @param <T> the type of the result
   * @param calls the code to run, each call as a separate task; at least one
   * @return the result of the winner
   * @throws TaskFailedException if no call succeeded: {@link TaskFailedException#failures()} has
   *     their exceptions, in the order in which they failed
   * @throws TaskCancelledException if one of the calls has cancelled the scope of all
   * @throws IllegalArgumentException if there are no calls
   * @throws CancelledException if the calling thread is cancelled, also on entry
   * @throws InterruptedException if the calling thread was interrupted from outside
   */
  public static <T extends @Nullable Object> T firstSuccess(
      Collection<? extends Callable<? extends T>> calls) throws InterruptedException {
    List<Callable<? extends T>> copy = Arguments.elements(calls, "calls");
    return new Race<T>("firstSuccess", copy, true).run();
  }

  /**
   * Runs calls at once until the first of them has succeeded; see {@link
   * #firstSuccess(Collection)}.
   *
   * @param <T> the type of the result
   * @param calls the code to run, each call as a separate task; at least one
   * @return the result of the winner
   * @throws TaskFailedException if no call succeeded: {@link TaskFailedException#failures()} has
   *     their exceptions, in the order in which they failed
   * @throws TaskCancelledException if one of the calls has cancelled the scope of all
   * @throws IllegalArgumentException if there are no calls
   * @throws CancelledException if the calling thread is cancelled, also on entry
   * @throws InterruptedException if the calling thread was interrupted from outside
   */
  @SafeVarargs
  @SuppressWarnings("varargs") // they are only copied
  public static <T extends @Nullable Object> T firstSuccess(Callable<? extends T>... calls)
      throws InterruptedException {
    return firstSuccess(Arguments.elements(calls, "calls"));
  }

  // ---- one function for many items

  /**
   * Applies a function to all items at once. The first failure cancels the others.
   *
   * @param <A> the type of the items
   * @param <R> the type of the results
   * @param items the items
   * @param function the work
   * @return the results in the order of the items; cannot be changed
   * @throws TaskFailedException if the function failed: the cause is its exception
   * @throws TaskCancelledException if the function has cancelled the scope of all
   * @throws CancelledException if the calling thread is cancelled, also on entry
   * @throws InterruptedException if the calling thread was interrupted from outside
   */
  public static <A extends @Nullable Object, R extends @Nullable Object> List<R> map(
      Iterable<? extends A> items,
      ThrowingFunction<? super A, ? extends R, ? extends Exception> function)
      throws InterruptedException {
    return new Gather<R>("map", Gather.calls(items, function), null, false).run();
  }

  /**
   * Applies a function to each item, to at most {@code limit} of them at a time. The first failure
   * cancels the others.
   *
   * {@snippet class="io.selvage.TasksSnippets" region="map"}
   *
   * <p>The calling thread takes the next item when a place is free. So there may be many items, and
   * they may be created while the work is going on. Unlike in a group with a {@linkplain
   * GroupOptions#withLimit limit}, a call that waits in an operation of the library counts.
   *
   * @param <A> the type of the items
   * @param <R> the type of the results
   * @param items the items; an exception of its iterator is thrown here unchanged, after all calls
   *     have been cancelled and joined
   * @param limit at least 1
   * @param function the work
   * @return the results in the order of the items; cannot be changed
   * @throws TaskFailedException if the function failed: the cause is its exception
   * @throws TaskCancelledException if the function has cancelled the scope of all
   * @throws IllegalArgumentException if the limit is less than 1
   * @throws CancelledException if the calling thread is cancelled, also on entry
   * @throws InterruptedException if the calling thread was interrupted from outside
   */
  public static <A extends @Nullable Object, R extends @Nullable Object> List<R> map(
      Iterable<? extends A> items,
      int limit,
      ThrowingFunction<? super A, ? extends R, ? extends Exception> function)
      throws InterruptedException {
    return Gather.<A, R>limited("map", items, limit, function).run();
  }

  /**
   * Applies a function that blocks to each item, to at most {@code limit} of them at a time, each
   * on a platform thread: as {@link #map(Iterable, int, ThrowingFunction) map} with {@link
   * Selvage#callBlocking} around each call. In a loop the other tasks run meanwhile.
   *
   * {@snippet class="io.selvage.TasksSnippets" region="mapBlocking"}
   *
   * <p><b>Cancellation</b> interrupts the calls, and waits for them.
   *
   * @param <A> the type of the items
   * @param <R> the type of the results
   * @param items the items; its iterator is used by the calling thread
   * @param limit at least 1; the shared pool has a limit of its own
   * @param function the work
   * @return the results in the order of the items; cannot be changed
   * @throws TaskFailedException if the function failed: the cause is its exception
   * @throws TaskCancelledException if the function has cancelled the scope of all
   * @throws IllegalArgumentException if the limit is less than 1
   * @throws CancelledException if the calling thread is cancelled, also on entry
   * @throws InterruptedException if the calling thread was interrupted from outside
   */
  public static <A extends @Nullable Object, R extends @Nullable Object> List<R> mapBlocking(
      Iterable<? extends A> items,
      int limit,
      ThrowingFunction<? super A, ? extends R, ? extends Exception> function)
      throws InterruptedException {
    Objects.requireNonNull(function, "function");
    ThrowingFunction<A, R, Exception> apart =
        item -> Selvage.<R, Exception>callBlocking(() -> function.apply(item));
    return Gather.<A, R>limited("mapBlocking", items, limit, apart).run();
  }

  /**
   * Runs an action for all items at once. The first failure cancels the others.
   *
   * @param <A> the type of the items
   * @param items the items
   * @param action the work
   * @throws TaskFailedException if the action failed: the cause is its exception
   * @throws TaskCancelledException if the action has cancelled the scope of all
   * @throws CancelledException if the calling thread is cancelled, also on entry
   * @throws InterruptedException if the calling thread was interrupted from outside
   */
  public static <A extends @Nullable Object> void forEach(
      Iterable<? extends A> items, ThrowingConsumer<? super A, ? extends Exception> action)
      throws InterruptedException {
    var unused = map(items, function(action));
  }

  /**
   * Runs an action for each item, for at most {@code limit} of them at a time; see {@link
   * #map(Iterable, int, ThrowingFunction)}. The first failure cancels the others.
   *
   * @param <A> the type of the items
   * @param items the items; its iterator is used by the calling thread
   * @param limit at least 1
   * @param action the work
   * @throws TaskFailedException if the action failed: the cause is its exception
   * @throws TaskCancelledException if the action has cancelled the scope of all
   * @throws IllegalArgumentException if the limit is less than 1
   * @throws CancelledException if the calling thread is cancelled, also on entry
   * @throws InterruptedException if the calling thread was interrupted from outside
   */
  public static <A extends @Nullable Object> void forEach(
      Iterable<? extends A> items,
      int limit,
      ThrowingConsumer<? super A, ? extends Exception> action)
      throws InterruptedException {
    var unused = map(items, limit, function(action));
  }

  /**
   * Runs an action for each item on a platform thread, for at most {@code limit} of them at a time;
   * see {@link #mapBlocking}. The first failure cancels the others.
   *
   * @param <A> the type of the items
   * @param items the items; its iterator is used by the calling thread
   * @param limit at least 1; the shared pool has a limit of its own
   * @param action the work
   * @throws TaskFailedException if the action failed: the cause is its exception
   * @throws TaskCancelledException if the action has cancelled the scope of all
   * @throws IllegalArgumentException if the limit is less than 1
   * @throws CancelledException if the calling thread is cancelled, also on entry
   * @throws InterruptedException if the calling thread was interrupted from outside
   */
  public static <A extends @Nullable Object> void forEachBlocking(
      Iterable<? extends A> items,
      int limit,
      ThrowingConsumer<? super A, ? extends Exception> action)
      throws InterruptedException {
    var unused = mapBlocking(items, limit, function(action));
  }

  private static <A extends @Nullable Object>
      ThrowingFunction<A, @Nullable Object, Exception> function(
          ThrowingConsumer<? super A, ? extends Exception> action) {
    Objects.requireNonNull(action, "action");
    return item -> {
      action.accept(item);
      return null;
    };
  }

  // ---- isolated work

  /**
   * Runs {@code body} in a separate group, and returns how it ended: its failures, and those of its
   * tasks, do not affect the code around it.
   *
   * {@snippet class="io.selvage.TasksSnippets" region="outcome"}
   *
   * <p>When the body or a task fails, all tasks of this group are cancelled and joined. The outcome
   * is then the exception that {@link TaskGroup#call} would throw: an exception of the body
   * unchanged, or a {@link TaskFailedException} for the failures of its tasks. An {@link Error},
   * even a failed assertion, is no outcome: it is thrown.
   *
   * <p><b>Cancellation</b> of the caller reaches the body and its tasks, and is thrown.
   *
   * @param <T> the type of the result
   * @param body gets the group
   * @return the result, or an exception
   * @throws TaskFailedException if a task failed with an {@link Error}
   * @throws CancelledException if the calling thread is cancelled, also on entry
   * @throws InterruptedException if the calling thread was interrupted from outside
   */
  public static <T extends @Nullable Object> Outcome<T> callIsolatedGroup(
      TaskGroup.Body<? extends T, ? extends Exception> body) throws InterruptedException {
    Objects.requireNonNull(body, "body");
    ThreadRecord.current().begin("Tasks.callIsolated");
    try {
      T value = TaskGroup.open(TaskGroup.options().withName("isolate"), body);
      return new Outcome.Success<>(value);
    } catch (InterruptedException e) {
      throw e;
    } catch (TaskFailedException e) {
      if (e.hasError()) {
        throw e;
      }
      return new Outcome.Failure<>(e);
    } catch (Exception e) {
      return new Outcome.Failure<>(e);
    }
  }

  /**
   * Runs {@code body}, which forks nothing, and returns how it ended; see {@link
   * #callIsolatedGroup}.
   *
   * @param <T> the type of the result
   * @param body the work
   * @return the result, or an exception
   * @throws TaskFailedException if it waited for a task that failed with an {@link Error}
   * @throws CancelledException if the calling thread is cancelled, also on entry
   * @throws InterruptedException if the calling thread was interrupted from outside
   */
  public static <T extends @Nullable Object> Outcome<T> callIsolated(
      ThrowingSupplier<? extends T, ? extends Exception> body) throws InterruptedException {
    Objects.requireNonNull(body, "body");
    TaskGroup.Body<T, Exception> inGroup = group -> body.get();
    return callIsolatedGroup(inGroup);
  }

  /**
   * Runs {@code body}, which forks nothing and has no result, and returns how it ended; see {@link
   * #callIsolatedGroup}.
   *
   * @param body the work
   * @return a success, or an exception
   * @throws TaskFailedException if it waited for a task that failed with an {@link Error}
   * @throws CancelledException if the calling thread is cancelled, also on entry
   * @throws InterruptedException if the calling thread was interrupted from outside
   */
  public static Outcome<@Nullable Void> runIsolated(ThrowingRunnable<? extends Exception> body)
      throws InterruptedException {
    Objects.requireNonNull(body, "body");
    return callIsolated(body.asSupplier());
  }
}
