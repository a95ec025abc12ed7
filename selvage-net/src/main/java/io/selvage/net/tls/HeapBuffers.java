package io.selvage.net.tls;

import io.selvage.kernel.jvm.SpinLock;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Buffers for records that are encrypted, used again and again. They are on the heap: the ciphers
 * of the JDK would copy others into arrays.
 */
final class HeapBuffers {
  /*
   * Protocol. A thread borrows a buffer for records that it has to unwrap or to send. Those that are not in use are kept up to MOST. Guarded by LOCK.
   */
  static final int SIZE = 1 << 16; // room for three records of the usual greatest size

  private static final int MOST = 32;
  private static final SpinLock LOCK = new SpinLock();
  private static final @Nullable ByteBuffer[] FREE = new ByteBuffer[MOST];
  private static int free;

  private HeapBuffers() {}

  /** {@return an empty buffer, which only the caller uses until it is given back} */
  static ByteBuffer borrow() {
    LOCK.lock();
    try {
      if (free > 0) {
        ByteBuffer kept = FREE[--free];
        FREE[free] = null;
        if (kept != null) {
          return kept.clear();
        }
      }
    } finally {
      LOCK.unlock();
    }
    return ByteBuffer.allocate(SIZE);
  }

  /** Gives back a buffer; one that is not of the usual size is left to the collector. */
  static void giveBack(ByteBuffer buffer) {
    if (buffer.capacity() != SIZE) {
      return;
    }
    LOCK.lock();
    try {
      if (free < MOST) {
        FREE[free++] = buffer;
      }
    } finally {
      LOCK.unlock();
    }
  }
}
