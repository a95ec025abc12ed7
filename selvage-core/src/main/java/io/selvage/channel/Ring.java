package io.selvage.channel;

import io.selvage.kernel.Exhaustion;
import org.jspecify.annotations.Nullable;

/**
 * A first-in, first-out queue in an array that grows. Not thread-safe.
 *
 * <p>Unlike {@link java.util.ArrayDeque} it grows before it accepts an item: if there is no memory
 * for that, it stays unchanged.
 */
final class Ring<T> {
  private static final int FIRST_LENGTH = 16; // a power of two, as every length

  private @Nullable Object[] items = new Object[FIRST_LENGTH];
  private int head; // the index of the first item
  private int size;

  void add(T item) {
    if (size == items.length) {
      grow();
    }
    items[head + size & items.length - 1] = item;
    size++;
  }

  private void grow() {
    Exhaustion.point("Channel.send");
    @Nullable Object[] larger = new Object[items.length * 2];
    int toTheEnd = items.length - head;
    System.arraycopy(items, head, larger, 0, toTheEnd);
    System.arraycopy(items, 0, larger, toTheEnd, head);
    items = larger;
    head = 0;
  }

  @SuppressWarnings("unchecked") // add stores only a T
  @Nullable T peek() {
    return (T) items[head];
  }

  @Nullable T poll() {
    T first = peek();
    if (first != null) {
      items[head] = null;
      head = head + 1 & items.length - 1;
      size--;
    }
    return first;
  }

  int size() {
    return size;
  }
}
