package io.selvage;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The heap is full in the midst of operations, and yet everything ends. One round; many of them:
 * {@code ./selvage exhaust}.
 */
@Timeout(300)
class HeapFullTest {
  @Test
  void everyProgramEnds() throws Exception {
    ChildJvm.Result result =
        new ChildJvm()
            .with("-Xmx64m")
            .with("-XX:+UseSerialGC")
            .run(Duration.ofSeconds(280), HeapRounds.class, "1");
    assertThat(result.ended()).as(result.output()).isTrue();
    assertThat(result.output()).contains("1 rounds ended");
    assertThat(result.status()).isZero();
  }
}
