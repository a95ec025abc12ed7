package io.selvage.channel;

import static org.assertj.core.api.Assertions.assertThat;

import io.selvage.LeakCheck;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Runs the examples of the Javadoc. */
@ExtendWith(LeakCheck.class)
class ChannelSnippetsTest {
  private final List<String> log = Collections.synchronizedList(new ArrayList<>());

  @Test
  void aWatcherSeesTheLastValue() throws Exception {
    ChannelSnippets.latest(log);
    assertThat(log).endsWith("v3").isSubsetOf("v1", "v2", "v3");
  }

  @Test
  void eachReaderReadsTheNews() throws Exception {
    ChannelSnippets.broadcast(log);
    assertThat(log).containsExactlyInAnyOrder("ann reads hello", "bob reads hello");
  }
}
