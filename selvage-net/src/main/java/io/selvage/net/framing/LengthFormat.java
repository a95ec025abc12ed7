package io.selvage.net.framing;

import io.selvage.net.FrameTooLongException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Objects;

/**
 * Bytes behind a prefix that says how many they are. The limit is checked as soon as the prefix has
 * arrived, before memory is used for the message.
 *
 * {@snippet class="io.selvage.net.framing.FramingSnippets" region="length"}
 *
 * <p>Immutable; {@code withX} returns a copy.
 */
public final class LengthFormat implements FrameFormat<byte[]> {
  private final int prefix;
  private final int limit;
  private final ByteOrder order;

  private LengthFormat(int prefix, int limit, ByteOrder order) {
    this.prefix = prefix;
    this.limit = limit;
    this.order = order;
  }

  /**
   * {@return messages behind an unsigned number in big-endian order}
   *
   * @param prefix how many bytes the number has: 1, 2, 4 or 8
   * @param limit the greatest number of bytes of a message, 0 or more; not more than the prefix can
   *     say
   * @throws IllegalArgumentException if one of them is out of range
   */
  public static LengthFormat of(int prefix, int limit) {
    if (prefix != 1 && prefix != 2 && prefix != 4 && prefix != 8) {
      throw new IllegalArgumentException("prefix must be 1, 2, 4 or 8 bytes, was " + prefix);
    }
    int checked = Limits.check(limit, prefix);
    if (prefix < 4 && checked >= 1 << (8 * prefix)) {
      throw new IllegalArgumentException(
          "limit must be from 0 to "
              + ((1 << (8 * prefix)) - 1)
              + " for a prefix of "
              + prefix
              + " bytes, was "
              + limit);
    }
    return new LengthFormat(prefix, checked, ByteOrder.BIG_ENDIAN);
  }

  /**
   * {@return a copy with another order of the bytes of the prefix}
   *
   * @param other big-endian or little-endian
   */
  public LengthFormat withOrder(ByteOrder other) {
    return new LengthFormat(prefix, limit, Objects.requireNonNull(other, "other"));
  }

  @Override
  public int length(ByteBuffer arrived, int seen, boolean ended) throws IOException {
    var unused = Limits.checkSeen(arrived, seen);
    if (arrived.remaining() < prefix) {
      return 0;
    }
    long count = number(arrived.duplicate().order(order));
    if (count < 0 || count > limit) {
      throw new FrameTooLongException(
          "a message has " + Long.toUnsignedString(count) + " bytes; the limit is " + limit);
    }
    return prefix + (int) count;
  }

  private long number(ByteBuffer arrived) {
    return switch (prefix) {
      case 1 -> Byte.toUnsignedLong(arrived.get(0));
      case 2 -> Short.toUnsignedLong(arrived.getShort(0));
      case 4 -> Integer.toUnsignedLong(arrived.getInt(0));
      default -> arrived.getLong(0);
    };
  }

  @Override
  public byte[] decode(ByteBuffer frame) {
    byte[] message = new byte[Objects.requireNonNull(frame, "frame").remaining() - prefix];
    frame.get(frame.position() + prefix, message);
    return message;
  }

  @Override
  public ByteBuffer[] encode(byte[] message) throws IOException {
    int count = Objects.requireNonNull(message, "message").length;
    if (count > limit) {
      throw new FrameTooLongException("a message has " + count + " bytes; the limit is " + limit);
    }
    ByteBuffer head = ByteBuffer.allocate(prefix).order(order);
    switch (prefix) {
      case 1 -> head.put((byte) count);
      case 2 -> head.putShort((short) count);
      case 4 -> head.putInt(count);
      default -> head.putLong(count);
    }
    return new ByteBuffer[] {head.flip(), ByteBuffer.wrap(message)};
  }

  @Override
  public String toString() {
    return "messages of at most " + limit + " bytes behind a length of " + prefix + " bytes";
  }
}
