package io.selvage.kernel.support;

import org.jspecify.annotations.Nullable;

/** Actions that run when something has ended, each exactly once. */
public abstract class EndActions implements Runnable {
  /*
   * Protocol. The list of actions, linked in both directions, is guarded by this object's monitor; the object is private to its owner, the object
   * that ends. Foreign code (code that is not part of the library) never runs under the monitor.
   *
   *   OPEN ──run──▶ OVER, once. A thread that adds while it is OPEN leaves the action to the thread that ends; one that finds
   *   it OVER runs the action itself. The first caller of run owns the list from then on: no other thread changes it any more, and a remove returns
   *   false. That caller runs the actions outside of the monitor, in the order of the adds.
   *
   * An action that is an Entry contains its links, so it is removed in constant time, however many actions there are. Neither the removal nor the end
   * allocates memory.
   *
   * Actions that cannot have a visible effect any more are removed by a sweep, whenever there are twice as many actions as the last sweep has left.
   *
   * Check with: EndActionsTest, EndActionsStress.
   */

  /**
   * An action that may become useless before it has run. Its method is called under the monitor.
   */
  public interface Forgettable extends Runnable {
    /**
     * {@return whether a run of this action cannot have a visible effect any more; never becomes
     * false again}
     */
    boolean isForgotten();
  }

  /** An action that can be removed in constant time; it is added once. */
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

  /** {@return the actions of something that has ended: no action can be added} */
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
   * Adds an action, which the ending thread will run. Any thread.
   *
   * @return false if the end has come already; then the caller runs the action
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
   * Removes an action. Any thread. Takes constant time for an {@link Entry}, otherwise the list is
   * searched.
   *
   * @return false if it is not in the list, or if the first call of {@link #run} has begun
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

  /**
   * Called when an action has thrown an exception; the other actions run anyway. Called on the
   * thread that runs the actions.
   */
  protected abstract void failed(Throwable thrown);

  /**
   * Runs all actions, in the order in which they were added; later calls do nothing. Allocates
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
        // Reporting the failure has failed, too, for example because the heap is full; the other
        // actions must run.
      }
    }
  }

  /** {@return how many actions have not run yet; for tests} */
  public final synchronized int size() {
    return size;
  }
}
