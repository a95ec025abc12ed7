package io.selvage.kernel.support;

import org.jspecify.annotations.Nullable;

/**
 * A set of entries in the order in which they were added. To add one and to take one out takes the
 * same short time, however many there are, and allocates nothing: the links are part of the
 * entries. Any thread.
 *
 * @param <E> the type of the entries, each of which is added to one set, once
 */
public final class LinkedSet<E extends LinkedSet.Entry<E>> {
  /*
   * Protocol. The links, last and size are guarded by this object's monitor, which is held for a few writes and while no other
   * code runs; foreign code cannot hold it. first and next are volatile, so that a walker needs no lock:
   *
   *   for (E entry = set.first(); entry != null; entry = entry.next())
   *
   * ends when others stop adding; who must not depend on them stops at the number that was the last one when it began.
   *
   * An entry that is taken out keeps its next, so a walker that stands on it goes on. It finds each entry that was in the set
   * when the walk began and is in it when the walk comes to its place. Why: each entry that it visits was in the set at some
   * time after the walk began. Its next, as read, was behind it in the set then or when it was taken out, and entries
   * are only added at the end. So a walker jumps over nothing but what was taken out. It may visit what was taken out already,
   * and may or may not visit what was added meanwhile.
   *
   *   entry: NEW ──add──▶ IN ──remove──▶ OUT
   *           └──────remove─────────────▶ OUT    then the add does nothing: whoever ends the entry may be faster
   *
   * number is given by add, in order; it is published with the entry.
   *
   * Check with: LinkedSetTest, LinkedSetStress.
   */

  /**
   * What can be in a set.
   *
   * @param <E> the type itself
   */
  public abstract static class Entry<E extends Entry<E>> {
    private volatile @Nullable E next;
    private @Nullable E previous; // guarded by the set
    private State state = State.NEW; // guarded by the set
    private long
        number; // guarded by the set; does not change any more when a walker sees the entry

    /** Creates an entry that is in no set. */
    protected Entry() {}

    /** {@return its place in the order of all that were added, from 1; for walkers} */
    public final long number() {
      return number;
    }

    /** {@return the entry behind this one, or null; any thread} */
    public final @Nullable E next() {
      return next;
    }
  }

  private enum State {
    NEW,
    IN,
    OUT
  }

  private volatile @Nullable E first;
  private @Nullable E last;
  private int size;
  private long added;

  /** Creates an empty set. */
  public LinkedSet() {}

  private static <E extends Entry<E>> @Nullable E previousOf(E entry) {
    Entry<E> links = entry;
    return links.previous;
  }

  /** Adds a new entry at the end. Returns false, without effect, if it was removed before. */
  public synchronized boolean add(E entry) {
    Entry<E> links = entry;
    if (links.state == State.OUT) {
      return false;
    }
    links.state = State.IN;
    links.number = ++added;
    links.previous = last;
    size++;
    link(last, entry);
    last = entry;
    return true;
  }

  /** {@return the number of the entry that was added last; 0 if there was none} */
  public synchronized long lastNumber() {
    return added;
  }

  /** Takes an entry out, for good. Returns false if it is not in the set. */
  public synchronized boolean remove(E entry) {
    Entry<E> removed = entry;
    boolean wasIn = removed.state == State.IN;
    removed.state = State.OUT;
    if (!wasIn) {
      return false;
    }
    size--;
    E before = previousOf(entry);
    E after = removed.next;
    removed.previous = null;
    link(before, after);
    if (after == null) {
      last = before;
    } else {
      Entry<E> behind = after;
      behind.previous = before;
    }
    return true;
  }

  private void link(@Nullable E before, @Nullable E after) {
    if (before == null) {
      first = after;
    } else {
      Entry<E> ahead = before;
      ahead.next = after;
    }
  }

  /** {@return the entry that was added first, or null if there is none; any thread} */
  public @Nullable E first() {
    return first;
  }

  /** {@return whether there is no entry; any thread} */
  public boolean isEmpty() {
    return first == null;
  }

  /** {@return how many entries there are} */
  public synchronized int size() {
    return size;
  }
}
