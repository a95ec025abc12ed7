package io.selvage.net;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Bytes that a stream has taken from its connection and the program has not received yet. Used by
 * one thread at a time, the one that receives.
 */
final class Unread {
  /*
   * The bytes are in buffer, between its position and its limit. buffer is null if there are none, except between room and filled. It is a borrowed one
   * while bytes come in. Before the thread waits, the rest moves to the heap, a small one to a buffer of its own size (shrink). So a connection that is
   * silent within a message keeps little memory, and none of that outside of the heap, of which there may be too little for many connections. A large buffer of which only a small part is used is replaced as soon as bytes are removed.
   *
   * Room is made before bytes are taken from the connection: if there is no memory for it, nothing is lost.
   *
   * Check with: UnreadTest.
   */
  private static final int SMALL = AbstractByteStream.CHUNK / 2;
  private static final int LARGEST = Integer.MAX_VALUE - 8; // the JDK has no longer arrays

  private @Nullable ByteBuffer buffer;
  private boolean borrowed;
  private @Nullable ByteBuffer filling; // the room of buffer, while it is filled

  boolean isEmpty() {
    return size() == 0;
  }

  int size() {
    return buffer == null ? 0 : buffer.remaining();
  }

  /** {@return the memory that is kept, in bytes} */
  int capacity() {
    return buffer == null ? 0 : buffer.capacity();
  }

  /** {@return a buffer with room for more, for the caller to fill; {@link #filled} ends that} */
  ByteBuffer room() {
    boolean made = false;
    try {
      ByteBuffer all = withRoom();
      ByteBuffer room = all.duplicate().clear().position(all.limit()).slice();
      filling = room;
      made = true;
      return room;
    } finally {
      if (!made) {
        dropIfEmpty();
      }
    }
  }

  private ByteBuffer withRoom() {
    ByteBuffer now = buffer;
    if (now == null) {
      ByteBuffer chunk = Buffers.borrow().limit(0);
      borrowed = true;
      buffer = chunk;
      return chunk;
    }
    if (!borrowed && now.remaining() < SMALL) {
      ByteBuffer chunk = Buffers.borrow();
      chunk.put(now).flip();
      borrowed = true;
      buffer = chunk;
      return chunk;
    }
    return now.limit() == now.capacity() ? makeRoom(now) : now;
  }

  private ByteBuffer makeRoom(ByteBuffer full) {
    if (full.remaining() <= full.capacity() / 2) {
      return full.compact().flip();
    }
    if (full.capacity() == LARGEST) {
      throw new OutOfMemoryError("a stream cannot keep more than " + LARGEST + " bytes");
    }
    return replace(full, (int) Math.min(LARGEST, 2L * full.capacity()));
  }

  /** Moves the bytes to a buffer on the heap. */
  private ByteBuffer replace(ByteBuffer old, int capacity) {
    ByteBuffer other = ByteBuffer.allocate(capacity);
    other.put(old).flip();
    drop(old);
    buffer = other;
    return other;
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

  /** The thread is going to wait: gives the borrowed buffer back, if that is possible. */
  void shrink() {
    ByteBuffer now = buffer;
    if (now != null && borrowed) {
      int count = now.remaining();
      replaceIfPossible(now, count < SMALL ? count : now.capacity());
    }
  }

  private void replaceIfPossible(ByteBuffer old, int capacity) {
    try {
      var unused = replace(old, capacity);
    } catch (OutOfMemoryError e) {
      // the old one is as good
    }
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
      ByteBuffer now = now();
      now.position(now.position() + count);
      if (!now.hasRemaining()) {
        clear();
      } else if (now.capacity() > 2 * AbstractByteStream.CHUNK
          && now.remaining() < now.capacity() / 4) {
        replaceIfPossible(now, now.remaining());
      }
    }
  }

  /** Forgets all bytes. */
  void clear() {
    ByteBuffer now = buffer;
    if (now != null) {
      buffer = null;
      drop(now);
    }
  }

  /** {@return the first bytes, which stay here; not to be used after the next change} */
  ByteBuffer view(int count) {
    ByteBuffer now = now();
    return now.slice(now.position(), count).asReadOnlyBuffer();
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
    if (isEmpty()) {
      clear();
    }
  }

  private void drop(ByteBuffer old) {
    if (borrowed) {
      borrowed = false;
      Buffers.giveBack(old);
    }
  }
}
