package io.selvage.channel;

import org.jspecify.annotations.Nullable;

/**
 * What waits in a channel for a receiver, in the order in which it is to be received. Guarded by
 * the lock of the channel, except for {@link #keyOf}.
 */
interface Buffer<T> {

  /**
   * {@return what {@link #add} is to be given with the item}; may run foreign code, so it is called
   * without the lock.
   */
  long keyOf(T item);

  void add(T item, long key);

  /** {@return the item to be received next, or null if there is none now} */
  @Nullable T peek();

  /** {@return that item, taken out} */
  @Nullable T poll();

  /**
   * {@return an item, taken out, also one that is not to be received now; null if the buffer is
   * empty}
   */
  @Nullable T drain();

  int size();

  /** No more items will come: all that are here are to be received. */
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
    public void seal() {}
  }
}
