package io.selvage.test.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selvage.net.BrokenStreamException;
import io.selvage.test.Simulation;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Runs the examples in the Javadoc of this package. */
class ConnectionSnippetsTest {

  @Test
  void channels() throws Exception {
    assertThat(ConnectionSnippets.channels()).isEqualTo("reply to 7");
    List<List<Integer>> seen = new ArrayList<>();
    Simulation.run(1, () -> seen.add(ConnectionSnippets.channelHooks()));
    assertThat(seen).containsExactly(List.of(1, 3, 5));
    assertThat(ConnectionSnippets.reorder()).containsExactly("second", "first");
  }

  @Test
  void streams() throws Exception {
    assertThat(ConnectionSnippets.streams()).isEqualTo("GET / HTTP/1.0\r\n\r\n");
    ConnectionSnippets.randomSizes();
    ConnectionSnippets.checks();
  }

  @Test
  void streamHooks() {
    Simulation.run(
        1,
        run -> {
          StreamPair<MemoryStream> connection = ConnectionSnippets.streamHooks();
          MemoryStream left = connection.left();
          left.sendAll(ByteBuffer.allocate(1_000));
          assertThatThrownBy(() -> left.sendSome(ByteBuffer.allocate(1)))
              .isInstanceOf(IOException.class)
              .hasMessage("no route to host");
          connection.right().close();
          assertThatThrownBy(() -> left.receive(ByteBuffer.allocate(1)))
              .isInstanceOf(BrokenStreamException.class)
              .hasMessageContaining("reset");
          assertThat(run.elapsed()).hasSeconds(1);
          left.close();
        });
  }
}
