package io.selvage.channel;

import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * The highest priority first, and within one priority in the order of arrival; items not above the
 * floor stay in the buffer.
 */
final class PriorityBuffer<T> implements Buffer<T> {

  private record Entry<T>(T item, long key, long number) {}

  private final ToLongFunction<? super T> priority;
  private final PriorityQueue<Entry<T>> heap =
      new PriorityQueue<>(
          Comparator.<Entry<T>>comparingLong(Entry::key)
              .reversed()
              .thenComparingLong(Entry::number));
  private long floor = Long.MIN_VALUE;
  private boolean hasFloor;
  private boolean sealed;
  private long added;

  PriorityBuffer(ToLongFunction<? super T> priority) {
    this.priority = priority;
  }

  /** Does nothing after the end of the channel: then all items can be received. */
  void setFloor(long newFloor) {
    hasFloor = !sealed;
    floor = newFloor;
  }

  void liftFloor() {
    hasFloor = false;
  }

  @Override
  public long keyOf(T item) {
    return priority.applyAsLong(item);
  }

  @Override
  public void add(T item, long key) {
    heap.add(new Entry<>(item, key, added++));
  }

  @Override
  public @Nullable T peek() {
    Entry<T> first = heap.peek();
    return first == null || (hasFloor && first.key() <= floor) ? null : first.item();
  }

  @Override
  public @Nullable T poll() {
    return peek() == null ? null : drain();
  }

  @Override
  public @Nullable T drain() {
    Entry<T> first = heap.poll();
    return first == null ? null : first.item();
  }

  @Override
  public int size() {
    return heap.size();
  }

  @Override
  public boolean isOrdered() {
    return false;
  }

  @Override
  public void seal() {
    sealed = true;
    liftFloor();
  }
}
