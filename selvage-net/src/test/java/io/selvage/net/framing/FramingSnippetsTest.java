package io.selvage.net.framing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Runs the examples in the Javadoc of this package. */
@Timeout(30)
class FramingSnippetsTest {
  private final FedStream stream = new FedStream();

  @Test
  void lines() throws Exception {
    stream.feed("250 ok\r\n");
    FramingSnippets.lines(stream);
    assertThat(stream.sent()).asString(UTF_8).isEqualTo("HELO example.org\r\n250 ok\r\n");
  }

  @Test
  void length() throws Exception {
    stream.feed(new byte[] {1, 0, 0, 0, 9});
    assertThat(FramingSnippets.length(stream)).containsExactly(9);
    assertThat(stream.sent()).containsExactly(3, 0, 0, 0, 1, 2, 3);
  }

  @Test
  void delimiter() throws Exception {
    stream.feed("a\0b\0");
    stream.end();
    assertThat(FramingSnippets.delimiter(stream)).containsExactly("a", "b");
  }

  @Test
  void messages() throws Exception {
    stream.feed("go\nstop\n");
    stream.end();
    assertThat(FramingSnippets.messages(stream)).containsExactly("go", "stop");
  }

  @Test
  void ioStreams() throws Exception {
    stream.feed("world\n");
    assertThat(FramingSnippets.ioStreams(stream)).isEqualTo("world");
    assertThat(stream.sent()).asString(UTF_8).isEqualTo("hello\n");
  }
}
