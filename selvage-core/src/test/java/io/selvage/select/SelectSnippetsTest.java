package io.selvage.select;

import static org.assertj.core.api.Assertions.assertThat;

import io.selvage.LeakCheck;
import io.selvage.channel.Channel;
import io.selvage.sync.Event;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Runs the examples of the Javadoc. */
@ExtendWith(LeakCheck.class)
class SelectSnippetsTest {

  @Test
  void theExampleDoesWhatItSays() throws Exception {
    Channel<String> jobs = Channel.bounded(1);
    Event done = new Event();
    done.set();
    assertThat(SelectSnippets.first(jobs, done)).isEqualTo("done");
    jobs.send("one");
    assertThat(SelectSnippets.first(jobs, done)).isEqualTo("job one");
  }
}
