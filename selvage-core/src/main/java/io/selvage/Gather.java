package io.selvage;

import io.selvage.function.ThrowingFunction;
import io.selvage.kernel.Permits;
import io.selvage.kernel.ThreadRecord;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * Runs calls in a separate group, all of which have to succeed, and collects their results. Used by
 * one thread.
 */
final class Gather<T extends @Nullable Object> implements TaskGroup.VoidBody<RuntimeException> {
  private final String name;
  private final Iterator<? extends Callable<? extends T>> calls;
  private final @Nullable Permits places; // null means no limit
  private final boolean sized; // hasNext may be called before a place for the next call is free
  private final List<Task<T>> tasks = new ArrayList<>();
  private boolean complete; // every call has been forked

  Gather(
      String name,
      Iterator<? extends Callable<? extends T>> calls,
      @Nullable Permits places,
      boolean sized) {
    this.name = name;
    this.calls = calls;
    this.places = places;
    this.sized = sized;
  }

  /** {@return the calls of a function for each item, at most {@code limit} of them at a time} */
  static <A extends @Nullable Object, R extends @Nullable Object> Gather<R> limited(
      String name,
      Iterable<? extends A> items,
      int limit,
      ThrowingFunction<? super A, ? extends R, ? extends Exception> function) {
    return new Gather<>(name, calls(items, function), places(limit), items instanceof Collection);
  }

  private static Permits places(int limit) {
    if (limit < 1) {
      throw new IllegalArgumentException("limit of calls at a time must be >= 1, was " + limit);
    }
    return new Permits(limit);
  }

  /** {@return the calls of a function, one for each item} */
  static <A extends @Nullable Object, R extends @Nullable Object> Iterator<Callable<R>> calls(
      Iterable<? extends A> items,
      ThrowingFunction<? super A, ? extends R, ? extends Exception> function) {
    Objects.requireNonNull(items, "items");
    Objects.requireNonNull(function, "function");
    Iterator<? extends A> each = items.iterator();
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return each.hasNext();
      }

      @Override
      public Callable<R> next() {
        A item = each.next();
        return () -> function.apply(item);
      }
    };
  }

  /** Returns the results in the order of the calls. */
  List<T> run() throws InterruptedException {
    ThreadRecord self = ThreadRecord.current();
    self.begin("Tasks." + name);
    try {
      TaskGroup.openVoid(TaskGroup.options().withName(name), this);
    } catch (InterruptedException e) {
      if (!complete || !allSucceeded(tasks)) {
        throw e;
      }
      self.redeliver(e); // the work is complete; the next operation reports the cancellation
    }
    if (tasks.isEmpty()) {
      Selvage.checkpoint();
    }
    return results(self, tasks);
  }

  @Override
  public void run(TaskGroup group) throws InterruptedException {
    while (true) {
      if (sized && !calls.hasNext()) {
        complete = true; // even if it is cancelled before a place is free again
        return;
      }
      if (places != null) {
        places.acquire("Tasks." + name, this);
      }
      if (!calls.hasNext()) {
        complete = true;
        return;
      }
      Task<T> task = group.fork(calls.next());
      tasks.add(task);
      if (places != null) {
        task.onEnd(places::release);
      }
    }
  }

  private static boolean allSucceeded(List<? extends Task<?>> tasks) {
    return tasks.stream().allMatch(task -> task.state() == Task.State.SUCCEEDED);
  }

  /** {@return the results of tasks that have ended} */
  static <T extends @Nullable Object> List<T> results(
      ThreadRecord self, List<? extends Task<? extends T>> tasks) throws InterruptedException {
    List<T> results = new ArrayList<>(tasks.size());
    for (Task<? extends T> task : tasks) {
      if (task.state() == Task.State.CANCELLED) {
        self.preferOwnCancellation();
      }
      results.add(task.resultNow());
    }
    return Collections.unmodifiableList(results);
  }

  @Override
  public String toString() {
    return "Tasks." + name + ", " + tasks.size() + " begun";
  }
}
