package io.selvage.net.tls;

import static org.assertj.core.api.Assertions.assertThat;

import io.selvage.TaskGroup;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Runs the examples in the Javadoc of this package. */
@Timeout(30)
class TlsSnippetsTest {

  @Test
  void aQuestionIsAnswered() throws Exception {
    try (TestServer server = new TestServer()) {
      TaskGroup.run(
          group -> {
            group.launch(
                () ->
                    TlsSnippets.answer(
                        server.accept(), TestKeys.file("server.pem"), TestKeys.file("server.key")));
            assertThat(
                    TlsSnippets.ask(
                        new LoopbackNetwork(), server.port(), TestKeys.file("ca.pem")))
                .isEqualTo("name? Selvage");
          });
    }
  }
}
