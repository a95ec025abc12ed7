package io.selvage.kernel.support;

import org.jspecify.annotations.Nullable;

/**
 * A set of entries in the order in which they were added. Adding and removing take constant time
 * and allocate nothing: the links are part of the entries. Any thread.
 *
 * @param <E> the type of the entries, each of which is added to one set, once
 */
public final class LinkedSet<E extends LinkedSet.Entry<E>> {
  /*
   * Protocol. The links, last and size are guarded by this object's monitor, which is held only for a few writes. Foreign code (code that is not part
   * of the library) cannot hold it. first and next are volatile, so that a walker needs no lock:
   *
   *   for (E entry = set.first(); entry != null; entry = entry.next())
   *
   * ends when other threads stop adding. A walker that must not depend on them stops at the number that was the last one when the walk began.
   *
   * A removed entry keeps its next, so a walker that is on it can continue. The walker finds each entry that was in the set when the walk began and
   * is still in it when the walk comes to its place. Proof: each entry that the walker visits was in the set at some time after the walk began. Its
   * next, as read, followed it in the set at that time or when the entry was removed, and entries are only added at the end. So a walker skips only
   * removed entries. It may visit entries that were removed already, and may or may not visit entries that were added meanwhile.
   *
   *   entry: NEW ──add──▶ IN ──remove──▶ OUT
   *           └──────remove─────────────▶ OUT    then the add does nothing: the entry may end before it is added
   *
   * number is given by add, in order; it is published with the entry.
   *
   * Check with: LinkedSetTest, LinkedSetStress.
   */

  /**
   * An entry of a set.
   *
   * @param <E> the type itself
   */
  public abstract static class Entry<E extends Entry<E>> {
    private volatile @Nullable E next;
    private @Nullable E previous; // guarded by the set
    private State state = State.NEW; // guarded by the set
    private long
        number; // guarded by the set; does not change any more once a walker can see the entry

    /** Creates an entry that is in no set. */
    protected Entry() {}

    /** {@return its position in the order of all entries ever added, from 1; for walkers} */
    public final long number() {
      return number;
    }

    /** {@return the entry after this one, or null; any thread} */
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

  /** Removes an entry; it cannot be added again. Returns false if it is not in the set. */
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
