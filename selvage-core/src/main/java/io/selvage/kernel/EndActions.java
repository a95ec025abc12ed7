package io.selvage.kernel;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Actions that run once something has ended, each exactly once. */
public abstract class EndActions {
  /*
   * Protocol. head: null ──add──▶ stack of actions ──run──▶ RUN, by CAS of any thread.
   *
   * A thread that adds before RUN leaves the action to the thread that ends; one that finds RUN runs the action itself. RUN
   * is set once, its setter owns the stack and runs it in the order of the adds. action, below and count never change: a
   * thread that takes an action back replaces the entries above it, by CAS of the head, and looks again if another one was
   * faster. above is written and read by the setter of RUN only: it finds the way back up without allocating, as an end must
   * not fail.
   *
   * Those whose effect nobody can see any more are swept out in the same way, whenever there are twice as many actions as
   * the last sweep has left. sweepAt is a hint: written by who has swept, racily.
   *
   * Check with: EndActionsTest, EndActionsStress.
   */

  /** An action that may turn out to be of no use before it has run. */
  public interface Forgettable extends Runnable {
    /** {@return whether nobody can see any more whether it runs; stays true} */
    boolean isForgotten();
  }

  private static final class Entry {
    private final @Nullable Runnable action;
    private final @Nullable Entry below;
    private final int count;
    private @Nullable Entry above;

    Entry(@Nullable Runnable action, @Nullable Entry below, int count) {
      this.action = action;
      this.below = below;
      this.count = count;
    }

    Entry(@Nullable Runnable action, @Nullable Entry below) {
      this(action, below, below == null ? 1 : below.count + 1);
    }
  }

  private static final int FIRST_SWEEP = 64;
  private static final Entry RUN = new Entry(null, null, 0);
  private static final VarHandle HEAD;

  static {
    try {
      HEAD = MethodHandles.lookup().findVarHandle(EndActions.class, "head", Entry.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private volatile @Nullable Entry head;
  private int sweepAt = FIRST_SWEEP;

  /**
   * Leaves an action to the thread that ends it. Any thread.
   *
   * @return false if it has ended, so that the caller is to run the action
   */
  public final boolean add(Runnable action) {
    while (true) {
      Entry first = head;
      if (first == RUN) {
        return false;
      }
      Entry added = new Entry(action, first);
      if (HEAD.compareAndSet(this, first, added)) {
        if (added.count >= sweepAt) {
          trySweep();
        }
        return true;
      }
    }
  }

  /** The action has been added, so this must not fail: the next add tries again. */
  private void trySweep() {
    try {
      sweep();
    } catch (OutOfMemoryError e) {
      sweepAt *= 2;
    }
  }

  private void sweep() {
    Entry first;
    Entry swept;
    do {
      first = head;
      swept = first == RUN ? first : withoutForgotten(first);
    } while (swept != first && !HEAD.compareAndSet(this, first, swept));
    sweepAt = Math.max(FIRST_SWEEP, 2 * (swept == null ? 0 : swept.count));
  }

  /** Returns the stack itself if there are none. */
  private static @Nullable Entry withoutForgotten(@Nullable Entry first) {
    Deque<Runnable> kept = new ArrayDeque<>();
    int all = 0;
    for (Entry entry = first; entry != null; entry = entry.below) {
      all++;
      if (!(entry.action instanceof Forgettable action && action.isForgotten())) {
        kept.push(Objects.requireNonNull(entry.action));
      }
    }
    if (kept.size() == all) {
      return first;
    }
    Entry rest = null;
    for (Runnable action : kept) {
      rest = new Entry(action, rest);
    }
    return rest;
  }

  /**
   * Takes an action back. Any thread.
   *
   * @return false if it is not there, or was left to the one that has ended
   */
  public final boolean remove(Runnable action) {
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

  /** An action has thrown this; the others run anyway. On the thread that runs them. */
  protected abstract void failed(Throwable thrown);

  /**
   * Runs all actions, in the order in which they were added; later calls find none. Allocates
   * nothing.
   */
  public final void run() {
    Entry last = (Entry) HEAD.getAndSet(this, RUN);
    if (last == null || last == RUN) {
      return;
    }
    Entry first = last;
    while (first.below != null) {
      first.below.above = first;
      first = first.below;
    }
    for (Entry entry = first; entry != null; entry = entry.above) {
      run(entry);
    }
  }

  private void run(Entry entry) {
    try {
      if (entry.action != null) {
        entry.action.run();
      }
    } catch (Throwable thrown) {
      try {
        failed(thrown);
      } catch (Throwable unheard) {
        // Also telling of it has failed, as when the heap is full; the other actions must run.
      }
    }
  }

  /** {@return how many actions are left to the one that ends; for tests} */
  public final int size() {
    Entry first = head;
    return first == null ? 0 : first.count;
  }
}
