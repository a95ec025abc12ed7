package io.selvage.net.framing;

import io.selvage.net.FrameTooLongException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;

/**
 * Lines of text. A line that arrives ends with a line feed, or with a carriage return and a line
 * feed; neither is part of the message.
 *
 * {@snippet class="io.selvage.net.framing.FramingSnippets" region="lines"}
 *
 * <p>Immutable; {@code withX} returns a copy.
 */
public final class LineFormat implements FrameFormat<String> {
  private static final byte LF = '\n';
  private static final byte CR = '\r';

  private final int limit;
  private final Charset charset;
  private final boolean crLf;
  private final boolean lastUnended;

  private LineFormat(int limit, Charset charset, boolean crLf, boolean lastUnended) {
    this.limit = limit;
    this.charset = charset;
    this.crLf = crLf;
    this.lastUnended = lastUnended;
  }

  /**
   * {@return lines in UTF-8; those that are sent end with a line feed}
   *
   * @param limit the greatest number of bytes of a line, without its end; 0 or more
   * @throws IllegalArgumentException if it is negative
   */
  public static LineFormat of(int limit) {
    return new LineFormat(Limits.check(limit, 2), StandardCharsets.UTF_8, false, false);
  }

  /**
   * {@return a copy with another charset}
   *
   * @param other one in which a line feed and a carriage return are one byte each, as in ASCII
   * @throws IllegalArgumentException if it is another one, such as UTF-16
   */
  public LineFormat withCharset(Charset other) {
    Objects.requireNonNull(other, "other");
    if (!other.canEncode() || !Arrays.equals("\r\n".getBytes(other), new byte[] {CR, LF})) {
      throw new IllegalArgumentException(
          "other must be a charset with the line ends of ASCII, was " + other);
    }
    return new LineFormat(limit, other, crLf, lastUnended);
  }

  /** {@return a copy that sends a carriage return and a line feed at the end of each line} */
  public LineFormat withCrLf() {
    return new LineFormat(limit, charset, true, lastUnended);
  }

  /**
   * {@return a copy that takes what comes between the last line end and the end of the stream as a
   * line} Otherwise this is an {@link java.io.EOFException}.
   */
  public LineFormat withLastLineUnended() {
    return new LineFormat(limit, charset, crLf, true);
  }

  @Override
  public int length(ByteBuffer arrived, int seen, boolean ended) throws IOException {
    int first = Limits.checkSeen(arrived, seen);
    int count = arrived.remaining();
    for (int i = first; i < count; i++) {
      if (arrived.get(i) == LF) {
        throwIfTooLong(withoutCr(arrived, i));
        return i + 1;
      }
    }
    boolean last = ended && lastUnended;
    throwIfTooLong(last ? count : withoutCr(arrived, count));
    return last ? count : 0;
  }

  private static int withoutCr(ByteBuffer bytes, int count) {
    return count > 0 && bytes.get(count - 1) == CR ? count - 1 : count;
  }

  private void throwIfTooLong(int count) throws FrameTooLongException {
    if (count > limit) {
      throw new FrameTooLongException("a line has more than " + limit + " bytes");
    }
  }

  @Override
  public String decode(ByteBuffer frame) throws IOException {
    int count = Objects.requireNonNull(frame, "frame").remaining();
    if (frame.get(count - 1) == LF) {
      count = withoutCr(frame, count - 1);
    }
    try {
      return charset.newDecoder().decode(frame.slice(0, count)).toString();
    } catch (CharacterCodingException e) {
      throw new IOException("a line of " + count + " bytes is not valid " + charset, e);
    }
  }

  /**
   * {@inheritDoc}
   *
   * @throws IllegalArgumentException if the line contains a line feed, ends with a carriage return,
   *     or has a character that the charset does not have
   */
  @Override
  public ByteBuffer[] encode(String line) throws IOException {
    int feed = Objects.requireNonNull(line, "line").indexOf('\n');
    if (feed >= 0) {
      throw new IllegalArgumentException(
          "line must not contain a line feed, had one at index " + feed + "; send several lines");
    }
    if (line.endsWith("\r")) {
      throw new IllegalArgumentException(
          "line must not end with a carriage return; the line end is added");
    }
    ByteBuffer bytes;
    try {
      bytes = charset.newEncoder().encode(CharBuffer.wrap(line));
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException(
          "line must have characters of " + charset + " only, had others", e);
    }
    throwIfTooLong(bytes.remaining());
    return new ByteBuffer[] {bytes, ByteBuffer.wrap(crLf ? new byte[] {CR, LF} : new byte[] {LF})};
  }

  @Override
  public String toString() {
    return "lines in " + charset + " of at most " + limit + " bytes";
  }
}
