package io.selvage.kernel;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;
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

  private record Entry(@Nullable Runnable action, @Nullable Entry below, int count) {
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
      Entry added = new Entry(action, first);
      if (HEAD.compareAndSet(this, first, added)) {
        if (added.count >= sweepAt) {
          sweep();
        }
        return true;
      }
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
    Entry first = head;
    return first == null ? 0 : first.count;
  }
}
