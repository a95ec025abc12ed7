package io.selvage;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The stack comes to its end in the midst of operations: nothing is left locked, entered or
 * waiting. Some rounds; many of them: {@code ./selvage exhaust}.
 */
@Timeout(300)
class StackExhaustionTest {
  @ParameterizedTest
  @ValueSource(strings = {"-Xmixed", "-Xint"})
  void everyOperationIsWholeAfterwards(String compiled) throws Exception {
    ChildJvm.Result result =
        new ChildJvm()
            .with(compiled)
            .with("-Xss512k")
            .with("-XX:+UseSerialGC")
            .run(Duration.ofSeconds(280), StackRounds.class, "1");
    assertThat(result.ended()).as(result.output()).isTrue();
    assertThat(result.output()).contains("1 rounds ended");
    assertThat(result.status()).isZero();
  }
}
