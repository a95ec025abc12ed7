package io.selvage.kernel.jvm;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Errands ordered by the time of their next run. A binary heap in which each errand knows its
 * index, so that any errand can be removed. Not thread-safe.
 */
public final class ErrandQueue {
  private @Nullable Errand[] heap = new @Nullable Errand[16];
  private int size;

  /** Reserves space for {@code count} errands at the same time. */
  void reserve(int count) {
    if (count > heap.length) {
      heap = Arrays.copyOf(heap, Math.max(count, 2 * heap.length));
    }
  }

  boolean isEmpty() {
    return size == 0;
  }

  /** {@return the time at which the first errand runs; the queue is not empty} */
  long firstDue() {
    return at(0).due;
  }

  /** Adds an errand that is in no queue. Space was reserved, so this needs no memory. */
  void add(Errand errand, long due) {
    errand.due = due;
    siftUp(size++, errand);
  }

  /** Removes and returns the first errand; the queue is not empty. */
  Errand poll() {
    Errand first = at(0);
    remove(first);
    return first;
  }

  /** Removes an errand that is in this queue. */
  void remove(Errand errand) {
    int place = errand.place;
    Errand last = at(--size);
    heap[size] = null;
    errand.place = Errand.RUNNING;
    if (last != errand) {
      siftDown(place, last);
      if (heap[place] == last) {
        siftUp(place, last);
      }
    }
  }

  @SuppressWarnings("NullAway") // below size no place is empty
  private Errand at(int place) {
    return heap[place];
  }

  private void siftUp(int from, Errand errand) {
    int place = from;
    while (place > 0) {
      int up = (place - 1) >>> 1;
      Errand parent = at(up);
      if (errand.due - parent.due >= 0) {
        break;
      }
      put(place, parent);
      place = up;
    }
    put(place, errand);
  }

  private void siftDown(int from, Errand errand) {
    int place = from;
    int half = size >>> 1;
    while (place < half) {
      int child = 2 * place + 1;
      int right = child + 1;
      if (right < size && at(right).due - at(child).due < 0) {
        child = right;
      }
      Errand smaller = at(child);
      if (errand.due - smaller.due <= 0) {
        break;
      }
      put(place, smaller);
      place = child;
    }
    put(place, errand);
  }

  private void put(int place, Errand errand) {
    heap[place] = errand;
    errand.place = place;
  }
}
