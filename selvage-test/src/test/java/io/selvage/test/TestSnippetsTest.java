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
    TestSnippets.options();
    TestSnippets.cancelEverywhere();
  }
}
