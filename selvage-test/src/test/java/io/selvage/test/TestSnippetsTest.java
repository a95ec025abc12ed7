package io.selvage.test;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Runs the examples of the Javadoc. */
class TestSnippetsTest {

  @Test
  void theyRun() {
    TestSnippets.explore();
    assertThat(TestSnippets.strategy().complete()).isTrue();
    TestSnippets.run();
    TestSnippets.raise();
    TestSnippets.options();
    TestSnippets.cancelEverywhere();
  }

  @Test
  void sequencer() throws Exception {
    assertThat(TestSnippets.sequencer())
        .containsExactly("request sent", "request received", "connection lost");
    assertThat(TestSnippets.position()).containsExactly("first", "second");
    Simulation.explore(
        50,
        () -> {
          assertThat(TestSnippets.sequencer()).hasSize(3).first().isEqualTo("request sent");
          assertThat(TestSnippets.position()).containsExactly("first", "second");
        });
  }
}
