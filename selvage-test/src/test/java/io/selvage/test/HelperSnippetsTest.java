package io.selvage.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selvage.BrokenResourceException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Runs the examples in the Javadoc of the helpers. */
class HelperSnippetsTest {

  @Test
  void sequencer() throws Exception {
    assertThat(HelperSnippets.sequencer())
        .containsExactly("request sent", "request received", "connection lost");
    assertThat(HelperSnippets.position()).containsExactly("first", "second");
    Simulation.explore(
        50,
        () -> {
          assertThat(HelperSnippets.sequencer()).hasSize(3).first().isEqualTo("request sent");
          assertThat(HelperSnippets.position()).containsExactly("first", "second");
        });
  }

  @Test
  void channels() throws Exception {
    assertThat(HelperSnippets.channels()).isEqualTo("reply to 7");
    List<List<Integer>> seen = new ArrayList<>();
    Simulation.run(1, () -> seen.add(HelperSnippets.channelHooks()));
    assertThat(seen).containsExactly(List.of(1, 3, 5));
    assertThat(HelperSnippets.reorder()).containsExactly("second", "first");
  }

  @Test
  void streams() throws Exception {
    assertThat(HelperSnippets.streams()).isEqualTo("GET / HTTP/1.0\r\n\r\n");
    HelperSnippets.randomSizes();
    HelperSnippets.checks();
  }

  @Test
  void streamHooks() {
    Simulation.run(
        1,
        run -> {
          StreamPair<MemoryStream> connection = HelperSnippets.streamHooks();
          MemoryStream left = connection.left();
          left.writeAll(ByteBuffer.allocate(1_000));
          assertThatThrownBy(() -> left.write(ByteBuffer.allocate(1)))
              .isInstanceOf(IOException.class)
              .hasMessage("no route to host");
          connection.right().close();
          assertThatThrownBy(() -> left.read(ByteBuffer.allocate(1)))
              .isInstanceOf(BrokenResourceException.class)
              .hasMessageContaining("reset");
          assertThat(run.elapsed()).hasSeconds(1);
          left.close();
        });
  }
}
