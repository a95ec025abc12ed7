package io.selvage.net;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Bytes that a stream has taken from its connection and the program has not received yet. Used by
 * one thread at a time, the one that receives.
 */
final class Unread {
  /*
   * The bytes are in buffer, between its position and its limit. buffer is null if there are none. It is a borrowed one while bytes come in; before the
   * thread waits, a small rest moves to a buffer of its own size (shrink), so that a connection that is silent within a message keeps little memory.
   *
   * Room is made before bytes are taken from the connection: if there is no memory for it, nothing is lost.
   */
  private static final int SMALL = AbstractByteStream.CHUNK / 2;

  private @Nullable ByteBuffer buffer;
  private boolean borrowed;
  private @Nullable ByteBuffer filling; // the room of buffer, while it is filled

  boolean isEmpty() {
    return buffer == null;
  }

  int size() {
    return buffer == null ? 0 : buffer.remaining();
  }

  /** {@return a buffer with room for more, for the caller to fill; {@link #filled} ends that} */
  ByteBuffer room() {
    ByteBuffer now = buffer;
    if (now == null) {
      now = Buffers.borrow();
      borrowed = true;
      buffer = now.limit(0);
    } else if (!borrowed && now.remaining() < SMALL) {
      ByteBuffer chunk = Buffers.borrow();
      chunk.put(now).flip();
      borrowed = true;
      buffer = chunk;
    } else if (now.limit() == now.capacity()) {
      makeRoom(now);
    }
    ByteBuffer all = now();
    ByteBuffer room = all.duplicate().clear().position(all.limit()).slice();
    filling = room;
    return room;
  }

  private void makeRoom(ByteBuffer full) {
    if (full.remaining() <= full.capacity() / 2) {
      full.compact().flip();
      return;
    }
    ByteBuffer larger =
        ByteBuffer.allocate((int) Math.min(Integer.MAX_VALUE - 8, 2L * full.capacity()));
    larger.put(full).flip();
    drop(full);
    borrowed = false;
    buffer = larger;
  }

  /** The buffer that {@link #room} has returned was filled up to its position. */
  void filled() {
    ByteBuffer room = filling;
    if (room != null) {
      filling = null;
      now().limit(now().limit() + room.position());
      dropIfEmpty();
    }
  }

  /** The thread is going to wait: keeps no more memory than the bytes need, if that is possible. */
  void shrink() {
    ByteBuffer now = buffer;
    if (now == null || !borrowed || now.remaining() >= SMALL) {
      return;
    }
    ByteBuffer small;
    try {
      small = ByteBuffer.allocate(now.remaining());
    } catch (OutOfMemoryError e) {
      return; // the large one is as good
    }
    small.put(now).flip();
    drop(now);
    borrowed = false;
    buffer = small;
  }

  /** Moves bytes to a buffer, as many as it has room for. Returns how many. */
  int moveTo(ByteBuffer into) {
    ByteBuffer now = buffer;
    if (now == null) {
      return 0;
    }
    int count = Math.min(now.remaining(), into.remaining());
    into.put(now.slice(now.position(), count));
    skip(count);
    return count;
  }

  /** Removes and returns the first bytes. */
  byte[] take(int count) {
    byte[] taken = new byte[count];
    if (count > 0) {
      now().get(now().position(), taken);
      skip(count);
    }
    return taken;
  }

  /** Removes the first bytes. */
  void skip(int count) {
    if (count > 0) {
      now().position(now().position() + count);
      dropIfEmpty();
    }
  }

  /** {@return the index of the first occurrence at or after {@code from}, or -1} */
  int indexOf(byte[] delimiter, int from) {
    ByteBuffer now = buffer;
    if (now == null) {
      return -1;
    }
    int base = now.position();
    int last = now.remaining() - delimiter.length;
    for (int i = from; i <= last; i++) {
      if (startsAt(now, base + i, delimiter)) {
        return i;
      }
    }
    return -1;
  }

  private static boolean startsAt(ByteBuffer bytes, int index, byte[] delimiter) {
    for (int i = 0; i < delimiter.length; i++) {
      if (bytes.get(index + i) != delimiter[i]) {
        return false;
      }
    }
    return true;
  }

  private ByteBuffer now() {
    ByteBuffer now = buffer;
    if (now == null) {
      throw new IllegalStateException("there are no bytes");
    }
    return now;
  }

  private void dropIfEmpty() {
    ByteBuffer now = buffer;
    if (now != null && !now.hasRemaining()) {
      buffer = null;
      drop(now);
    }
  }

  private void drop(ByteBuffer old) {
    if (borrowed) {
      borrowed = false;
      Buffers.giveBack(old);
    }
  }
}
