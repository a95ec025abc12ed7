package io.selvage.channel;

import org.jspecify.annotations.Nullable;

/**
 * The items that wait in a channel for a receiver, in the order in which they will be received.
 * Guarded by the lock of the channel, except for {@link #keyOf}.
 */
interface Buffer<T> {

  /**
   * {@return the key to pass to {@link #add} with the item}; may run foreign code (code that is not
   * part of the library), so it is called without the lock.
   */
  long keyOf(T item);

  void add(T item, long key);

  /** {@return the item that is received next, or null if there is none now} */
  @Nullable T peek();

  /** {@return that item, after removing it} */
  @Nullable T poll();

  /**
   * {@return an item, after removing it, even one that cannot be received now; null if the buffer
   * is empty}
   */
  @Nullable T drain();

  int size();

  /** {@return whether the item that was added first is received first, and none is held back} */
  boolean isOrdered();

  /** No more items will be added: from now on all items in the buffer can be received. */
  void seal();

  /** First in, first out. */
  final class Fifo<T> implements Buffer<T> {
    private final Ring<T> ring = new Ring<>();

    @Override
    public long keyOf(T item) {
      return 0;
    }

    @Override
    public void add(T item, long key) {
      ring.add(item);
    }

    @Override
    public @Nullable T peek() {
      return ring.peek();
    }

    @Override
    public @Nullable T poll() {
      return ring.poll();
    }

    @Override
    public @Nullable T drain() {
      return ring.poll();
    }

    @Override
    public int size() {
      return ring.size();
    }

    @Override
    public boolean isOrdered() {
      return true;
    }

    @Override
    public void seal() {}
  }
}
