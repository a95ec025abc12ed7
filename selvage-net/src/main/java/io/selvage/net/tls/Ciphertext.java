package io.selvage.net.tls;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Bytes in one direction that are encrypted: received and not unwrapped, or wrapped and not sent. */
final class Ciphertext {
  /*
   * The bytes are in buffer, between its position and its limit; buffer is null if there are none. Used by one thread at a time.
   */
  private static final ByteBuffer NONE = ByteBuffer.allocate(0).asReadOnlyBuffer();

  private @Nullable ByteBuffer buffer;

  boolean isEmpty() {
    return buffer == null;
  }

  /** {@return the bytes; the caller moves the position, and calls {@link #taken}} */
  ByteBuffer bytes() {
    ByteBuffer now = buffer;
    return now == null ? NONE : now;
  }

  /** Bytes were taken: gives the buffer back if there are none left. */
  void taken() {
    ByteBuffer now = buffer;
    if (now != null && !now.hasRemaining()) {
      buffer = null;
      HeapBuffers.giveBack(now);
    }
  }

  /** {@return whether so many bytes can be added without a larger buffer} */
  boolean hasRoom(int count) {
    ByteBuffer now = buffer;
    return now == null
        ? count <= HeapBuffers.SIZE
        : count <= now.capacity() - now.remaining() && now.capacity() >= HeapBuffers.SIZE;
  }

  /**
   * {@return a buffer of its own with room for at least {@code count} more bytes, which the caller
   * fills; {@link #added} or {@link #taken} ends that}
   */
  ByteBuffer room(int count) {
    ByteBuffer now = buffer;
    if (now == null) {
      now = (count > HeapBuffers.SIZE ? ByteBuffer.allocate(count) : HeapBuffers.borrow()).limit(0);
    } else if (now.capacity() - now.remaining() < count || now.capacity() < HeapBuffers.SIZE) {
      now = larger(now, now.remaining() + count);
    } else if (now.capacity() - now.limit() < count) {
      now.compact().flip();
    }
    buffer = now;
    return now.duplicate().limit(now.capacity()).position(now.limit());
  }

  private static ByteBuffer larger(ByteBuffer now, int size) {
    ByteBuffer larger = size > HeapBuffers.SIZE ? ByteBuffer.allocate(size) : HeapBuffers.borrow();
    larger.put(now).flip();
    HeapBuffers.giveBack(now);
    return larger;
  }

  /** The room was filled up to its position. */
  void added(ByteBuffer room) {
    ByteBuffer now = buffer;
    if (now != null) {
      now.limit(room.position());
      taken();
    }
  }

  /** The thread is going to wait: keeps no more memory than the bytes need, if that is possible. */
  void shrink() {
    ByteBuffer now = buffer;
    if (now == null || now.capacity() < HeapBuffers.SIZE || now.remaining() > now.capacity() / 2) {
      return;
    }
    ByteBuffer small;
    try {
      small = ByteBuffer.allocate(now.remaining());
    } catch (OutOfMemoryError e) {
      return; // the large one is as good
    }
    buffer = small.put(now).flip();
    HeapBuffers.giveBack(now);
  }
}
