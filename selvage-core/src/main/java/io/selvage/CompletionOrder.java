package io.selvage;

import io.selvage.function.ThrowingConsumer;
import io.selvage.function.ThrowingSupplier;
import io.selvage.kernel.Completion;
import io.selvage.kernel.Machine;
import io.selvage.kernel.ThreadRecord;
import io.selvage.kernel.WaitNode;
import io.selvage.kernel.support.EndActions;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Tasks in the order in which they end. Created by {@link Tasks#asCompleted}.
 *
 * {@snippet class="io.selvage.TasksSnippets" region="asCompleted"}
 *
 * <p>The place {@code k} always means the same task, the one that ended as the k-th, from 0. Any
 * number of threads may wait for the places, in any order and any number of times.
 *
 * <p><b>Threads.</b> Any thread may call any method.
 *
 * <p><b>Interruption.</b> A wait that is cancelled or interrupted changes nothing.
 *
 * @param <T> the type of the results
 */
public final class CompletionOrder<T extends @Nullable Object> {
  /*
   * Protocol.
   *
   *   ended    how many tasks have ended; each task takes its place by an increment, on the thread that ends it (Task.onEnd).
   *   places   null ──the task that took the place──▶ that task, once. Of two tasks that end at the same time the one in
   *            the later place may be seen first; it stays in its place.
   *
   * The tasks reference the order weakly, through its link, unless a thread waits. So repeated races that include the same long-running task leave
   * nothing behind in that task. In a simulation the reference is strong: a run must not depend on the garbage collector.
   */

  /** From the tasks to the order. */
  private static final class Link<T extends @Nullable Object> {
    private final WeakReference<CompletionOrder<T>> order;

    @SuppressWarnings("UnusedVariable") // never read; the reference keeps the object alive
    private @Nullable CompletionOrder<T> kept; // guarded by this

    private int waiting; // guarded by this

    Link(CompletionOrder<T> order) {
      this.order = new WeakReference<>(order);
    }

    synchronized void keep(CompletionOrder<T> waitedFor) {
      waiting++;
      kept = waitedFor;
    }

    synchronized void letGo() {
      waiting--;
      if (waiting == 0) {
        kept = null;
      }
    }
  }

  /** The action that is added to a task. */
  private record AtEnd<T extends @Nullable Object>(Link<T> link, Task<T> task)
      implements EndActions.Forgettable {
    @Override
    public boolean isForgotten() {
      return link.order.get() == null;
    }

    @Override
    public void run() {
      CompletionOrder<T> order = link.order.get();
      if (order != null) {
        order.add(task);
      }
    }
  }

  private final Link<T> link = new Link<>(this);
  private final List<Task<T>> tasks;
  private final List<Completion<Task<T>>> places;
  private final AtomicInteger ended = new AtomicInteger();

  private CompletionOrder(List<Task<T>> tasks) {
    this.tasks = tasks;
    this.places = Stream.generate(Completion<Task<T>>::new).limit(tasks.size()).toList();
  }

  @SuppressWarnings("unchecked") // a task only produces values
  static <T extends @Nullable Object> CompletionOrder<T> of(List<Task<? extends T>> tasks) {
    CompletionOrder<T> order = new CompletionOrder<>((List<Task<T>>) (List<?>) tasks);
    if (ThreadRecord.current().machine() != Machine.real()) {
      order.link.keep(order);
    }
    order.tasks.forEach(task -> task.onEnd(new AtEnd<>(order.link, task)));
    return order;
  }

  private void add(Task<T> task) {
    var unused = places.get(ended.getAndIncrement()).complete(task);
  }

  /** {@return how many tasks there are, ended or not} */
  public int size() {
    return tasks.size();
  }

  /** {@return how many tasks have ended by now} */
  public int ended() {
    return ended.get();
  }

  /**
   * Waits until {@code k + 1} tasks have ended.
   *
   * @param k from 0 to {@code size() - 1}
   * @return the task that ended as the k-th; its {@link Task#join()} does not wait any more
   * @throws IndexOutOfBoundsException if there are fewer tasks
   * @throws JoinCycleException if all have to end, and one of them waits, through others, for the
   *     calling task
   * @throws CancelledException if the calling thread is cancelled, also on entry
   * @throws InterruptedException if the calling thread was interrupted from outside
   */
  public Task<T> await(int k) throws InterruptedException {
    if (k < 0 || k >= places.size()) {
      throw new IndexOutOfBoundsException(
          "k must be >= 0 and less than the number of tasks, " + places.size() + ", was " + k);
    }
    Completion<Task<T>> place = places.get(k);
    ThrowingSupplier<@Nullable Task<T>, RuntimeException> wait =
        () -> place.await("CompletionOrder.await", this, WaitNode.NEVER);
    boolean needsAll = k == places.size() - 1 && !place.isDone();
    link.keep(this);
    try {
      return Objects.requireNonNull(
          needsAll ? JoinCycles.dependOn(tasks, ThreadRecord.current(), wait) : wait.get());
    } finally {
      link.letGo();
    }
  }

  /**
   * Calls {@code action} with each task when it has ended, on the calling thread, in the order in
   * which they end.
   *
   * @param <X> what the action may throw
   * @param action gets a task that has ended; an exception ends the loop
   * @throws X if the action does
   * @throws CancelledException if the calling thread is cancelled, also on entry
   * @throws InterruptedException if the calling thread was interrupted from outside
   */
  public <X extends Exception> void forEach(ThrowingConsumer<? super Task<T>, X> action)
      throws X, InterruptedException {
    Objects.requireNonNull(action, "action");
    ThreadRecord.current().begin("CompletionOrder.forEach");
    for (int k = 0; k < places.size(); k++) {
      action.accept(await(k));
    }
  }

  /**
   * Waits until all tasks have ended.
   *
   * @return the tasks in the order in which they ended; cannot be changed
   * @throws JoinCycleException if one of them waits, through others, for the calling task
   * @throws CancelledException if the calling thread is cancelled, also on entry
   * @throws InterruptedException if the calling thread was interrupted from outside
   */
  public List<Task<T>> awaitAll() throws InterruptedException {
    ThreadRecord.current().begin("CompletionOrder.awaitAll");
    List<Task<T>> all = new ArrayList<>(places.size());
    for (int k = places.size() - 1; k >= 0; k--) {
      all.add(await(k)); // the last one first: then there is only one wait
    }
    Collections.reverse(all);
    return Collections.unmodifiableList(all);
  }

  @Override
  public String toString() {
    return "CompletionOrder[" + ended() + " of " + size() + " ended]";
  }
}
