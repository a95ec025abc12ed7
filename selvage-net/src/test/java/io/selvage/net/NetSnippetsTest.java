package io.selvage.net;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Runs the examples in the Javadoc of this package. */
class NetSnippetsTest {

  @Test
  void streams() throws Exception {
    try (ByteStream echo = new NetSnippets.Echo()) {
      assertThat(NetSnippets.ask(echo)).isEqualTo("name?");
      echo.sendAll("abc".getBytes(US_ASCII));
      assertThat(echo.receiveSome(2)).asString(US_ASCII).isEqualTo("ab");
    }
  }
}
