package io.selvage.kernel;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Actions that run once something has ended, each exactly once. */
public final class EndActions {
  /*
   * Protocol. head: null ──add──▶ stack of actions ──run──▶ RUN, by CAS of any thread.
   *
   * Who adds before RUN leaves the action to the one that ends; who finds RUN runs the action itself. RUN is set once,
   * its setter owns the stack and runs it in the order of the adds. Entries never change: who takes one back replaces those
   * above it, by CAS of the head, and looks again if somebody was faster.
   *
   * Check with: EndActionsTest, EndActionsStress.
   */
  private record Entry(@Nullable Runnable action, @Nullable Entry below) {}

  private static final Entry RUN = new Entry(null, null);
  private static final VarHandle HEAD;

  static {
    try {
      HEAD = MethodHandles.lookup().findVarHandle(EndActions.class, "head", Entry.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private volatile @Nullable Entry head;

  /**
   * Leaves an action to the one that ends. Any thread.
   *
   * @return false if it has ended, so that the caller is to run the action
   */
  public boolean add(Runnable action) {
    while (true) {
      Entry first = head;
      if (first == RUN) {
        return false;
      }
      if (HEAD.compareAndSet(this, first, new Entry(action, first))) {
        return true;
      }
    }
  }

  /**
   * Takes an action back. Any thread.
   *
   * @return false if it is not there, or was left to the one that has ended
   */
  public boolean remove(Runnable action) {
    while (true) {
      Entry first = head;
      Entry without = first == RUN ? first : without(first, action);
      if (without == first) {
        return false;
      }
      if (HEAD.compareAndSet(this, first, without)) {
        return true;
      }
    }
  }

  /** Returns the stack itself if the action is not in it. */
  private static @Nullable Entry without(@Nullable Entry first, Runnable action) {
    Deque<Entry> above = new ArrayDeque<>();
    Entry entry = first;
    while (entry != null && entry.action != action) {
      above.push(entry);
      entry = entry.below;
    }
    if (entry == null) {
      return first;
    }
    Entry rest = entry.below;
    for (Entry kept : above) {
      rest = new Entry(kept.action, rest);
    }
    return rest;
  }

  /**
   * Runs all actions, in the order in which they were added; later calls find none.
   *
   * @param onFailure gets what an action throws; the others run all the same
   */
  public void run(Consumer<Throwable> onFailure) {
    Entry last = (Entry) HEAD.getAndSet(this, RUN);
    if (last == null || last == RUN) {
      return;
    }
    Deque<Runnable> inOrder = new ArrayDeque<>();
    for (Entry entry = last; entry != null; entry = entry.below) {
      if (entry.action != null) {
        inOrder.push(entry.action);
      }
    }
    for (Runnable action : inOrder) {
      try {
        action.run();
      } catch (Throwable thrown) {
        onFailure.accept(thrown);
      }
    }
  }

  /** {@return how many actions are left to the one that ends; for tests} */
  public int size() {
    int count = 0;
    for (Entry entry = head; entry != null && entry != RUN; entry = entry.below) {
      count++;
    }
    return count;
  }
}
