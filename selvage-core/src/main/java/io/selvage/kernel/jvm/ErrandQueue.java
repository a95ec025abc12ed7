package io.selvage.kernel.jvm;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Errands by the time at which they are to run: a binary heap in which each knows its place, so
 * that one can be taken out anywhere. Not thread-safe.
 */
public final class ErrandQueue {
  private @Nullable Errand[] heap = new @Nullable Errand[16];
  private int size;

  /** Makes room for {@code count} errands at once. */
  void reserve(int count) {
    if (count > heap.length) {
      heap = Arrays.copyOf(heap, Math.max(count, 2 * heap.length));
    }
  }

  boolean isEmpty() {
    return size == 0;
  }

  /** {@return when the first one is to run; there is one} */
  long firstDue() {
    return at(0).due;
  }

  /** Adds one that is in no queue. Room was reserved, so that this needs no memory. */
  void add(Errand errand, long due) {
    errand.due = due;
    siftUp(size++, errand);
  }

  /** Takes out the first one; there is one. */
  Errand poll() {
    Errand first = at(0);
    remove(first);
    return first;
  }

  /** Takes one out that is in this queue. */
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

  @SuppressWarnings("NullAway") // below size there is one in each place
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
