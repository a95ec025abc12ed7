package io.selvage.kernel.support;

import org.jspecify.annotations.Nullable;

/** Actions that run once something has ended, each exactly once. */
public abstract class EndActions implements Runnable {
  /*
   * Protocol. The list of actions, linked in both directions, is guarded by this object's monitor; the object is private to
   * what ends, and foreign code never runs under the monitor.
   *
   *   OPEN ──run──▶ OVER, once. A thread that adds while it is OPEN leaves the action to the thread that ends; one that finds
   *   it OVER runs the action itself. The first caller of run owns the list from then on: nobody else changes it any
   *   more, a remove is too late. It runs the actions outside of the monitor, in the order of the adds.
   *
   * An action that is an Entry has its links in itself, so that it is taken back in one step, however many there are, and
   * neither that nor the end allocates anything.
   *
   * Those whose effect nobody can see any more are swept out whenever there are twice as many actions as the last sweep has
   * left.
   *
   * Check with: EndActionsTest, EndActionsStress.
   */

  /** An action that may turn out to be of no use before it has run. Asked under the monitor. */
  public interface Forgettable extends Runnable {
    /** {@return whether nobody can see any more whether it runs; stays true} */
    boolean isForgotten();
  }

  /** An action that can be taken back in one step; it is added once. */
  public abstract static class Entry implements Runnable {
    private @Nullable Entry previous;
    private @Nullable Entry next;
    private boolean isIn;

    /** Creates an action that is in no list. */
    protected Entry() {}

    boolean isForgotten() {
      return false;
    }

    boolean is(Runnable action) {
      return this == action;
    }
  }

  private static final class Plain extends Entry {
    private final Runnable action;

    Plain(Runnable action) {
      this.action = action;
    }

    @Override
    public void run() {
      action.run();
    }

    @Override
    boolean isForgotten() {
      return action instanceof Forgettable forgettable && forgettable.isForgotten();
    }

    @Override
    boolean is(Runnable other) {
      return action == other;
    }
  }

  private static final int FIRST_SWEEP = 64;

  // guarded by this
  private @Nullable Entry first;
  private @Nullable Entry last;
  private int size;
  private int sweepAt = FIRST_SWEEP;
  private boolean isOver;

  /** {@return actions of what has ended: they take no more} */
  public static EndActions thatHaveRun() {
    EndActions over =
        new EndActions() {
          @Override
          protected void failed(Throwable thrown) {}
        };
    over.run();
    return over;
  }

  /**
   * Leaves an action to the thread that ends it. Any thread.
   *
   * @return false if it has ended, so that the caller is to run the action
   */
  public final boolean add(Runnable action) {
    return link(action instanceof Entry entry ? entry : new Plain(action));
  }

  private synchronized boolean link(Entry entry) {
    if (isOver) {
      return false;
    }
    entry.isIn = true;
    entry.previous = last;
    if (last == null) {
      first = entry;
    } else {
      last.next = entry;
    }
    last = entry;
    size++;
    if (size >= sweepAt) {
      sweep();
    }
    return true;
  }

  private void sweep() {
    for (Entry entry = first; entry != null; ) {
      Entry swept = entry;
      entry = entry.next;
      if (swept.isForgotten()) {
        unlink(swept);
      }
    }
    sweepAt = Math.max(FIRST_SWEEP, 2 * size);
  }

  private void unlink(Entry entry) {
    Entry before = entry.previous;
    Entry after = entry.next;
    if (before == null) {
      first = after;
    } else {
      before.next = after;
    }
    if (after == null) {
      last = before;
    } else {
      after.previous = before;
    }
    entry.isIn = false;
    entry.previous = null;
    entry.next = null;
    size--;
  }

  /**
   * Takes an action back. Any thread. One step if it is an {@link Entry}, otherwise it is looked
   * for.
   *
   * @return false if it is not there, or was left to the one that has ended
   */
  public final synchronized boolean remove(Runnable action) {
    Entry found = isOver ? null : find(action);
    if (found == null) {
      return false;
    }
    unlink(found);
    return true;
  }

  private @Nullable Entry find(Runnable action) {
    if (action instanceof Entry entry) {
      return entry.isIn ? entry : null;
    }
    Entry entry = first;
    while (entry != null && !entry.is(action)) {
      entry = entry.next;
    }
    return entry;
  }

  /** An action has thrown this; the others run anyway. On the thread that runs them. */
  protected abstract void failed(Throwable thrown);

  /**
   * Runs all actions, in the order in which they were added; later calls find none. Allocates
   * nothing.
   */
  @Override
  public final void run() {
    for (Entry entry = takeAll(); entry != null; ) {
      Entry action = entry;
      entry = action.next;
      action.next = null;
      run(action);
    }
  }

  private synchronized @Nullable Entry takeAll() {
    Entry all = first;
    isOver = true;
    first = null;
    last = null;
    size = 0;
    return all;
  }

  private void run(Entry action) {
    try {
      action.run();
    } catch (Throwable thrown) {
      try {
        failed(thrown);
      } catch (Throwable unheard) {
        // Also telling of it has failed, as when the heap is full; the other actions must run.
      }
    }
  }

  /** {@return how many actions are left to the one that ends; for tests} */
  public final synchronized int size() {
    return size;
  }
}
