package io.selvage.net.framing;

import io.selvage.net.FrameTooLongException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Objects;

/**
 * Bytes before a delimiter, which is not part of the message.
 *
 * {@snippet class="io.selvage.net.framing.FramingSnippets" region="delimiter"}
 *
 * <p>Immutable; {@code withX} returns a copy.
 */
public final class DelimiterFormat implements FrameFormat<byte[]> {
  private final byte[] delimiter;
  private final int limit;
  private final boolean lastUnended;

  private DelimiterFormat(byte[] delimiter, int limit, boolean lastUnended) {
    this.delimiter = delimiter;
    this.limit = limit;
    this.lastUnended = lastUnended;
  }

  /**
   * {@return messages before this delimiter}
   *
   * @param delimiter at least one byte; it is copied
   * @param limit the greatest number of bytes of a message, without the delimiter; 0 or more
   * @throws IllegalArgumentException if the delimiter is empty, or the limit is negative
   */
  public static DelimiterFormat of(byte[] delimiter, int limit) {
    if (Objects.requireNonNull(delimiter, "delimiter").length == 0) {
      throw new IllegalArgumentException("delimiter must not be empty");
    }
    return new DelimiterFormat(delimiter.clone(), Limits.check(limit, delimiter.length), false);
  }

  /**
   * {@return a copy that takes what comes between the last delimiter and the end of the stream as a
   * message} Otherwise this is an {@link java.io.EOFException}.
   */
  public DelimiterFormat withLastMessageUnended() {
    return new DelimiterFormat(delimiter, limit, true);
  }

  @Override
  public int length(ByteBuffer arrived, int seen, boolean ended) throws IOException {
    int first = Math.max(0, Limits.checkSeen(arrived, seen) - delimiter.length + 1);
    int count = arrived.remaining();
    int last = count - delimiter.length;
    for (int i = first; i <= last; i++) {
      if (isAt(arrived, i)) {
        throwIfTooLong(i);
        return i + delimiter.length;
      }
    }
    if (ended && lastUnended) {
      throwIfTooLong(count);
      return count;
    }
    throwIfTooLong(last + 1); // the first place at which the delimiter can still be
    return 0;
  }

  private boolean isAt(ByteBuffer bytes, int index) {
    for (int i = 0; i < delimiter.length; i++) {
      if (bytes.get(index + i) != delimiter[i]) {
        return false;
      }
    }
    return true;
  }

  private void throwIfTooLong(int count) throws FrameTooLongException {
    if (count > limit) {
      throw new FrameTooLongException(
          "a message has more than " + limit + " bytes before its delimiter");
    }
  }

  @Override
  public byte[] decode(ByteBuffer frame) {
    int count = Objects.requireNonNull(frame, "frame").remaining();
    int end = count - delimiter.length;
    byte[] message = new byte[end >= 0 && isAt(frame, end) ? end : count];
    frame.get(frame.position(), message);
    return message;
  }

  /**
   * {@inheritDoc}
   *
   * @throws IllegalArgumentException if the delimiter would be found before the end of the message
   */
  @Override
  public ByteBuffer[] encode(byte[] message) throws IOException {
    throwIfTooLong(Objects.requireNonNull(message, "message").length);
    for (int i = 0; i < message.length; i++) {
      if (isFoundAt(message, i)) {
        throw new IllegalArgumentException(
            "message must not contain the delimiter, had it at index " + i);
      }
    }
    return new ByteBuffer[] {ByteBuffer.wrap(message), ByteBuffer.wrap(delimiter.clone())};
  }

  /** Whether the message with the delimiter behind it has the delimiter at this index. */
  private boolean isFoundAt(byte[] message, int index) {
    for (int i = 0; i < delimiter.length; i++) {
      int at = index + i;
      byte value = at < message.length ? message[at] : delimiter[at - message.length];
      if (value != delimiter[i]) {
        return false;
      }
    }
    return true;
  }

  @Override
  public String toString() {
    return "messages of at most "
        + limit
        + " bytes before a delimiter of "
        + delimiter.length
        + " bytes";
  }
}
