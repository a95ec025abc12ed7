package io.selvage.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Each kind runs a few tasks; measures nothing. */
@Timeout(60)
class MillionTasksTest {

  @ParameterizedTest
  @EnumSource
  void runs(MillionTasks.Kind kind) throws InterruptedException {
    assertThat(MillionTasks.run(kind, 100))
        .matches("\\[\\d+\\.\\d{6}, \\d+\\.\\d{6}, \\d+\\.\\d{6}]");
  }
}
