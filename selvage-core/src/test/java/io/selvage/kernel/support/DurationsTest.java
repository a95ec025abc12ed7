package io.selvage.kernel.support;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class DurationsTest {
  @Test
  void zeroAndAHundredYearsAreAccepted() {
    assertThat(Durations.nanos(Duration.ZERO, "d")).isZero();
    assertThat(Durations.nanos(Durations.MAX, "d")).isEqualTo(Durations.MAX.toNanos());
  }

  @Test
  void aNegativeDurationIsRefusedWithItsNameAndValue() {
    assertThatThrownBy(() -> Durations.nanos(Duration.ofNanos(-1), "timeout"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("timeout must be >= 0, was PT-0.000000001S");
  }

  @Test
  void anAbsurdlyLongDurationIsRefused() {
    assertThatThrownBy(() -> Durations.nanos(Durations.MAX.plusNanos(1), "timeout"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("at most 100 years");
    assertThatThrownBy(() -> Durations.nanos(Duration.ofSeconds(Long.MAX_VALUE), "timeout"))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Durations.nanos(Duration.ofSeconds(Long.MIN_VALUE), "timeout"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void nullIsRefusedWithItsName() {
    assertThatThrownBy(() -> Durations.nanos(null, "timeout"))
        .isInstanceOf(NullPointerException.class)
        .hasMessage("timeout");
  }
}
