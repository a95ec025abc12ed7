package io.selvage.time;

import static org.assertj.core.api.Assertions.assertThat;

import io.selvage.LeakCheck;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Runs the examples of the Javadoc. */
@ExtendWith(LeakCheck.class)
class TimeSnippetsTest {

  @Test
  void theTicksAreNumbered() throws Exception {
    List<Long> log = new ArrayList<>();
    TimeSnippets.interval(log);
    assertThat(log).containsExactly(1L, 2L, 3L);
  }

  @Test
  void theClockShowsThatTimePasses() throws Exception {
    assertThat(TimeSnippets.clock()).isTrue();
  }
}
