package io.selvage.net.framing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_16;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selvage.net.FrameTooLongException;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What each format makes of bytes, and of messages. */
@Timeout(30)
class FrameFormatTest {

  private static <T> byte[] encoded(FrameFormat<T> format, T message) throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (ByteBuffer part : format.encode(message)) {
      byte[] bytes = new byte[part.remaining()];
      part.get(bytes);
      all.write(bytes);
    }
    return all.toByteArray();
  }

  /** All messages in these bytes, which come in pieces of this size and then end. */
  private static <T> List<T> decoded(FrameFormat<T> format, byte[] bytes, int piece)
      throws Exception {
    FedStream stream = new FedStream();
    for (int i = 0; i < bytes.length; i += piece) {
      stream.feed(Arrays.copyOfRange(bytes, i, Math.min(bytes.length, i + piece)));
    }
    stream.end();
    List<T> messages = new ArrayList<>();
    FrameStream.over(stream, format).forEach(messages::add);
    return messages;
  }

  private static List<String> lines(LineFormat format, String text) throws Exception {
    List<String> atOnce = decoded(format, text.getBytes(UTF_8), 1_000_000);
    assertThat(decoded(format, text.getBytes(UTF_8), 1)).isEqualTo(atOnce);
    return atOnce;
  }

  // ---- lines

  @Test
  void linesEndWithALineFeedOrBoth() throws Exception {
    LineFormat format = LineFormat.of(5);
    assertThat(lines(format, "a\nbc\r\n\n\r\nd\re\n\r\r\näö\n"))
        .containsExactly("a", "bc", "", "", "d\re", "\r", "äö");
    assertThat(lines(format, "")).isEmpty();
  }

  @Test
  void theLimitOfALineDoesNotCountItsEnd() throws Exception {
    LineFormat format = LineFormat.of(3);
    assertThat(lines(format, "abc\nabc\r\n")).containsExactly("abc", "abc");
    for (String text : new String[] {"abcd\n", "abcd", "abc\rd", "abc\r\r\n", "abcd\r\n"}) {
      assertThatThrownBy(() -> lines(format, text))
          .isInstanceOf(FrameTooLongException.class)
          .hasMessage("a line has more than 3 bytes");
    }
    assertThat(lines(LineFormat.of(0), "\n\r\n")).containsExactly("", "");
    assertThatThrownBy(() -> format.encode("äö")).isInstanceOf(FrameTooLongException.class);
  }

  @Test
  void aLastLineWithoutEndIsAnErrorUnlessItIsAllowed() throws Exception {
    LineFormat format = LineFormat.of(5);
    assertThatThrownBy(() -> lines(format, "a\nbc")).isInstanceOf(EOFException.class);
    LineFormat lenient = format.withLastLineUnended();
    assertThat(lines(lenient, "a\nbc")).containsExactly("a", "bc");
    assertThat(lines(lenient, "a\nbc\r")).containsExactly("a", "bc\r");
    assertThat(lines(lenient, "a\n")).containsExactly("a");
    assertThatThrownBy(() -> lines(lenient, "abcde\r")).isInstanceOf(FrameTooLongException.class);
  }

  @Test
  void linesAreWrittenWithTheChosenEndAndCharset() throws Exception {
    LineFormat format = LineFormat.of(100);
    assertThat(encoded(format, "ä")).asString(UTF_8).isEqualTo("ä\n");
    assertThat(encoded(format.withCrLf().withCharset(ISO_8859_1), "ä"))
        .isEqualTo("ä\r\n".getBytes(ISO_8859_1));
    assertThat(decoded(format.withCharset(ISO_8859_1), "ä\n".getBytes(ISO_8859_1), 1))
        .containsExactly("ä");
  }

  @Test
  void whatIsNoLineIsRefused() throws Exception {
    LineFormat format = LineFormat.of(100);
    assertThatThrownBy(() -> format.encode("a\nb"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("had one at index 1");
    assertThatThrownBy(() -> format.encode("a\r")).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> format.withCharset(US_ASCII).encode("ä"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("US-ASCII");
    assertThatThrownBy(() -> format.withCharset(UTF_16))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("UTF-16");
    assertThatThrownBy(() -> decoded(format, new byte[] {(byte) 0xff, '\n'}, 1))
        .isExactlyInstanceOf(IOException.class)
        .hasMessage("a line of 1 bytes is not valid UTF-8");
    assertThatThrownBy(() -> LineFormat.of(-1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("was -1");
  }

  // ---- lengths

  @Test
  void messagesAreBehindTheirLength() throws Exception {
    byte[] abc = "abc".getBytes(US_ASCII);
    assertThat(encoded(LengthFormat.of(1, 255), abc)).containsExactly(3, 'a', 'b', 'c');
    assertThat(encoded(LengthFormat.of(2, 9), abc)).containsExactly(0, 3, 'a', 'b', 'c');
    assertThat(encoded(LengthFormat.of(4, 9), abc)).containsExactly(0, 0, 0, 3, 'a', 'b', 'c');
    assertThat(encoded(LengthFormat.of(8, 9), abc))
        .containsExactly(0, 0, 0, 0, 0, 0, 0, 3, 'a', 'b', 'c');
    for (int prefix : new int[] {2, 4, 8}) {
      byte[] little = encoded(LengthFormat.of(prefix, 9).withOrder(ByteOrder.LITTLE_ENDIAN), abc);
      assertThat(little).startsWith(3, 0).hasSize(prefix + 3);
    }
  }

  @Test
  void everyFormatGivesBackWhatItHasWrittenInPiecesOfAnySize() throws Exception {
    Random random = new Random(1);
    List<FrameFormat<byte[]>> formats = new ArrayList<>();
    for (int prefix : new int[] {1, 2, 4, 8}) {
      formats.add(LengthFormat.of(prefix, 200));
      formats.add(LengthFormat.of(prefix, 200).withOrder(ByteOrder.LITTLE_ENDIAN));
    }
    formats.add(DelimiterFormat.of(new byte[] {0}, 200));
    formats.add(DelimiterFormat.of(new byte[] {7, 7, 8}, 200));
    for (FrameFormat<byte[]> format : formats) {
      ByteArrayOutputStream all = new ByteArrayOutputStream();
      List<byte[]> messages = new ArrayList<>();
      for (int i = 0; i < 50; i++) {
        byte[] message = new byte[random.nextInt(201)];
        for (int j = 0; j < message.length; j++) {
          message[j] = (byte) (format instanceof DelimiterFormat ? 1 + j % 7 : random.nextInt());
        }
        messages.add(message);
        all.write(encoded(format, message));
      }
      for (int piece : new int[] {1, 2, 3, 7, 100, 1_000_000}) {
        List<byte[]> read = decoded(format, all.toByteArray(), piece);
        assertThat(read).as("%s, %d", format, piece).hasSameSizeAs(messages);
        for (int i = 0; i < read.size(); i++) {
          assertThat(read.get(i)).as("%s, %d", format, piece).isEqualTo(messages.get(i));
        }
      }
    }
  }

  @Test
  void aLengthOverTheLimitIsRefusedAsSoonAsItIsKnown() throws Exception {
    FedStream stream = new FedStream();
    stream.feed(new byte[] {0x7f, -1, -1, -1}); // 2 GB, of which nothing ever comes
    FrameStream<byte[]> frames = FrameStream.over(stream, LengthFormat.of(4, 1_000));
    assertThatThrownBy(frames::receive)
        .isInstanceOf(FrameTooLongException.class)
        .hasMessage("a message has 2147483647 bytes; the limit is 1000");
    assertThat(stream.receiveExactly(4)).startsWith(0x7f);
    stream.feed(new byte[] {-1, -1, -1, -1});
    assertThatThrownBy(frames::receive).hasMessageStartingWith("a message has 4294967295 bytes");
    FedStream other = new FedStream();
    other.feed(new byte[] {-1, -1, -1, -1, -1, -1, -1, -2});
    assertThatThrownBy(() -> FrameStream.over(other, LengthFormat.of(8, 1_000)).receive())
        .hasMessageStartingWith("a message has 18446744073709551614 bytes");
    assertThatThrownBy(() -> LengthFormat.of(4, 2).encode(new byte[3]))
        .isInstanceOf(FrameTooLongException.class)
        .hasMessage("a message has 3 bytes; the limit is 2");
  }

  @Test
  void aPrefixThatCannotSayTheLimitIsRefused() {
    assertThat(LengthFormat.of(2, 65_535)).isNotNull();
    assertThat(LengthFormat.of(4, Integer.MAX_VALUE - 12)).isNotNull();
    assertThatThrownBy(() -> LengthFormat.of(1, 256))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("limit must be from 0 to 255 for a prefix of 1 bytes, was 256");
    assertThatThrownBy(() -> LengthFormat.of(2, 65_536)).hasMessageContaining("0 to 65535");
    assertThatThrownBy(() -> LengthFormat.of(4, Integer.MAX_VALUE)).hasMessageContaining("was 214");
    assertThatThrownBy(() -> LengthFormat.of(3, 1)).hasMessageContaining("was 3");
    assertThatThrownBy(() -> LengthFormat.of(4, -1)).hasMessageContaining("was -1");
  }

  @Test
  void aLengthThatTheStreamDoesNotKeepIsAnError() {
    for (byte[] bytes : new byte[][] {{0}, {0, 3}, {0, 3, 'a', 'b'}}) {
      assertThatThrownBy(() -> decoded(LengthFormat.of(2, 9), bytes, 1))
          .isInstanceOf(EOFException.class);
    }
  }

  // ---- delimiters

  @Test
  void messagesEndAtTheFirstDelimiter() throws Exception {
    DelimiterFormat format = DelimiterFormat.of("ab".getBytes(US_ASCII), 3);
    byte[] bytes = "xabaabaaabab".getBytes(US_ASCII);
    for (int piece = 1; piece < 13; piece++) {
      assertThat(decoded(format, bytes, piece).stream().map(String::new))
          .containsExactly("x", "a", "aa", "");
    }
    assertThat(decoded(format, "xyzab".getBytes(US_ASCII), 1)).hasSize(1);
    for (String tooLong : new String[] {"wxyzab", "wxyzv", "xyzaa"}) {
      assertThatThrownBy(() -> decoded(format, tooLong.getBytes(US_ASCII), 1))
          .isInstanceOf(FrameTooLongException.class)
          .hasMessage("a message has more than 3 bytes before its delimiter");
    }
    assertThatThrownBy(() -> decoded(format, "xyza".getBytes(US_ASCII), 1))
        .isInstanceOf(EOFException.class);
  }

  @Test
  void aLastMessageWithoutDelimiterIsTakenIfItIsAllowed() throws Exception {
    DelimiterFormat format = DelimiterFormat.of(new byte[] {0}, 3).withLastMessageUnended();
    assertThat(decoded(format, new byte[] {1, 0, 2, 3}, 1))
        .containsExactly(new byte[] {1}, new byte[] {2, 3});
    assertThatThrownBy(() -> decoded(format, new byte[] {1, 2, 3, 4}, 1))
        .isInstanceOf(FrameTooLongException.class);
  }

  @Test
  void aMessageThatWouldEndTooEarlyIsRefused() throws Exception {
    DelimiterFormat format = DelimiterFormat.of(new byte[] {1, 1}, 9);
    assertThatThrownBy(() -> format.encode(new byte[] {0, 1, 1, 0}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("had it at index 1");
    assertThatThrownBy(() -> format.encode(new byte[] {0, 1})) // with the delimiter: 0 1 1 1
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("had it at index 1");
    assertThatThrownBy(() -> format.encode(new byte[10])).isInstanceOf(FrameTooLongException.class);
    assertThatThrownBy(() -> DelimiterFormat.of(new byte[0], 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("delimiter must not be empty");
    byte[] own = {5};
    DelimiterFormat copied = DelimiterFormat.of(own, 9);
    own[0] = 6;
    assertThat(encoded(copied, new byte[0])).containsExactly(5);
  }

  // ---- other types

  @Test
  void aFormatCanBeMappedToOtherMessages() throws Exception {
    FrameFormat<Integer> numbers =
        LineFormat.of(10)
            .map(
                line -> {
                  try {
                    return Integer.valueOf(line);
                  } catch (NumberFormatException e) {
                    throw new IOException("no number: " + line, e);
                  }
                },
                number -> Integer.toString(number));
    assertThat(encoded(numbers, 42)).asString(US_ASCII).isEqualTo("42\n");
    FedStream stream = new FedStream();
    stream.feed("7\nseven\n");
    FrameStream<Integer> frames = FrameStream.over(stream, numbers);
    assertThat(frames.receive()).isEqualTo(Optional.of(7));
    assertThatThrownBy(frames::receive).hasMessage("no number: seven");
    assertThat(stream.receiveUntil(new byte[] {'\n'}, 10)).asString().isEqualTo("seven");
  }
}
