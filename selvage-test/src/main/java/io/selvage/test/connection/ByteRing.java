package io.selvage.test.connection;

import java.nio.ByteBuffer;

/** Bytes, first in, first out, up to a capacity. Not thread-safe. */
final class ByteRing {
  private static final int FIRST = 64;

  private final int capacity;
  private byte[] bytes;
  private int head;
  private int size;

  ByteRing(int capacity) {
    this.capacity = capacity;
    this.bytes = new byte[Math.min(capacity, FIRST)];
  }

  int size() {
    return size;
  }

  int room() {
    return capacity - size;
  }

  /** Takes in {@code count} bytes, for which there is room. */
  void put(ByteBuffer from, int count) {
    reserve(size + count);
    int tail = (int) ((head + (long) size) % bytes.length);
    int straight = Math.min(count, bytes.length - tail);
    from.get(bytes, tail, straight);
    from.get(bytes, 0, count - straight);
    size += count;
  }

  /** Gives out {@code count} bytes, which are there. */
  void take(ByteBuffer into, int count) {
    int straight = Math.min(count, bytes.length - head);
    into.put(bytes, head, straight);
    into.put(bytes, 0, count - straight);
    size -= count;
    head = size == 0 ? 0 : (int) ((head + (long) count) % bytes.length);
  }

  void clear() {
    head = 0;
    size = 0;
  }

  private void reserve(int needed) {
    if (needed <= bytes.length) {
      return;
    }
    byte[] larger = new byte[(int) Math.min(capacity, Math.max(needed, bytes.length * 2L))];
    int straight = Math.min(size, bytes.length - head);
    System.arraycopy(bytes, head, larger, 0, straight);
    System.arraycopy(bytes, 0, larger, straight, size - straight);
    bytes = larger;
    head = 0;
  }
}
