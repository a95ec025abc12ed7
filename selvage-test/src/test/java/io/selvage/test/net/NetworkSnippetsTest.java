package io.selvage.test.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.selvage.test.Simulation;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** Runs the examples in the Javadoc of this package. */
class NetworkSnippetsTest {

  @Test
  void aNetwork() {
    assertThat(NetworkSnippets.network()).hasSize(100).allMatch(took -> took.toMillis() == 80);
  }

  @Test
  void links() {
    assertThat(NetworkSnippets.links().bandwidth()).isEqualTo(OptionalLong.of(1_000_000));
  }

  @Test
  void crash() {
    Simulation.run(1, () -> NetworkSnippets.crash(SimulatedNetwork.create()));
  }
}
