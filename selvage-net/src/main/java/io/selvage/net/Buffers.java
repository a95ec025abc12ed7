package io.selvage.net;

import io.selvage.kernel.jvm.SpinLock;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Buffers of {@link AbstractByteStream#CHUNK} bytes outside of the heap, used again and again. */
final class Buffers {
  /*
   * Protocol. A thread borrows a buffer for a few system calls, never while it waits. So there are as many as threads that read at the same moment.
   * Those that are not in use are kept up to MOST. Guarded by LOCK.
   *
   * Check with: BuffersTest, UnreadTest.
   */
  private static final int MOST = 16;
  private static final SpinLock LOCK = new SpinLock();
  private static final @Nullable ByteBuffer[] FREE = new ByteBuffer[MOST];
  private static int free;

  private Buffers() {}

  /** {@return an empty buffer, which only the calling thread uses until it gives it back} */
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
    return ByteBuffer.allocateDirect(AbstractByteStream.CHUNK);
  }

  /** Gives back a buffer that was borrowed; the caller must not use it any more. */
  static void giveBack(ByteBuffer buffer) {
    LOCK.lock();
    try {
      if (free < MOST) {
        FREE[free++] = buffer;
      }
    } finally {
      LOCK.unlock();
    }
  }

  /** {@return how many bytes several buffers have} */
  static long remaining(ByteBuffer[] buffers) {
    long count = 0;
    for (ByteBuffer buffer : buffers) {
      count += buffer.remaining();
    }
    return count;
  }

  /** {@return how many buffers are kept for the next threads} */
  static int kept() {
    LOCK.lock();
    try {
      return free;
    } finally {
      LOCK.unlock();
    }
  }
}
